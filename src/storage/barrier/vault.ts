import { type KeyObject, randomBytes } from 'node:crypto'
import { StoreUnavailable } from '../../kernel/store.ts'
import type { Batch, Change, Driver, Read } from '../driver.ts'
import { Barrier } from './barrier.ts'
import { canaryRow, checkCanaries } from './canaries.ts'
import {
  type Envelope,
  encodeEnvelope,
  newSlot,
  openSlot,
  parseEnvelope,
  ringOf,
  type Slot,
  storeIdOf,
  unsealEnvelope,
  withRing,
} from './envelope.ts'
import {
  type Keyring,
  newKey,
  newKeyring,
  withNewTerm,
  withoutTerms,
  withReserved,
} from './keyring.ts'
import { prepareUnseal, type Unseal } from './unseal.ts'

/** Encryptions reserved at a time. */
const BLOCK = 2 ** 20
/** A term is replaced long before random nonces could repeat. */
const TERM_LIMIT = 2 ** 30

export interface VaultOptions {
  readonly driver: Driver
  readonly unseal: Unseal
  /** Keeps the envelope that is about to be replaced. */
  readonly keepPrevious?: ((envelope: Uint8Array) => void) | undefined
  /** Tests throw here, as if the process ended. */
  readonly fault?: ((step: string) => void) | undefined
}

/** Holds the root key and changes keyring and slots, each change in one transaction. */
export class Vault {
  readonly barrier: Barrier
  private readonly options: VaultOptions
  private envelope: Envelope
  /** Undefined while the store is sealed. */
  private root: KeyObject | undefined
  /** What unseals; a passphrase is forgotten while the store is sealed. */
  private secret: Unseal | undefined
  private changing: Promise<unknown> = Promise.resolve()

  private constructor(options: VaultOptions, envelope: Envelope, root: KeyObject, ring: Keyring) {
    this.options = options
    this.secret = options.unseal
    this.envelope = envelope
    this.root = root
    this.barrier = new Barrier(storeIdOf(envelope), ring, () => {
      // Asked again by the next seal when it fails.
      void this.reserve().catch(() => this.barrier.allow(0))
    })
  }

  /** Unseals the database's barrier, or makes one in an empty database. */
  static async open(options: VaultOptions): Promise<Vault> {
    const stored = await options.driver.read.meta('barrier')
    const vault = stored ? await Vault.unseal(options, stored) : await Vault.create(options)
    await vault.reserve()
    return vault
  }

  private static async unseal(options: VaultOptions, stored: Uint8Array): Promise<Vault> {
    const envelope = parseEnvelope(stored)
    const { root, ring } = await unsealEnvelope(envelope, options.unseal)
    const vault = new Vault(options, envelope, root, ring)
    await checkCanaries(options.driver.read, vault.barrier)
    // What a crash left there may open with a secret that is no longer in force.
    options.keepPrevious?.(stored)
    return vault
  }

  private static async create(options: VaultOptions): Promise<Vault> {
    const { driver, unseal } = options
    await prepareUnseal(unseal)
    const storeId = randomBytes(16)
    const root = newKey()
    const ring = withReserved(newKeyring(Date.now()), 1)
    const slot = await newSlot(unseal, storeId, root)
    const envelope = withRing({ store: storeId.toString('base64'), slots: [slot] }, root, ring)
    const vault = new Vault(options, envelope, root, ring)
    const changes = [canaryOf(storeId, ring)]
    const meta = new Map([['barrier', encodeEnvelope(envelope)]])
    const made = await driver.transaction(async (read) => {
      // Another node may have made it in the meantime: then its barrier counts.
      const there = await read.meta('barrier')
      return { result: there, batch: there ? undefined : { changes, meta } }
    })
    return made ? Vault.unseal(options, made) : vault
  }

  /** Slots without their secrets. */
  get slots(): readonly Pick<Slot, 'id' | 'kind' | 'token'>[] {
    return this.envelope.slots.map(({ id, kind, token }) => ({ id, kind, ...(token && { token }) }))
  }

  get generation(): number {
    return this.envelope.generation
  }

  /**
   * Loads what another node may have changed.
   * @param fully resolves only when new records are sealed by the new term; not for use in a
   *   transaction, since that takes one
   */
  async reload(fully: boolean): Promise<void> {
    const stored = await this.options.driver.read.meta('barrier')
    if (!stored) throw new Error('the database has lost its keyring')
    const envelope = parseEnvelope(stored)
    if (envelope.generation === this.envelope.generation) return
    if (!(await this.take(envelope))) return
    const reserved = this.reserve()
    if (fully) await reserved
    else reserved.catch(() => undefined)
  }

