import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto'
import type { Seal, Seals } from '../kernel/ports.ts'
import { collection, type Store } from '../kernel/store.ts'
import { bind, openBox, sealBox } from './barrier/box.ts'

/** A purpose's key. The newest one seals, all of them open. */
interface SealKey {
  readonly purpose: string
  /** 6 bytes, hexadecimal. */
  readonly id: string
  readonly key: Uint8Array
  /** Real clock. */
  readonly at: number
}

const sealKeys = collection<SealKey>('sallyport.seal-keys')({
  scope: 'installation',
  version: 1,
  key: ({ purpose, id }) => [purpose, id],
})

interface LoadedPurpose {
  newest: string
  keys: Map<string, KeyObject>
}

const FORMAT = 1
/** Format and key id. */
const HEADER = 7
const OWN_REFRESH_MS = 1000

/** Purpose keys as records of the installation. */
export class StoredSeals implements Seals {
  private readonly store: Store
  private readonly purposes = new Map<string, LoadedPurpose>()
  private readonly loading = new Map<string, Promise<LoadedPurpose>>()
  private refreshed = 0

  constructor(store: Store) {
    this.store = store
  }

  async ready(purpose: string): Promise<Seal> {
    if (!this.purposes.has(purpose)) {
      let loading = this.loading.get(purpose)
      if (!loading) {
        loading = this.load(purpose).finally(() => this.loading.delete(purpose))
        this.loading.set(purpose, loading)
      }
      await loading
    }
    return {
      seal: (plain, bound) => this.seal(purpose, plain, bound),
      open: (sealed, bound) => this.open(purpose, sealed, bound),
    }
  }

  /** Makes a new key for the purpose; the old ones still open. Returns its id. */
  async rotate(purpose: string): Promise<string> {
    const id = await this.store.transaction(async (tx) => {
      const there = await tx.of(sealKeys).list({ prefix: [purpose], limit: 1000 })
      const latest = Math.max(0, ...there.records.map(({ at }) => at))
      const made = { ...newSealKey(purpose), at: Math.max(Date.now(), latest + 1) }
      await tx.of(sealKeys).create(made)
      return made.id
    })
    await this.load(purpose)
    return id
  }

  /** Deletes a key: what it sealed opens no more. The newest one stays. */
  async retire(purpose: string, id: string): Promise<void> {
    if (this.purposes.get(purpose)?.newest === id) {
      throw new Error('the newest key of a purpose is in use: rotate first')
    }
    await this.store.transaction((tx) => tx.of(sealKeys).delete([purpose, id]))
    await this.load(purpose)
  }

  /** Loads the keys that other nodes have made or retired since. */
  async refresh(): Promise<void> {
    for (const purpose of this.purposes.keys()) await this.load(purpose)
  }

  /** Forgets every key; they are loaded again when they are needed. */
  forget(): void {
    this.purposes.clear()
  }

  private async load(purpose: string): Promise<LoadedPurpose> {
    let keys = (await this.store.of(sealKeys).list({ prefix: [purpose], limit: 1000 })).records
    if (keys.length === 0) {
      keys = await this.store.transaction(async (tx) => {
        const there = await tx.of(sealKeys).list({ prefix: [purpose], limit: 1000 })
        if (there.records.length > 0) return there.records
        const made = newSealKey(purpose)
        await tx.of(sealKeys).create(made)
        return [made]
      })
    }
    const newest = keys.reduce((a, b) => (b.at > a.at ? b : a)).id
    const loaded = { newest, keys: new Map(keys.map(({ id, key }) => [id, createSecretKey(key)])) }
    this.purposes.set(purpose, loaded)
    return loaded
  }

  private seal(purpose: string, plain: Uint8Array, bound: string): string {
    const { newest, keys } = this.purposes.get(purpose)!
    const header = Buffer.alloc(HEADER, newest, 'hex')
    header.copyWithin(1, 0, HEADER - 1)
    header[0] = FORMAT
    return sealBox(keys.get(newest)!, header, bind(header, purpose, bound), plain).toString(
      'base64url',
    )
  }

  private open(purpose: string, sealed: string, bound: string): Uint8Array | undefined {
    const bytes = Buffer.from(sealed, 'base64url')
    // One text for one sealed value: stray characters and padding bits are refused.
    if (bytes[0] !== FORMAT || bytes.toString('base64url') !== sealed) return undefined
    const id = bytes.toString('hex', 1, HEADER)
    const key = this.purposes.get(purpose)!.keys.get(id)
    if (!key) {
      this.refreshSoon()
      return undefined
    }
    return openBox(key, HEADER, bind(bytes.subarray(0, HEADER), purpose, bound), bytes)
  }

  /** Another node may have made the key: look, at most once a second. */
  private refreshSoon(): void {
    const now = performance.now()
    if (now - this.refreshed < OWN_REFRESH_MS) return
    this.refreshed = now
    void this.refresh().catch(() => undefined)
  }
}

const newSealKey = (purpose: string): SealKey => ({
  purpose,
  id: randomBytes(6).toString('hex'),
  key: randomBytes(32),
  at: Date.now(),
})
