import { ServiceError } from '../../kernel/errors.ts'
import type { AdministrationTask } from './administer.ts'

/** Slots, terms, and whether the store is sealed. */
export const barrierState: AdministrationTask = {
  action: 'GetSeal',
  method: 'GET',
  path: 'seal',
  run: async ({ house }) => house.barrier.state(),
}

/** Forgets every key: everything but health and `unseal` answers 503 from now on. */
export const seal: AdministrationTask = {
  action: 'Seal',
  method: 'POST',
  path: 'seal',
  async run({ house, exchange }) {
    house.log.warn('sealed', { by: exchange.caller.principal.arn })
    // This call is one of those under way, for which sealing waits.
    house.barrier.leave()
    try {
      await house.barrier.seal()
    } finally {
      house.barrier.enter()
    }
    return house.barrier.state()
  },
}

/**
 * Brings the keys back. Who may do that stands in the sealed store, so that the keys are tried first
 * and the caller is looked up with them, behind closed doors.
 */
export const unseal: AdministrationTask = {
  action: 'Unseal',
  method: 'POST',
  path: 'unseal',
  whileSealed: true,
  async run({ house, exchange, body, admit }) {
    const passphrase = optionalText(body, 'passphrase')
    await house.barrier.unseal(passphrase, admit)
    house.log.warn('unsealed', { by: exchange.caller.principal.arn })
    return house.barrier.state()
  },
}

export const rotateRoot: AdministrationTask = {
  action: 'RotateRoot',
  method: 'POST',
  path: 'rotate-root',
  async run({ house, exchange, body }) {
    const by = optionalText(body, 'unseal')
    const passphrase = optionalText(body, 'passphrase')
    await house.barrier.rotateRoot(by === undefined ? undefined : { unseal: by, passphrase })
    house.log.warn('the root key was replaced', { by: exchange.caller.principal.arn })
    return house.barrier.state()
  },
}

export const rotateKeyring: AdministrationTask = {
  action: 'RotateKeyring',
  method: 'POST',
  path: 'rotate-keyring',
  async run({ house, exchange }) {
    await house.barrier.rotateKeyring()
    house.log.warn('the keyring was rotated', { by: exchange.caller.principal.arn })
    return house.barrier.state()
  },
}

function optionalText(body: Record<string, unknown>, name: string): string | undefined {
  const value = body[name]
  if (value === undefined || (typeof value === 'string' && value !== '' && value.length <= 4_096))
    return value
  throw new ServiceError('ValidationException', `${name} takes a text.`)
}