  /** Adds a way to unseal; proven to work before it is written. Returns its id. */
  async addSlot(unseal: Unseal): Promise<string> {
    await prepareUnseal(unseal)
    let added = ''
    await this.change(async ({ envelope, ring }) => {
      const storeId = storeIdOf(envelope)
      const slot = await newSlot(unseal, storeId, this.rootKey)
      if (!(await openSlot(unseal, storeId, slot))) throw new Error('the new slot does not open')
      added = slot.id
      return { ring: next(ring), slots: [...envelope.slots, slot] }
    })
    return added
  }

  /** Removes a slot; the last one stays. */
  async removeSlot(id: string): Promise<void> {
    await this.change(async ({ envelope, ring }) => {
      const slots = envelope.slots.filter((slot) => slot.id !== id)
      if (slots.length === envelope.slots.length) throw new Error(`there is no slot ${id}`)
      if (slots.length === 0) throw new Error('the last slot cannot be removed: add another first')
      return { ring: next(ring), slots, forget: true }
    })
  }

  /** Does a full unseal with the secret, without using it. Returns the slot's id. */
  async verifySlot(unseal: Unseal): Promise<string> {
    return (await unsealEnvelope(this.envelope, unseal)).slot.id
  }

  /** Makes a new term the active one. Records move to it when written, and by the sweep. */
  async rotateTerm(): Promise<number> {
    await this.change(async ({ ring, envelope }) => ({
      ring: withReserved(withNewTerm(ring, Date.now()), BLOCK),
      slots: envelope.slots,
      reserved: BLOCK,
      canary: true,
    }))
    return this.barrier.term
  }

  /** Drops terms; the caller has proven that they seal nothing. */
  async dropTerms(gone: readonly number[], prove: (read: Read) => Promise<void>): Promise<void> {
    await this.change(async ({ ring, envelope, read }) => {
      await prove(read)
      return { ring: withoutTerms(ring, gone), slots: envelope.slots, gone }
    })
  }

  /** Replaces the root key. Every slot must be given, since each wraps it anew. */
  async rotateRoot(secrets: readonly Unseal[]): Promise<void> {
    await this.change(async ({ ring, envelope }) => {
      const storeId = storeIdOf(envelope)
      const root = newKey()
      const slots: Slot[] = []
      for (const slot of envelope.slots) {
        const secret = await secretOf(slot, storeId, secrets)
        slots.push(await newSlot(secret, storeId, root))
      }
      return { ring: next(ring), slots, root, forget: true }
    })
  }

  /**
   * Replaces the root key and every slot by one new slot, proven to open before it is written. From
   * then on only this secret opens the store.
   */
  async moveTo(unseal: Unseal): Promise<void> {
    await prepareUnseal(unseal)
    await this.change(async ({ ring, envelope }) => {
      const storeId = storeIdOf(envelope)
      const root = newKey()
      const slot = await newSlot(unseal, storeId, root)
      const opened = await openSlot(unseal, storeId, slot)
      if (!opened?.equals(root)) throw new Error('the new slot does not open')
      return { ring: next(ring), slots: [slot], root, forget: true }
    })
    this.secret = unseal
  }

  /** Replaces the root key under the slots that there are, with the secret of this process. */
  async renewRoot(): Promise<void> {
    if (!this.secret) throw new StoreUnavailable('the store is sealed')
    await this.rotateRoot([this.secret])
  }

  get sealed(): boolean {
    return this.root === undefined
  }

  /** True while sealed by a passphrase, which this process has forgotten. */
  get needsPassphrase(): boolean {
    return this.secret === undefined
  }

  /** Forgets every key, when the change under way has ended. */
  async seal(): Promise<void> {
    const mine = this.changing.then(() => {
      this.root = undefined
      if (this.secret?.kind === 'passphrase') this.secret = undefined
      this.barrier.forget()
    })
    this.changing = mine.catch(() => undefined)
    await mine
  }

  /**
   * Brings the keys back.
   * @param given a passphrase is needed again; what lies in a file or on a token is read again
   */
  async unsealAgain(given: Unseal | undefined): Promise<void> {
    const secret = given ?? this.secret
    if (!secret) throw new Error('the store unseals by a passphrase, and none was given')
    const mine = this.changing.then(async () => {
      if (!this.sealed) return
      const stored = await this.options.driver.read.meta('barrier')
      if (!stored) throw new Error('the database has lost its keyring')
      const envelope = parseEnvelope(stored)
      const { root, ring } = await unsealEnvelope(envelope, secret)
      this.envelope = envelope
      this.root = root
      this.secret = secret
      this.barrier.use(ring)
    })
    this.changing = mine.catch(() => undefined)
    await mine
    await this.reserve()
  }

