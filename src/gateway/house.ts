import type { BlockList } from 'node:net'
import type { RecordedActivity } from '../audit/activity.ts'
import type { AuditLog } from '../audit/log.ts'
import type { Clock } from '../kernel/clock.ts'
import type { CallOptions } from '../kernel/context.ts'
import type { ServiceEntry } from '../kernel/directory.ts'
import type { Guardrails } from '../kernel/guardrails.ts'
import type { Inventory } from '../kernel/inventory.ts'
import type { PageContext } from '../kernel/page.ts'
import type { Log, Ports, Random } from '../kernel/ports.ts'
import type { PrincipalDirectory, SessionClaims } from '../kernel/principals.ts'
import type { Owner, Store } from '../kernel/store.ts'
import type { Router } from '../wire/route/router.ts'
import type { BarrierControl } from './barrier-control.ts'
import type { Credentials } from './credentials.ts'
import type { EpochCache } from './epoch-cache.ts'
import type { Exchange } from './exchange.ts'
import type { LoadedService } from './loaded-service.ts'
import type { Memberships } from './memberships.ts'
import type { Metrics } from './metrics.ts'
import type { Throttle } from './throttle.ts'

/** What a changing transaction writes first, so that a crash leaves a trace of its call. */
export interface Journal {
  intent(): { readonly id: string; readonly body: Uint8Array }
}

/** A call of one service by another. */
export interface ServiceCall extends CallOptions {
  readonly service: string
  readonly operation: string
  readonly input: unknown
}

/** Everything that the steps of a request may use. Composed by `app.ts`; fixed afterwards. */
export interface House {
  readonly account: string
  readonly region: string
  readonly mode: 'enforce' | 'observe' | 'open'
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly router: Router
  readonly audit: AuditLog
  readonly activity: RecordedActivity
  readonly ports: Ports
  readonly principals: PrincipalDirectory
  readonly guardrails: Guardrails
  readonly inventory: Inventory
  readonly memberships: Memberships
  readonly cache: EpochCache
  readonly barrier: BarrierControl
  readonly credentials: Credentials
  readonly throttle: Throttle
  /** Peers whose word about where a request comes from is taken. */
  readonly trustedProxies: BlockList
  readonly metrics: Metrics
  /** Loaded services answer at once; the first request of one waits for it. */
  service(entry: ServiceEntry): LoadedService | Promise<LoadedService>
  serviceNamed(name: string): LoadedService | Promise<LoadedService> | undefined
  storeFor(owner: Owner, journal?: Journal): Store
  /** A call by the service that handles `outer`; see `inner-call.ts`. */
  callService(outer: Exchange, call: ServiceCall): Promise<unknown>
  /** Claims of a session token of ours; undefined for any other text. */
  openToken(token: string, accessKeyId: string): Promise<SessionClaims | undefined>
  issueSession: PageContext['issueSession']
  /** Services with pages, by the first part of their paths. */
  readonly pages: {
    readonly named: ReadonlyMap<string, ServiceEntry>
    readonly patterns: readonly ServiceEntry[]
    readonly onHosts: readonly ServiceEntry[]
  }
  /** Where others reach this installation, without a slash at the end, when that is settled. */
  readonly publicUrl: string | undefined
  /** Who vouches for tokens: this installation, or AWS's own names. */
  readonly issuer: 'self' | 'aws'
  readonly version: string
  readonly serviceNames: readonly string[]
  /** Undefined where the clock is not a test clock. Resolves when due jobs have run. */
  readonly advanceClock: ((seconds: number) => Promise<void>) | undefined
  /** Messages that were sent, newest last. */
  inbox(to: string | undefined): readonly unknown[]
  reset(): Promise<void>
  /** A consistent copy of everything that is stored, sealed. */
  backup(): AsyncIterable<Uint8Array>
  storeGauges(): Promise<Readonly<Record<string, number>>>
  /** A policy document as it was when a decision named it. */
  document(hash: string): Promise<string | undefined>
  /** Seals a refusal's reason for those of the account who may decode it. */
  encodeMessage(message: Readonly<Record<string, unknown>>, account: string): Promise<string>
  /** Keeps the text of a policy for as long as a record names it. */
  keepDocument(hash: string, document: string): void
}
