import type { CallContext, ReadContext } from './context.ts'
import type { Input, OperationName, Output } from './contract.ts'
import type { Page } from './page.ts'
import type { Quota, QuotaOf } from './quota.ts'
import type { Fact, Job, Owner, Readable } from './store.ts'
import type { Target } from './target.ts'

/** Who may call an operation. There is no default: the compiler asks. */
export type Access<In, T extends readonly Target[]> =
  | {
      readonly kind: 'iam'
      /** Every decision the call needs. All must be allowed. */
      readonly targets: (input: In, read: ReadContext) => T | Promise<T>
    }
  /** An authenticated caller, whatever the policies say. */
  | { readonly kind: 'authenticated'; readonly why: string }
  | {
      readonly kind: 'public'
      readonly why: string
      /** Finds account and Region, because an unsigned call carries neither. */
      readonly locate: (input: In, read: ReadContext) => Owner | Promise<Owner>
    }
  /** A bearer token of ours, with the scope that it must hold: `locate` verifies both. */
  | {
      readonly kind: 'token'
      readonly scope: string
      readonly locate: (input: In, read: ReadContext) => Owner | Promise<Owner>
    }

export interface Operation<C, Op extends OperationName<C>, T extends readonly Target[]> {
  readonly name: Op
  readonly access: Access<Input<C, Op>, T>
  readonly handle: (
    input: Input<C, Op>,
    ctx: CallContext,
    targets: T,
  ) => Output<C, Op> | Promise<Output<C, Op>>
  /** `ctx.now()` of this operation has no milliseconds. */
  readonly time?: 'whole-seconds'
}

/**
 * Makes a service's `operation(name, { access, handle })`.
 * @param time `whole-seconds` where AWS's service keeps and tells time without milliseconds
 */
export const operationsOf =
  <C>(time?: 'whole-seconds') =>
  <Op extends OperationName<C>, const T extends readonly Target[] = []>(
    name: Op,
    definition: Omit<Operation<C, Op, T>, 'name' | 'time'>,
  ): Operation<C, Op, T> => ({ name, ...definition, ...(time !== undefined && { time }) })

/** The time without its milliseconds. */
export const wholeSeconds = (time: Date): Date =>
  new Date(Math.floor(time.getTime() / 1_000) * 1_000)

export type OperationTable<C> = {
  readonly [Op in OperationName<C>]?: { readonly name: Op } & AnyOperation
}

/** An operation whose types have been checked already; what the gateway handles. */
export interface AnyOperation {
  readonly name: string
  // biome-ignore lint/suspicious/noExplicitAny: erased on purpose; each operation was typed where it was defined
  readonly access: Access<any, any>
  // biome-ignore lint/suspicious/noExplicitAny: see above
  readonly handle: (input: any, ctx: CallContext, targets: any) => unknown
  readonly time?: 'whole-seconds'
}

/** What is needed to look up a host name. */
export type HostReading = Pick<ReadContext, 'cached'> & { readonly store: Readable }

/** A service as the gateway sees it. */
export interface Service {
  readonly name: string
  readonly contract: () => Promise<object>
  readonly operations: Readonly<Record<string, AnyOperation | undefined>>
  /** Why an operation is not built. `others` speaks for all that are not listed. */
  readonly notYet: Readonly<Record<string, string>>
  /** Seams that are not calls (`iam.principals`). */
  readonly provides: Readonly<Record<string, unknown>>
  readonly on: Readonly<Record<string, (fact: Fact, ctx: CallContext) => Promise<void>>>
  readonly jobs: Readonly<Record<string, (job: Job, ctx: CallContext) => Promise<void>>>
  /** Input and output members that never reach the audit log (`SecretAccessKey`). */
  readonly secrets: readonly string[]
  /** Request rates by operation, as AWS documents them; `others` is for all that are not named. */
  readonly quotas: Readonly<Record<string, Quota | QuotaOf>>
  /** What is served beside the operations, under the paths that its entry names. */
  readonly pages: readonly Page[]
  /** Whether a host name is one that somebody brought along for the service's pages (`pagesOnHosts`). */
  readonly ownsHost?: ((host: string, read: HostReading) => Promise<boolean>) | undefined
  /** The service's own error for input that breaks the model, given the sentence that says how. */
  readonly invalid?: ((sentence: string) => Error) | undefined
}

type NotYet<C, T> =
  | { readonly [Op in Exclude<OperationName<C>, keyof T>]: string }
  | ({ readonly [Op in Exclude<OperationName<C>, keyof T>]?: string } & { readonly others: string })

/**
 * Declares a service. The compiler refuses an operation that is neither handled nor in `notYet`, a
 * wrong name, and an operation filed under the name of another.
 */
export const defineService =
  <C extends object>() =>
  <const T extends OperationTable<C>>(definition: {
    readonly name: string
    readonly contract: () => Promise<C>
    readonly operations: T & { readonly [K in Exclude<keyof T, OperationName<C>>]: never }
    readonly notYet: NotYet<C, T>
    readonly provides?: Service['provides']
    readonly on?: Service['on']
    readonly jobs?: Service['jobs']
    readonly secrets?: readonly string[]
    readonly quotas?: Service['quotas']
    readonly pages?: Service['pages']
    readonly ownsHost?: Service['ownsHost']
    readonly invalid?: Service['invalid']
  }): Service => ({
    provides: {},
    on: {},
    jobs: {},
    secrets: [],
    quotas: {},
    pages: [],
    ...definition,
    operations: definition.operations as Service['operations'],
    notYet: definition.notYet as Service['notYet'],
  })
