/** Statements that would have applied had one thing been otherwise. */

import type { AccessRequest, MatchedStatement, NearMiss } from '../kernel/authorization.ts'
import type { CompiledStatement } from './compile.ts'
import { readKey, type Trace } from './context-keys.ts'
import { NOBODY } from './principals.ts'

/** Most near misses that one layer reports. */
export const NEAR_MISS_LIMIT = 10

function vendorOf(action: string): string {
  return action.slice(0, action.indexOf(':'))
}

/** Statements about other vendors, or about every resource, are not near. */
function isRelated({ source }: CompiledStatement, action: string): boolean {
  const vendor = `${vendorOf(action)}:`
  const speaks = source.actions?.some((entry) => entry.toLowerCase().startsWith(vendor))
  return speaks === true && source.resources?.includes('*') !== true
}

/**
 * The one aspect in which a statement missed the request; undefined when it missed in several or
 * is not worth telling. What the attempt reads is not recorded as read by the decision.
 */
export function nearMiss(
  statement: CompiledStatement,
  describe: () => MatchedStatement,
  request: AccessRequest,
): NearMiss | undefined {
  const action = request.action.toLowerCase()
  const aside: Trace = { reads: new Map(), missing: new Map() }
  const missed: NearMiss['failed'][] = []
  if (!statement.matchesAction(action)) {
    if (!isRelated(statement, action)) return undefined
    missed.push('action')
  }
  if (!statement.matchesResource(request.resource.arn, request, aside)) missed.push('resource')
  if (statement.level(request) === NOBODY) missed.push('principal')
  if (missed.length > 1) return undefined
  const condition = statement.conditions.find((test) => !test.holds(request, aside))
  if (condition !== undefined) missed.push('condition')
  const [failed] = missed
  if (failed === undefined || missed.length > 1) return undefined
  const described = describe()
  if (condition === undefined) return { statement: described, failed }
  const { operator, values } = condition.written
  return {
    statement: described,
    failed,
    operator,
    key: condition.key.name,
    expected: values,
    actual: readKey(condition.key, request, undefined),
  }
}