  private get rootKey(): KeyObject {
    if (!this.root) throw new StoreUnavailable('the store is sealed')
    return this.root
  }

  /** Reserves the next block of encryptions, and a new term when this one is used up. */
  private async reserve(): Promise<void> {
    await this.change(async ({ ring, envelope }) => {
      const active = ring.terms.find(({ id }) => id === ring.active)!
      const spent = active.reserved + BLOCK > TERM_LIMIT
      const fresh = spent ? withReserved(withNewTerm(ring, Date.now()), 1) : ring
      const reserved = { ring: withReserved(fresh, BLOCK), reserved: BLOCK, keep: spent }
      return { ...reserved, slots: envelope.slots, canary: spent }
    })
  }

  private async change(
    plan: (now: { envelope: Envelope; ring: Keyring; read: Read }) => Promise<Plan>,
  ): Promise<void> {
    const mine = this.changing.then(() => this.changeNow(plan))
    this.changing = mine.catch(() => undefined)
    await mine
  }

  private async changeNow(
    plan: (now: { envelope: Envelope; ring: Keyring; read: Read }) => Promise<Plan>,
  ): Promise<void> {
    const { driver, fault, keepPrevious } = this.options
    // Slots are slow to derive, and a transaction must be short: plan first, then compare.
    for (;;) {
      const before = await driver.read.meta('barrier')
      const envelope = before ? parseEnvelope(before) : this.envelope
      if (envelope.generation !== this.envelope.generation && (await this.take(envelope))) {
        void this.reserve().catch(() => undefined)
      }
      const planned = await plan({
        envelope,
        ring: ringOf(envelope, this.rootKey),
        read: driver.read,
      })
      fault?.('planned')
      if (keepPrevious && before && planned.keep !== false) keepPrevious(before)
      fault?.('kept')
      const root = planned.root ?? this.rootKey
      const after = withRing({ store: envelope.store, slots: planned.slots }, root, planned.ring)
      const done = await driver.transaction(async (read) => {
        const current = await read.meta('barrier')
        const same = Buffer.compare(current ?? Buffer.alloc(0), before ?? Buffer.alloc(0)) === 0
        if (!same) return { result: false, batch: undefined }
        return { result: true, batch: this.batchOf(after, planned) }
      })
      fault?.('written')
      if (!done) continue
      this.root = root
      this.envelope = after
      this.barrier.use(planned.ring)
      if (planned.reserved) this.barrier.allow(planned.reserved)
      if (planned.forget) keepPrevious?.(encodeEnvelope(after))
      fault?.('used')
      return
    }
  }

  private batchOf(envelope: Envelope, { ring, canary, gone }: Plan): Batch {
    const meta = new Map([['barrier', encodeEnvelope(envelope)]])
    const changes: Change[] = []
    if (canary) changes.push(canaryOf(this.barrier.storeId, ring))
    for (const term of gone ?? []) changes.push(canaryRow(this.barrier, term, true))
    return { changes, meta }
  }

  /** Takes another node's change; true when its active term still needs a reservation. */
  private async take(envelope: Envelope): Promise<boolean> {
    let root = this.rootKey
    let ring: Keyring
    try {
      ring = ringOf(envelope, root)
    } catch {
      // Another node has replaced the root key.
      ;({ root, ring } = await unsealEnvelope(envelope, this.secret!))
    }
    this.envelope = envelope
    this.root = root
    // A term is written with only after encryptions have been reserved for it.
    const { term } = this.barrier
    this.barrier.use({ ...ring, active: term })
    return ring.active !== term
  }
}

interface Plan {
  readonly ring: Keyring
  readonly slots: readonly Slot[]
  readonly root?: KeyObject
  readonly canary?: boolean
  readonly reserved?: number
  readonly gone?: readonly number[]
  /** False: the previous envelope is not worth keeping. */
  readonly keep?: boolean
  /** The previous envelope must not be kept: it opens with what has been removed. */
  readonly forget?: boolean
}

const next = (ring: Keyring): Keyring => ({ ...ring, generation: ring.generation + 1 })

function canaryOf(storeId: Buffer, ring: Keyring): Change {
  const barrier = new Barrier(storeId, ring, () => undefined)
  barrier.allow(1)
  return canaryRow(barrier, ring.active)
}

async function secretOf(slot: Slot, storeId: Buffer, secrets: readonly Unseal[]): Promise<Unseal> {
  for (const secret of secrets) {
    if (secret.kind === slot.kind && (await openSlot(secret, storeId, slot))) return secret
  }
  throw new Error(
    `no given secret opens the ${slot.kind} slot ${slot.id}: give it too, or remove the slot first`,
  )
}
