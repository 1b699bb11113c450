import { collection } from '../kernel/store.ts'
import type { Change } from './driver.ts'
import { type Engine, installation, recordsOf } from './engine.ts'
import { ScopedReader } from './scoped/reader.ts'

interface DocumentRecord {
  readonly hash: string
  readonly text: string
  /** Day on which a record last named it. */
  readonly day: number
}

const stored = collection<DocumentRecord>('sallyport.documents')({
  scope: 'installation',
  version: 1,
  key: ({ hash }) => [hash],
})

const DAY = 24 * 3600 * 1000
const REMEMBERED = 20_000

/** Texts that records of the log name by hash (policies as they were at the decision). */
export class Documents {
  private readonly engine: Engine
  /** Hashes written in this process, with the day that their row says. */
  private readonly known = new Map<string, number>()
  private waiting: DocumentRecord[] = []

  constructor(engine: Engine) {
    this.engine = engine
  }

  /** Keeps a text; it is written with the next segment, which is the one that names it. */
  put(hash: string, text: string): void {
    const day = Math.floor(Date.now() / DAY)
    if (this.known.get(hash) === day) return
    if (this.known.size >= REMEMBERED) this.known.clear()
    this.known.set(hash, day)
    this.waiting.push({ hash, text, day })
  }

  /** The text of a hash, also while it waits for its segment. */
  async get(hash: string): Promise<string | undefined> {
    const waits = this.waiting.find((document) => document.hash === hash)
    if (waits) return waits.text
    const records = recordsOf(this.engine, stored, installation)
    const reader = new ScopedReader(this.engine.driver.read, records)
    return (await reader.get([hash]))?.text
  }

  /** The rows are gone: what was written before is written again. */
  forget(): void {
    this.known.clear()
  }

  /** Documents for the commit that is being made. */
  take(): readonly DocumentRecord[] {
    const taken = this.waiting
    this.waiting = []
    return taken
  }

  /** The commit failed: the next one takes them. */
  putBack(documents: readonly DocumentRecord[]): void {
    this.waiting = [...documents, ...this.waiting]
  }

  changeOf(document: DocumentRecord): Change {
    const records = recordsOf(this.engine, stored, installation)
    const key = records.keyOf(document)
    // Equal hashes are equal texts: whoever writes last only renews the day.
    const row = records.seal(key, document, Date.now() * 1024)
    return { shelf: records.shelf, key, row, added: [], removed: [] }
  }

  /** Forgets documents that were last named before the day of `olderThan`. */
  async prune(olderThan: number): Promise<void> {
    const oldest = Math.floor(olderThan / DAY)
    const records = recordsOf(this.engine, stored, installation)
    const reader = new ScopedReader(this.engine.driver.read, records)
    let after: readonly string[] | undefined
    do {
      const page = await reader.list({ limit: 200, after })
      const gone = page.records.filter(({ day }) => day < oldest)
      if (gone.length > 0) {
        const changes = gone.map((document) => {
          this.known.delete(document.hash)
          const key = records.keyOf(document)
          return { shelf: records.shelf, key, row: undefined, added: [], removed: [] }
        })
        await this.engine.driver.write({ changes })
      }
      after = page.after as readonly string[] | undefined
    } while (after)
  }
}
