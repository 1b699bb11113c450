import type {
  ChallengeResponseType,
  EventResponseType,
  EventType,
  RiskDecisionType,
  RiskLevelType,
} from '@aws-sdk/client-cognito-identity-provider'
import { collection } from '../../kernel/store.ts'
import type { Origin } from './origins.ts'

/** What somebody did with an account, and what threat protection thought of it. */
export interface AuthEventRecord {
  readonly pool: string
  readonly sub: string
  /** The id of the request that began it: a UUID that begins with the time. */
  readonly id: string
  readonly client: string
  readonly type: EventType
  readonly response: EventResponseType
  readonly level?: RiskLevelType | undefined
  readonly decision: RiskDecisionType
  readonly compromised: boolean
  readonly challenges: readonly Required<ChallengeResponseType>[]
  readonly from: Origin
  readonly feedback?:
    | { readonly value: 'Valid' | 'Invalid'; readonly provider: string; readonly at: Date }
    | undefined
}

/** Later than any event. */
const never = 8_640_000_000_000_000

/** When an event began: its id says so (RFC 9562, version 7). */
export const timeOf = (id: string): number => {
  const time = Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)
  return Number.isNaN(time) ? 0 : time
}

/** Where events of a time are, newest first. */
export const placeAt = (pool: string, sub: string, time: number) =>
  [pool, sub, never - time] as const

export const eventKey = (pool: string, sub: string, id: string) =>
  [...placeAt(pool, sub, timeOf(id)), id] as const

/** Events by user: who did it, and from where, is sealed. */
export const authEvents = collection<AuthEventRecord>('cognito.auth-events')({
  scope: 'region',
  version: 1,
  key: ({ pool, sub, id }) => eventKey(pool, sub, id),
})

/** Milliseconds that events are kept: two years. */
export const keptFor = 730 * 86_400_000
