import { ServiceError } from '../../kernel/errors.ts'
import type { AdministrationTask } from './administer.ts'

const well = 'ok'

/**
 * For load balancers and people: unsigned, and answered even while nothing can be stored; with 503
 * then, so that a load balancer turns to another node.
 */
export const health: AdministrationTask = {
  action: 'GetHealth',
  method: 'GET',
  path: 'health',
  open: true,
  statusOf: (answer) => ((answer as { status: string }).status === well ? 200 : 503),
  async run({ house }) {
    const ill = house.barrier.sealed
      ? 'sealed'
      : house.audit.failure && 'the event log cannot be written'
    return {
      status: ill || well,
      version: house.version,
      auth: house.mode,
      services: house.serviceNames,
    }
  },
}

export const metrics: AdministrationTask = {
  action: 'GetMetrics',
  method: 'GET',
  path: 'metrics',
  async run({ house }) {
    const gauges = await house.storeGauges()
    return { text: house.metrics.text(gauges), type: 'text/plain; version=0.0.4' }
  },
}

/** Mail and short messages that were sent, newest last; `?to=` narrows. */
export const inbox: AdministrationTask = {
  action: 'GetInbox',
  method: 'GET',
  path: 'inbox',
  run: async ({ house, query }) => ({ messages: house.inbox(query.get('to') ?? undefined) }),
}

/** The whole installation, sealed as it is stored; see `sallyport backup`. */
export const backup: AdministrationTask = {
  action: 'GetBackup',
  method: 'GET',
  path: 'backup',
  run: async ({ house }) => ({ stream: house.backup() }),
}

/** Back to an empty account; open mode only. */
export const reset: AdministrationTask = {
  action: 'Reset',
  method: 'POST',
  path: 'reset',
  async run({ house }) {
    if (house.mode !== 'open')
      throw new ServiceError(
        'InvalidStateException',
        'Only an installation that was started with --auth open can be reset.',
        { status: 409 },
      )
    await house.reset()
    return { status: 'ok' }
  },
}
