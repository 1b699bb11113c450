import { ServiceError } from '../../kernel/errors.ts'
import type { House } from '../house.ts'
import type { AdministrationTask } from './administer.ts'

const longest = 100 * 366 * 86_400

const state = (house: House) => ({
  now: new Date(house.clock.now()).toISOString(),
  offsetSeconds: house.clock.offsetSeconds(),
})

export const readClock: AdministrationTask = {
  action: 'GetClock',
  method: 'GET',
  path: 'clock',
  run: async ({ house }) => state(house),
}

/** Moves service time forward; answers when the jobs that became due have run. */
export const advanceClock: AdministrationTask = {
  action: 'AdvanceClock',
  method: 'POST',
  path: 'clock',
  async run({ house, body }) {
    const seconds = body.advanceSeconds
    if (typeof seconds !== 'number' || !(seconds >= 0 && seconds <= longest))
      throw new ServiceError('ValidationException', 'advanceSeconds takes seconds, not below zero.')
    if (house.advanceClock === undefined)
      throw new ServiceError(
        'InvalidStateException',
        'The clock of this installation cannot be moved. Start it with --test-clock.',
        { status: 409 },
      )
    await house.advanceClock(seconds)
    return state(house)
  },
}
