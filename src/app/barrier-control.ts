import { setTimeout as sleep } from 'node:timers/promises'
import type { Config } from '../config.ts'
import type { BarrierControl, NewUnseal } from '../gateway/barrier-control.ts'
import { ServiceError } from '../kernel/errors.ts'
import type { Log } from '../kernel/ports.ts'
import type { Unseal } from '../storage/barrier/unseal.ts'
import type { OpenStore } from '../storage/open.ts'
import { trustedModules, unsealBy } from './unsealing.ts'

/** Milliseconds between pages of a sweep, so that requests go first. */
const rest = 2
/** How long sealing waits for requests that are under way, in milliseconds. */
const patience = 10_000
/** Attempts to unseal that may wait at the same time. */
const mostAttempts = 4

export interface ControlParts {
  readonly store: OpenStore
  readonly config: Config
  readonly log: Log
  /** Writes what waits to be written. */
  drain(): Promise<void>
  /** Forgets what was read from the store. */
  forget(): void
}

/** Commands on the store's keys; one at a time. */
export class Control implements BarrierControl {
  readonly #parts: ControlParts
  readonly #stop = new AbortController()
  #closed = false
  #under = 0
  #attempts = 0
  #turn: Promise<unknown> = Promise.resolve()
  #sweeping: Promise<void> = Promise.resolve()

  constructor(parts: ControlParts) {
    this.#parts = parts
    // A sweep that a restart has cut off goes on.
    if (this.#terms().length > 1) this.#sweep()
  }

  get sealed(): boolean {
    return this.#closed
  }

  enter(): void {
    this.#under++
  }

  leave(): void {
    this.#under--
  }

  state() {
    const { vault } = this.#parts.store
    return {
      sealed: this.#closed,
      slots: vault.slots,
      generation: vault.generation,
      ...(!this.#closed && { terms: this.#terms() }),
    }
  }

  seal(): Promise<void> {
    return this.#alone(async () => {
      if (this.#closed) return
      const { config, store } = this.#parts
      if (config.workers > 1)
        throw refused('Several workers serve this installation and each has its keys: stop it.')
      this.#closed = true
      for (let waited = 0; this.#under > 0 && waited < patience; waited += 10) await sleep(10)
      await this.#parts.drain()
      this.#parts.forget()
      store.seals.forget()
      await store.vault.seal()
    })
  }

  async unseal(passphrase: string | undefined, admit: () => Promise<void>): Promise<void> {
    // Whoever asks is not known yet, and a passphrase costs work.
    if (this.#attempts >= mostAttempts)
      throw new ServiceError('ThrottlingException', 'Others are unsealing. Try again later.', {
        status: 429,
      })
    this.#attempts++
    try {
      await this.#unsealNow(passphrase, admit)
    } finally {
      this.#attempts--
    }
  }

  #unsealNow(passphrase: string | undefined, admit: () => Promise<void>): Promise<void> {
    return this.#alone(async () => {
      if (!this.#closed) return admit()
      const { store, config } = this.#parts
      const given =
        passphrase === undefined ? undefined : unsealBy(config, 'passphrase', passphrase)
      if (given === undefined && store.vault.needsPassphrase)
        throw new ServiceError('PassphraseRequired', 'Unsealing needs the passphrase.', {
          status: 403,
        })
      try {
        await store.vault.unsealAgain(given)
      } catch (error) {
        throw new ServiceError('InvalidUnsealException', sentence(error), { status: 403 })
      }
      try {
        await admit()
      } catch (error) {
        this.#parts.forget()
        store.seals.forget()
        await store.vault.seal()
        throw error
      }
      this.#closed = false
      if (this.#terms().length > 1) this.#sweep()
    })
  }

  rotateRoot(to: NewUnseal | undefined): Promise<void> {
    return this.#alone(async () => {
      const { store } = this.#parts
      try {
        if (to === undefined) await store.vault.renewRoot()
        else await store.vault.moveTo(await this.#checked(to))
      } catch (error) {
        if (error instanceof ServiceError) throw error
        throw refused(sentence(error))
      }
    })
  }

  rotateKeyring(): Promise<void> {
    return this.#alone(async () => {
      await this.#parts.store.vault.rotateTerm()
      this.#sweep()
    })
  }

  /** Ends a sweep that is under way; the next start goes on with it. */
  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#sweeping
  }

  /** Resolves when every record is sealed by the newest term. */
  settled(): Promise<void> {
    return this.#sweeping
  }

  async #checked({ unseal, passphrase }: NewUnseal): Promise<Unseal> {
    const { config, store } = this.#parts
    const parsed = unsealBy(config, unseal, passphrase)
    if (parsed.kind === 'pkcs11' && !trustedModules(config).has(parsed.at.module))
      throw refused(
        `Only a PKCS #11 module that was named at the start is loaded: start with --hsm ${parsed.at.module}, then rotate.`,
      )
    if (config.workers > 1 || (store.driver.shared && (await store.otherNodes()) > 0))
      throw refused(
        'Other processes serve this store and would not know the new secret: stop them, rotate, and start them with the new one.',
      )
    return parsed
  }

  #terms() {
    const { active, terms } = this.#parts.store.vault.barrier.keyring
    return terms.map(({ id }) => ({ id, active: id === active }))
  }

  #sweep(): void {
    const { store, log } = this.#parts
    const { signal } = this.#stop
    this.#sweeping = this.#sweeping
      .then(() => store.sweep({ restMs: rest, signal }))
      .then(({ resealed, dropped }) =>
        log.info('records moved to the new term', { resealed, dropped }),
      )
      .catch((error: unknown) => {
        if (!signal.aborted)
          log.warn('records could not all be moved to the new term; the next start goes on', {
            cause: String(error),
          })
      })
  }

  #alone<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(work)
    this.#turn = mine.catch(() => undefined)
    return mine
  }
}

const refused = (message: string): ServiceError =>
  new ServiceError('InvalidStateException', message, { status: 409 })

const sentence = (error: unknown): string => {
  const text = error instanceof Error ? error.message : String(error)
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}
