import type { Layers } from './authorization.ts'
import type { OpenStore } from './principals.ts'
import type { Owner } from './store.ts'

/** A resource that has a policy of its own, for those who look at what policies open. */
export interface PolicedResource {
  readonly arn: string
  /** `AWS::IAM::Role`, `AWS::KMS::Key`. */
  readonly type: string
  readonly account: string
  /** Empty for resources of the whole account. */
  readonly region: string
  /** The policy's JSON text. */
  readonly policy: string
  readonly tags: Readonly<Record<string, string>>
}

/** A user or role with everything that it could use. */
export interface InventoriedPrincipal {
  readonly kind: 'user' | 'role'
  readonly id: string
  readonly name: string
  readonly arn: string
  readonly createdAt: Date
  readonly tags: Readonly<Record<string, string>>
  /** Policies of its own and of its groups, and its boundary. */
  readonly layers: Layers
  readonly serviceLinked: boolean
  readonly keys: readonly {
    readonly id: string
    readonly active: boolean
    readonly createdAt: Date
  }[]
  readonly password?: { readonly setAt: Date; readonly lastUsed?: Date | undefined } | undefined
}

/** What exists in an account, across services. */
export interface Inventory {
  /** Of all services, in one account and Region; those of the whole account come in every Region. */
  resources(owner: Owner): AsyncIterable<PolicedResource>
  principals(account: string): AsyncIterable<InventoriedPrincipal>
}

/** How a service tells its part: the seam `provides.policedResources`. */
export type PolicedResources = (open: OpenStore, owner: Owner) => AsyncIterable<PolicedResource>
