import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto'
import { type Keyring, openKeyring, sealKeyring } from './keyring.ts'
import { newSlotHeader, type SlotHeader, type Unseal, unwrapRoot, wrapRoot } from './unseal.ts'

/** The root key, wrapped for one way to unseal. */
export interface Slot extends SlotHeader {
  readonly id: string
  readonly wrapped: string
}

/** What the database holds of the barrier: one row, so that it changes in one transaction. */
export interface Envelope {
  readonly format: 1
  readonly store: string
  readonly generation: number
  readonly slots: readonly Slot[]
  readonly keyring: string
}

export const parseEnvelope = (bytes: Uint8Array): Envelope => {
  const envelope = JSON.parse(Buffer.from(bytes).toString('utf8')) as Envelope
  if (envelope.format !== 1) throw new Error('the keyring is of an unknown format')
  return envelope
}

export const encodeEnvelope = (envelope: Envelope): Buffer => Buffer.from(JSON.stringify(envelope))

export const storeIdOf = (envelope: Envelope): Buffer => Buffer.from(envelope.store, 'base64')

/** Wraps the root key in a new slot. */
export async function newSlot(unseal: Unseal, storeId: Uint8Array, root: KeyObject): Promise<Slot> {
  const header = { ...newSlotHeader(unseal), id: randomBytes(4).toString('hex') }
  const wrapped = await wrapRoot(unseal, header, storeId, root.export())
  return { ...header, wrapped: wrapped.toString('base64') }
}

/** The root key, when the secret opens this slot. */
export async function openSlot(
  unseal: Unseal,
  storeId: Uint8Array,
  slot: Slot,
): Promise<KeyObject | undefined> {
  const wrapped = Buffer.from(slot.wrapped, 'base64')
  const root = await unwrapRoot(unseal, slot, storeId, wrapped)
  return root && createSecretKey(root)
}

/** Unseals: the secret, its slot, the root key, the ring. */
export async function unsealEnvelope(
  envelope: Envelope,
  unseal: Unseal,
): Promise<{ root: KeyObject; ring: Keyring; slot: Slot }> {
  const candidates = envelope.slots.filter(({ kind }) => kind === unseal.kind)
  if (candidates.length === 0) {
    const kinds = [...new Set(envelope.slots.map(({ kind }) => kind))].join(', ')
    throw new Error(`the store has no ${unseal.kind} slot: it unseals by ${kinds}`)
  }
  for (const slot of candidates) {
    const root = await openSlot(unseal, storeIdOf(envelope), slot)
    if (root) return { root, ring: ringOf(envelope, root), slot }
  }
  throw new Error(`this ${unseal.kind} does not unseal the store: it is not the store's own`)
}

/** The ring in an envelope. */
export function ringOf(envelope: Envelope, root: KeyObject): Keyring {
  const sealed = Buffer.from(envelope.keyring, 'base64')
  const ring = openKeyring(root, storeIdOf(envelope), envelope.generation, sealed)
  if (!ring) throw new Error('the keyring is damaged: restore it from keyring.bak or a backup')
  return ring
}

/** An envelope with another ring, and other slots if given. */
export const withRing = (
  envelope: Pick<Envelope, 'store' | 'slots'>,
  root: KeyObject,
  ring: Keyring,
): Envelope => ({
  format: 1,
  store: envelope.store,
  generation: ring.generation,
  slots: envelope.slots,
  keyring: sealKeyring(root, Buffer.from(envelope.store, 'base64'), ring).toString('base64'),
})
