/**
 * A second reading of AWS's evaluation rules, slow and literal, for differential tests. It shares
 * nothing with the engine but the vocabulary of a request: JSON.parse, RegExp and plain loops.
 */

import type { AccessRequest, Policy, Principal } from '../kernel/authorization.ts'
import {
  actionMatches,
  array,
  conditionHolds,
  isLocal,
  resourceMatches,
} from './naive-conditions.test-support.ts'

type Json = Record<string, unknown>
type Level = 0 | 1 | 2 | 3

function names(p: Principal): { account: string | undefined; role: string[]; direct: string[] } {
  if (p.kind === 'user') return { account: p.account, role: [], direct: [p.arn, p.userId] }
  if (p.kind === 'role') {
    return { account: p.account, role: [p.roleArn, p.roleId], direct: [p.arn] }
  }
  if (p.kind === 'federated-user') {
    return { account: p.account, role: [p.issuerArn, p.issuerId], direct: [p.arn] }
  }
  return { account: p.kind === 'root' ? p.account : undefined, role: [], direct: [] }
}

function namedLevel(element: unknown, p: Principal): Level {
  const types = (element === '*' ? { AWS: '*' } : element) as Json
  const aws = array(types.AWS)
  if (aws.includes('*')) return 3
  if (p.kind === 'service') return array(types.Service).includes(p.service) ? 3 : 0
  if (p.kind === 'saml' || p.kind === 'web-identity') {
    return array(types.Federated).includes(p.provider) ? 3 : 0
  }
  const { account, role, direct } = names(p)
  const accounts = [account, `arn:aws:iam::${account}:root`]
  const listed = aws.filter((name) => !/^\d{12}$|:root$/.test(name))
  if (listed.some((name) => direct.includes(name))) return 3
  if (listed.some((name) => role.includes(name))) return 2
  return account !== undefined && aws.some((name) => accounts.includes(name)) ? 1 : 0
}

function statementLevel(r: AccessRequest, statement: Json, identity: boolean): Level {
  const p = r.principal
  if (identity) {
    const misplaced = statement.Principal !== undefined || statement.NotPrincipal !== undefined
    return misplaced && statement.Effect === 'Allow' ? 0 : 3
  }
  if (statement.Principal !== undefined) return namedLevel(statement.Principal, p)
  if (statement.NotPrincipal === undefined) return 0
  const element = statement.NotPrincipal
  if (statement.Effect === 'Allow') return namedLevel(element, p) === 0 ? 3 : 0
  const aws = array(element === '*' ? '*' : (element as Json).AWS)
  if (aws.includes('*')) return 0
  if (r.layers.boundary !== undefined) return 3
  if (!isLocal(p)) return namedLevel(element, p) === 0 ? 3 : 0
  const { account, role, direct } = names(p)
  const hasAccount = aws.includes(account!) || aws.includes(`arn:aws:iam::${account}:root`)
  const hasRole = role.length === 0 || role.some((name) => aws.includes(name))
  const hasDirect = direct.length === 0 || direct.some((name) => aws.includes(name))
  return hasAccount && hasRole && hasDirect ? 0 : 3
}

function statementLevelIfApplies(r: AccessRequest, policy: Json, s: Json, identity: boolean) {
  const variables = policy.Version === '2012-10-17'
  const action = (entry: string) => actionMatches(r.action, entry)
  const actions =
    s.Action === undefined ? !array(s.NotAction).some(action) : array(s.Action).some(action)
  if (!actions) return 0
  const resource = (entry: string) => resourceMatches(r, entry, identity, variables)
  const noResource = s.Resource === undefined && s.NotResource === undefined
  const resources = noResource
    ? !identity
    : s.Resource === undefined
      ? !array(s.NotResource).some(resource)
      : array(s.Resource).some(resource)
  if (!resources) return 0
  for (const [operator, keys] of Object.entries((s.Condition ?? {}) as Json)) {
    for (const [key, values] of Object.entries(keys as Json)) {
      if (!conditionHolds(r, operator, key, array(values), variables)) return 0
    }
  }
  return statementLevel(r, s, identity)
}

interface Answer {
  denies: boolean
  level: number
}

function ask(r: AccessRequest, policies: readonly Policy[], identity: boolean): Answer {
  const answer: Answer = { denies: false, level: 0 }
  for (const { document } of policies) {
    const policy = JSON.parse(document) as Json
    const list = Array.isArray(policy.Statement) ? policy.Statement : [policy.Statement]
    for (const statement of list as Json[]) {
      const level = statementLevelIfApplies(r, policy, statement, identity)
      if (level === 0) continue
      if (statement.Effect === 'Deny') answer.denies = true
      else answer.level = Math.max(answer.level, level)
    }
  }
  return answer
}

const RCP_TESTED = ['s3', 'sts', 'sqs', 'kms', 'secretsmanager']

/** Whether AWS would allow the request, by the literal reading of its evaluation rules. */
export function naiveDecision(r: AccessRequest): boolean {
  const { principal: p, layers, resource, action } = r
  if (p.kind !== 'anonymous' && action === 'sts:GetCallerIdentity') return true
  const linked = p.kind === 'role' && p.serviceLinked === true
  const local = isLocal(p)
  const limits: Answer[] = []
  if (local && !linked) for (const l of layers.serviceControl ?? []) limits.push(ask(r, l, true))
  const controlled = RCP_TESTED.includes(action.split(':')[0]!) && action !== 'kms:RetireGrant'
  if (!linked && controlled) {
    for (const level of resource.resourceControl ?? []) limits.push(ask(r, level, false))
  }
  if (layers.endpoint !== undefined) limits.push(ask(r, [layers.endpoint], false))
  const owned = local && p.kind !== 'root'
  const identity = ask(r, owned ? layers.identity : [], true)
  const boundary = owned && layers.boundary ? ask(r, [layers.boundary], true) : undefined
  const session = local && layers.session ? ask(r, layers.session, true) : undefined
  const policy = ask(r, resource.policy ? [resource.policy] : [], false)
  if (limits.some((limit) => limit.denies || limit.level === 0)) return false
  if (identity.denies || boundary?.denies || session?.denies || policy.denies) return false
  let level = policy.level
  for (const grant of resource.grants ?? []) {
    if (!grant.operations.includes(action.split(':')[1]!)) continue
    level = Math.max(level, namedLevel({ AWS: grant.grantee }, p))
  }
  if (!local) return level > 0
  const rootLike = p.kind === 'root' || (p.kind === 'federated-user' && /:root$/.test(p.issuerArn))
  const idp = rootLike || identity.level > 0
  const pb = boundary === undefined || boundary.level > 0
  const sp = session === undefined ? p.kind !== 'federated-user' : session.level > 0
  const same = ['', 'aws', p.account].includes(resource.account)
  if (!same) return level > 0 && idp && pb && sp
  if (level === 3) return true
  if (level === 2) return pb && sp
  if (level === 0 && resource.policyMode === 'required') return false
  return idp && pb && sp
}
