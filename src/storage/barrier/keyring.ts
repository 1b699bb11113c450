import { createHmac, createSecretKey, type KeyObject, randomBytes } from 'node:crypto'
import { bind, openBox, sealBox } from './box.ts'

/** One key of the ring. New records are sealed by the active term's. */
export interface Term {
  readonly id: number
  readonly key: KeyObject
  /** When it was made, real clock. */
  readonly at: number
  /** Encryptions that nodes have reserved: an upper bound of those that were made. */
  readonly reserved: number
}

export interface Keyring {
  /** Grows with every change of the ring, the root or the slots. */
  readonly generation: number
  readonly active: number
  readonly terms: readonly Term[]
  /** Key of the blind indexes. */
  readonly index: KeyObject
}

const HEADER = Buffer.from('SR\x01', 'latin1')

/** A new ring with one term. */
export function newKeyring(at: number): Keyring {
  const term = { id: 1, key: newKey(), at, reserved: 0 }
  return { generation: 1, active: 1, terms: [term], index: newKey() }
}

/** A ring with one more term, which becomes the active one. */
export function withNewTerm(ring: Keyring, at: number): Keyring {
  const id = Math.max(...ring.terms.map((term) => term.id)) + 1
  const terms = [...ring.terms, { id, key: newKey(), at, reserved: 0 }]
  return { ...ring, generation: ring.generation + 1, active: id, terms }
}

/** A ring without terms that seal nothing any more. */
export function withoutTerms(ring: Keyring, gone: readonly number[]): Keyring {
  const terms = ring.terms.filter(({ id }) => id === ring.active || !gone.includes(id))
  return { ...ring, generation: ring.generation + 1, terms }
}

/** A ring whose active term has more encryptions reserved. */
export function withReserved(ring: Keyring, encryptions: number): Keyring {
  const terms = ring.terms.map((term) =>
    term.id === ring.active ? { ...term, reserved: term.reserved + encryptions } : term,
  )
  return { ...ring, generation: ring.generation + 1, terms }
}

export const newKey = (): KeyObject => createSecretKey(randomBytes(32))

const exported = (key: KeyObject): string => key.export().toString('base64')
const imported = (text: string): KeyObject => createSecretKey(Buffer.from(text, 'base64'))

/** Seals the ring under the root key. */
export function sealKeyring(root: KeyObject, storeId: Uint8Array, ring: Keyring): Buffer {
  const plain = JSON.stringify({
    ...ring,
    index: exported(ring.index),
    terms: ring.terms.map((term) => ({ ...term, key: exported(term.key) })),
  })
  return sealBox(
    root,
    HEADER,
    bind(HEADER, 'keyring', storeId, ring.generation),
    Buffer.from(plain),
  )
}

/** Opens a sealed ring; undefined when the root key is not its own. */
export function openKeyring(
  root: KeyObject,
  storeId: Uint8Array,
  generation: number,
  sealed: Uint8Array,
): Keyring | undefined {
  const plain = openBox(root, HEADER.length, bind(HEADER, 'keyring', storeId, generation), sealed)
  if (!plain) return undefined
  type Stored = {
    index: string
    terms: { id: number; key: string; at: number; reserved: number }[]
  }
  const ring = JSON.parse(plain.toString('utf8')) as Omit<Keyring, 'index' | 'terms'> & Stored
  plain.fill(0)
  const terms = ring.terms.map((term) => ({ ...term, key: imported(term.key) }))
  return { ...ring, index: imported(ring.index), terms }
}

/** HMAC under the index key. */
export const blind = (ring: Keyring, bound: Uint8Array): Buffer =>
  createHmac('sha256', ring.index).update(bound).digest().subarray(0, 16)
