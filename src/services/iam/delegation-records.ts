import type { StateType } from '@aws-sdk/client-iam'
import type { SessionClaims } from '../../kernel/principals.ts'
import { collection } from '../../kernel/store.ts'

const day = 86_400_000

/** A product's wish to act in somebody's account for a while. */
export interface DelegationRecord {
  /** `dr-<uuid>`. */
  readonly id: string
  readonly state: StateType
  /** Account of the product. */
  readonly requestor: string
  readonly workflowId: string
  readonly description: string
  readonly message?: string | undefined
  readonly redirectUrl?: string | undefined
  /** ARN of the topic that is told about every change. */
  readonly channel: string
  readonly templateArn: string
  readonly parameters: readonly {
    readonly Name: string
    readonly Type: 'string' | 'stringList'
    readonly Values: readonly string[]
  }[]
  /** The template with the values of its parameters. */
  readonly policy: string
  /** Seconds. */
  readonly sessionDuration: number
  readonly onlySendByOwner: boolean
  /** Account that it is meant for; undefined while anybody may take it. */
  readonly ownerAccount?: string | undefined
  /** ARN of who took it. */
  readonly ownerId?: string | undefined
  /** ARN of who accepted it, and the session that they lend. */
  readonly approverId?: string | undefined
  readonly lent?: Omit<SessionClaims, 'accessKeyId' | 'secret' | 'policies'> | undefined
  readonly notes?: string | undefined
  readonly rejection?: string | undefined
  readonly createdAt: Date
  readonly updatedAt: Date
  readonly expiresAt: Date
}

/** Installation-wide: a request comes from one account and goes to another. */
export const delegations = collection<DelegationRecord>('iam.delegations')({
  scope: 'installation',
  version: 1,
  key: (request) => [request.id],
  indexes: {
    workflow: {
      kind: 'blind',
      unique: true,
      of: (request: DelegationRecord) => `${request.requestor}/${request.workflowId}`,
    },
    owner: {
      kind: 'clear',
      why: 'account numbers are public identifiers',
      of: (request: DelegationRecord) =>
        request.ownerId === undefined ? undefined : [request.ownerAccount!],
    },
  },
})

/** When a request that entered a state now expires, if nothing happens to it. */
export const expiryOf = (state: StateType, now: Date): Date =>
  new Date(now.getTime() + (state === 'UNASSIGNED' ? day : 7 * day))

/** Milliseconds for which expired requests can still be looked at. */
export const retention = 90 * day

/** The request as it is by now: time may have run out on it. */
export const asOf = (request: DelegationRecord, now: Date): DelegationRecord =>
  now < request.expiresAt ? request : { ...request, state: 'EXPIRED' }
