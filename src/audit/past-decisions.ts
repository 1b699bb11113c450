import type { Principal } from '../kernel/authorization.ts'
import type { DecisionQuery, PastDecision } from '../kernel/ports.ts'
import { actorId } from './identity.ts'

/** The decisions of one record that answer a query. */
export function* pastDecisions(
  { record, decision }: { readonly record: string; readonly decision: string },
  query: DecisionQuery,
): Generator<PastDecision> {
  // A cheap look before the parse: a segment holds the records of many.
  if (!decision.includes(query.principalId)) return
  const decided: {
    principal: Principal
    time: number
    targets: { action: string; allowed: boolean; resource: { arn: string } }[]
  } = JSON.parse(decision)
  const { principal, time } = decided
  if (principal?.account !== query.account || actorId(principal) !== query.principalId) return
  if (time < query.from || time > query.to) return
  const { awsRegion, requestID, recipientAccountId } = JSON.parse(record)
  // A call into another account stands in both logs; the caller's own tells it once.
  if (recipientAccountId !== query.account) return
  for (const { action, allowed, resource } of decided.targets)
    yield {
      action,
      resource: resource.arn,
      allowed,
      time,
      region: awsRegion,
      requestId: requestID,
    }
}
