import type { KeyObject } from 'node:crypto'
import { StoreUnavailable } from '../../kernel/store.ts'
import type { Row } from '../driver.ts'
import { bind, openBox, sealBox } from './box.ts'
import { blind, type Keyring } from './keyring.ts'

/** Where a record stands; a record opens only there. */
export interface Place {
  readonly owner: Uint8Array
  readonly collection: number
}

/** A body in clear, and the schema version that it was written in. */
export interface Opened {
  readonly version: number
  readonly plain: Buffer
}

/** A record that does not open: it was changed, moved or exchanged outside of Sallyport. */
export class Tampered extends Error {
  override readonly name = 'Tampered'
}

/** A record of a term that this node has not loaded: another node may have rotated. */
export class UnknownTerm extends Error {
  override readonly name = 'UnknownTerm'
}

const MAGIC = 0x53
const FORMAT = 1
const HEADER = 8

/**
 * Seals and opens records. Header: magic, format, term, schema version. Everything that says what
 * a record is is authenticated with it: store, collection, owner, key, schema version, revision.
 * The header names the one key that is tried.
 */
export class Barrier {
  readonly storeId: Buffer
  private ring: Keyring | undefined
  private keys = new Map<number, KeyObject>()
  private left = 0
  /** Called when few reserved encryptions are left. */
  private readonly onLow: () => void
  private asked = false
  /** False when this node may have missed a change of the keyring. */
  isCurrent: () => boolean = () => true

  constructor(storeId: Buffer, ring: Keyring, onLow: () => void) {
    this.storeId = storeId
    this.ring = ring
    this.onLow = onLow
    this.use(ring)
  }

  get keyring(): Keyring {
    if (this.ring === undefined) throw new StoreUnavailable('the store is sealed')
    return this.ring
  }

  get term(): number {
    return this.keyring.active
  }

  /** Takes a changed ring into use. A new active term needs a reservation of its own. */
  use(ring: Keyring): void {
    if (ring.active !== this.ring?.active) this.left = 0
    this.ring = ring
    this.keys = new Map(ring.terms.map(({ id, key }) => [id, key]))
  }

  /** Forgets every key: nothing opens until `use` brings a ring again. */
  forget(): void {
    this.ring = undefined
    this.keys = new Map()
    this.left = 0
  }

  /** Allows this many more encryptions under the active term; they are reserved durably. */
  allow(encryptions: number): void {
    this.left += encryptions
    this.asked = false
  }

  /** Seals a body for its place. Returns the row. */
  seal(
    place: Place,
    key: Uint8Array,
    version: number,
    revision: number,
    plain: Uint8Array,
    term: number = this.term,
  ): Row {
    if (this.left < 65536 && !this.asked) {
      this.asked = true
      this.onLow()
    }
    if (!this.isCurrent()) throw new StoreUnavailable('the keyring could not be confirmed lately')
    if (this.left-- <= 0) throw new StoreUnavailable('the keyring has no encryptions reserved')
    const header = Buffer.allocUnsafe(HEADER)
    header[0] = MAGIC
    header[1] = FORMAT
    header.writeUInt32BE(term, 2)
    header.writeUInt16BE(version, 6)
    const bound = this.boundOf(header, place, key, revision)
    return { key, revision, term, body: sealBox(this.keys.get(term)!, header, bound, plain) }
  }

  /** Opens a row; throws `Tampered` when it is not what was sealed for this place. */
  open(place: Place, row: Row): Opened {
    const body = row.body as Buffer
    if (body.length < HEADER || body[0] !== MAGIC || body[1] !== FORMAT) {
      throw new Tampered('a record has no header')
    }
    if (this.ring === undefined) throw new StoreUnavailable('the store is sealed')
    const term = body.readUInt32BE(2)
    const sealing = this.keys.get(term)
    if (!sealing) throw new UnknownTerm(`a record is sealed by term ${term}`)
    const plain = openBox(sealing, HEADER, this.boundOf(body, place, row.key, row.revision), body)
    if (!plain) throw new Tampered('a record was changed, moved or exchanged outside of Sallyport')
    return { version: body.readUInt16BE(6), plain }
  }

  /** Keyed hash for an index: equal values of one index and owner are equal. */
  blind(place: Place, index: number, value: string): Buffer {
    return blind(this.keyring, bind('index', this.storeId, place.owner, index, value))
  }

  /** Keyed hash of a name that should not stand in clear. */
  blindName(...parts: readonly string[]): string {
    return blind(this.keyring, bind('name', this.storeId, ...parts)).toString('hex')
  }

  private boundOf(header: Buffer, place: Place, key: Uint8Array, revision: number): Buffer {
    const { storeId } = this
    const { owner, collection } = place
    const out = Buffer.allocUnsafe(storeId.length + owner.length + key.length + HEADER + 20)
    // The store id has a fixed length; the others are preceded by theirs.
    header.copy(out, 0, 0, HEADER)
    out.set(storeId, HEADER)
    let at = HEADER + storeId.length
    at = out.writeUInt32BE(collection, at)
    at = out.writeUInt32BE(owner.length, at)
    out.set(owner, at)
    at = out.writeUInt32BE(key.length, at + owner.length)
    out.set(key, at)
    out.writeDoubleBE(revision, at + key.length)
    return out
  }
}
