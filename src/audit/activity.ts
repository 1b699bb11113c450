import type { Principal } from '../kernel/authorization.ts'
import type { ActionUse, Activity, Use } from '../kernel/ports.ts'
import { collection, type Key, type Owner, type Store } from '../kernel/store.ts'
import { actorId } from './identity.ts'

interface UseRecord extends ActionUse {
  /** Unique id of a user or role, an account, or an access key id. */
  readonly of: string
}

/** By whom, service and action; a key's uses have no action. */
const uses = collection<UseRecord>('sallyport.uses')({
  scope: 'account',
  version: 1,
  key: ({ of, service, action }) => [of, service, action],
})

/** Up to when the event log has been counted. */
const counted = collection<{ readonly until: number }>('sallyport.uses-counted')({
  scope: 'installation',
  version: 1,
  key: () => ['until'],
})

/** One call as it counts. */
export interface Call {
  readonly principal: Principal
  readonly service: string
  readonly action: string
  readonly time: number
  readonly region: string
}

interface Noted {
  readonly account: string
  readonly use: UseRecord
}

const flushEvery = 5_000
/** The log is counted again from a little before where the last process stopped. */
const overlap = 60_000
const page = 500

/**
 * Last uses of keys and principals. Calls are noted in memory as they are recorded and written every
 * few seconds; what a crash loses is counted again from the event log at the next start.
 */
export class RecordedActivity implements Activity {
  readonly #open: (owner: Owner) => Store
  readonly #now: () => number
  #noted = new Map<string, Noted>()
  #writing: ReadonlyMap<string, Noted> = new Map()
  #flushing: Promise<void> = Promise.resolve()
  #timer: NodeJS.Timeout | undefined

  constructor(open: (owner: Owner) => Store, now: () => number) {
    this.#open = open
    this.#now = now
  }

  /** Counts what the last process may not have written, and begins to write now and then. */
  async start(
    since: (from: number) => AsyncIterable<{ record: string; decision: string }>,
    failed: (error: unknown) => void,
  ): Promise<void> {
    const mark = await this.#installation.of(counted).get(['until'])
    if (mark !== undefined)
      for await (const entry of since(mark.until - overlap)) this.#count(entry)
    this.#timer = setInterval(() => this.flush().catch(failed), flushEvery).unref()
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.flush()
  }

  /** Takes a call into account; cheap, because every call does it. */
  note({ principal, service, action, time, region }: Call): void {
    const actor = actorId(principal)
    if (actor === undefined) return
    const { account, accessKeyId } = principal
    this.#keep(account, { of: actor, service, action, time, region })
    if (accessKeyId?.startsWith('AKIA'))
      this.#keep(account, { of: accessKeyId, service, action: '', time, region })
  }

  async key(account: string, accessKeyId: string): Promise<ActionUse | undefined> {
    return latest(await this.actions(account, accessKeyId))
  }

  async principal(account: string, principalId: string): Promise<Use | undefined> {
    return latest(await this.actions(account, principalId))
  }

  async actions(account: string, of: string): Promise<readonly ActionUse[]> {
    const found = new Map<string, ActionUse>()
    const add = (use: UseRecord) => {
      const key = keyOf(use)
      if ((found.get(key)?.time ?? 0) <= use.time) found.set(key, use)
    }
    // What is noted but not written yet is looked at first: meanwhile it may be written.
    for (const { use } of [...this.#writing.values(), ...this.#noted.values()])
      if (use.of === of) add(use)
    let after: Key | undefined
    do {
      const reader = this.#open({ account, region: '' }).of(uses)
      const { records, after: next } = await reader.list({ prefix: [of], after, limit: page })
      for (const use of records) add(use)
      after = next
    } while (after !== undefined)
    return [...found.values()]
  }

  /** Writes what was noted. A failed write is tried again with the next. */
  flush(): Promise<void> {
    const mine = this.#flushing.then(() => this.#write())
    this.#flushing = mine.catch(() => undefined)
    return mine
  }

  get #installation(): Store {
    return this.#open({ account: '', region: '' })
  }

  async #write(): Promise<void> {
    if (this.#noted.size === 0) return
    const until = this.#now()
    const noted = [...this.#noted.values()]
    this.#writing = this.#noted
    this.#noted = new Map()
    try {
      for (const [account, group] of Map.groupBy(noted, (entry) => entry.account))
        await this.#open({ account, region: '' }).transaction(async (tx) => {
          const writer = tx.of(uses)
          for (const { use } of group) {
            const old = await writer.get([use.of, use.service, use.action])
            if (old === undefined || old.time < use.time) await writer.put(use)
          }
        })
      await this.#installation.transaction((tx) => tx.of(counted).put({ until }))
    } catch (error) {
      for (const { account, use } of noted) this.#keep(account, use)
      throw error
    } finally {
      this.#writing = new Map()
    }
  }

  #keep(account: string, use: UseRecord): void {
    const key = keyOf(use)
    const known = this.#noted.get(key)
    if (known === undefined || known.use.time <= use.time) this.#noted.set(key, { account, use })
  }

  #count({ record, decision }: { readonly record: string; readonly decision: string }): void {
    const { principal, time }: { principal?: Principal; time: number } = JSON.parse(decision)
    if (principal === undefined) return
    const { eventSource, eventName, awsRegion, recipientAccountId } = JSON.parse(record)
    if (recipientAccountId !== principal.account) return
    const service = String(eventSource).split('.')[0]!
    this.note({ principal, service, action: eventName, time, region: awsRegion })
  }
}

const keyOf = ({ of, service, action }: UseRecord): string => `${of} ${service} ${action}`

const latest = (found: readonly ActionUse[]): ActionUse | undefined =>
  found.reduce<ActionUse | undefined>(
    (newest, use) => (newest === undefined || use.time > newest.time ? use : newest),
    undefined,
  )
