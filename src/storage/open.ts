import { randomBytes, randomUUID } from 'node:crypto'
import type { Log } from '../kernel/ports.ts'
import type { Collection, Index, Owner, Store } from '../kernel/store.ts'
import { backup } from './backup.ts'
import { keepPrevious } from './barrier/previous.ts'
import { Sweep, type SweepOptions, type SweepResult } from './barrier/sweep.ts'
import type { Unseal } from './barrier/unseal.ts'
import { Vault } from './barrier/vault.ts'
import type { Documents } from './documents.ts'
import type { Driver, DriverStats, Epochs } from './driver.ts'
import { type Engine, installation } from './engine.ts'
import { type JobHandler, Jobs } from './jobs.ts'
import type { Journal } from './journal.ts'
import { Leases } from './leases.ts'
import { EventLog, type Orphan } from './log.ts'
import { Nodes } from './nodes.ts'
import { type Deliver, Outbox } from './outbox.ts'
import type { PostgresOptions } from './postgres/driver.ts'
import { reindex } from './reindex.ts'
import { ScopedStore } from './scoped/store.ts'
import { StoredSeals } from './seals.ts'
import type { SqliteOptions } from './sqlite/driver.ts'
import { parseStoreUrl } from './store-url.ts'

export interface OpenOptions {
  /** `memory`, `sqlite:<directory>` or `postgres://…`. */
  readonly url: string
  /** Not needed for memory, whose keys end with the process. */
  readonly unseal?: Unseal
  readonly log: Log
  /** Takes facts after their commit; see `deliverFacts`. */
  readonly deliver?: Deliver
  readonly postgres?: PostgresOptions
  readonly sqlite?: SqliteOptions
  /** Tests throw here, as if the process ended. */
  readonly fault?: (step: string) => void
}

/** An open, unsealed store. */
export interface OpenStore {
  readonly node: string
  /** The database below; backup reads it. */
  readonly driver: Driver
  readonly vault: Vault
  readonly epochs: Epochs
  readonly seals: StoredSeals
  readonly log: EventLog
  /** Texts that records of the log name by hash. */
  readonly documents: Documents
  /** A view for an owner; a journal's first writing transaction also writes its intent. */
  storeFor(owner: Owner, journal?: Journal): Store
  /** Gives facts to whom they concern, from now on and those that wait. Until then they wait. */
  deliverFacts(deliver: Deliver): Promise<void>
  /** Resolves when the facts that waited have been delivered, or have failed once. */
  factsSettled(): Promise<void>
  /** Intents whose process ended before it wrote their records. */
  orphans(): Promise<Orphan[]>
  /** Gives every record of a collection its newest version and index entries. */
  reindex<R, I extends Record<string, Index<R>>>(collection: Collection<R, I>): Promise<number>
  /** How many other processes serve this store now. */
  otherNodes(): Promise<number>
  /** Moves every record to the active term and drops the others; see `Sweep`. */
  sweep(options?: SweepOptions): Promise<SweepResult>
  /** A consistent copy of everything, as sealed as it is stored. */
  backup(): AsyncIterable<Uint8Array>
  /** Runs due jobs, by the service's clock; see `Jobs`. */
  runDueJobs(now: number | Date, handler: JobHandler): Promise<number>
  nextJobDue(): Promise<number | undefined>
  stats(): Promise<DriverStats & { readonly size: number }>
  close(): Promise<void>
}

const CARE_MS = 20_000

/** Opens the store and unseals it; a new one is made where there is none. */
export async function openStore(options: OpenOptions): Promise<OpenStore> {
  const driver = await openDriver(options.url, options)
  try {
    return await openOn(driver, options)
  } catch (cause) {
    await driver.close()
    throw cause
  }
}

/** The driver alone: opaque rows, nothing unsealed. */
export async function openDriver(
  url: string,
  options: Pick<OpenOptions, 'postgres' | 'sqlite'> = {},
): Promise<Driver> {
  const parsed = parseStoreUrl(url)
  switch (parsed.kind) {
    case 'memory':
      return new (await import('./memory/driver.ts')).MemoryDriver()
    case 'sqlite':
      return new (await import('./sqlite/driver.ts')).SqliteDriver(parsed.directory, options.sqlite)
    case 'postgres':
      return (await import('./postgres/driver.ts')).PostgresDriver.open(
        parsed.url,
        options.postgres,
      )
  }
}

/** Unseals the store on a driver. */
export async function openOn(driver: Driver, options: OpenOptions): Promise<OpenStore> {
  const { url, log, deliver, fault } = options
  const parsed = parseStoreUrl(url)
  const unseal = options.unseal ?? (parsed.kind === 'memory' ? ephemeral() : undefined)
  if (!unseal) throw new Error('a store that lasts needs a way to unseal it')
  const previous = parsed.kind === 'sqlite' ? keepPrevious(parsed.directory) : undefined
  const vault = await Vault.open({ driver, unseal, keepPrevious: previous, fault })
  const engine: Engine = {
    driver,
    barrier: vault.barrier,
    node: randomUUID(),
    reloadKeyring: () => vault.reload(false),
    factsWritten: (owner) => outbox?.kick(owner),
  }
  const own = new ScopedStore(engine, installation)
  const state = () => ({ generation: vault.generation, term: vault.barrier.term })
  const nodes = new Nodes(own, engine.node, state, () => vault.reload(true), driver.shared)
  if (driver.shared) {
    await nodes.start()
    vault.barrier.isCurrent = () => nodes.isCurrent()
  }
  const leases = new Leases(own, engine.node, driver.shared)
  let outbox: Outbox | undefined
  const deliverFacts = async (to: Deliver): Promise<void> => {
    if (outbox) throw new Error('facts are delivered already')
    outbox = new Outbox(engine, leases, to, log)
    await outbox.kickAll()
  }
  const jobs = new Jobs(own, log)
  const eventLog = new EventLog(engine, leases, () => nodes.aliveIds())
  const sweep = new Sweep({ engine, vault, leases, nodes, log: eventLog, fault })
  if (deliver) await deliverFacts(deliver)
  // Facts of nodes that have ended.
  const care = setInterval(() => void outbox?.kickAll().catch(() => undefined), CARE_MS).unref()
  if (!driver.shared) clearInterval(care)
  return {
    node: engine.node,
    driver,
    vault,
    epochs: driver.epochs,
    seals: new StoredSeals(own),
    log: eventLog,
    documents: eventLog.documents,
    storeFor: (owner, journal) => new ScopedStore(engine, owner, journal),
    deliverFacts,
    factsSettled: async () => outbox?.settled(),
    orphans: () => eventLog.orphans(),
    reindex: (collection) => reindex(engine, collection),
    otherNodes: async () => (await nodes.aliveIds()).size - 1,
    sweep: (how) => sweep.run(how),
    backup: () => backup(driver),
    runDueJobs: (now, handler) => jobs.runDue(Number(now), handler),
    nextJobDue: () => jobs.nextDue(),
    stats: async () => ({ ...driver.stats, size: await driver.size() }),
    close: async () => {
      clearInterval(care)
      await outbox?.close()
      await nodes.stop()
      await driver.close()
    },
  }
}

/** A secret that nobody else has and that ends with the process. */
const ephemeral = (): Unseal => ({ kind: 'ephemeral', secret: randomBytes(32) })
