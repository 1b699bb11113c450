/**
 * A second reading of AWS's evaluation rules, slow and literal, for differential tests. It shares
 * nothing with the engine but the vocabulary of a request: JSON.parse, RegExp and plain loops.
 */

import type { AccessRequest, ContextValue, Policy, Principal } from '../kernel/authorization.ts'

type Json = Record<string, unknown>
type Level = 0 | 1 | 2 | 3

const array = (value: unknown): string[] =>
  value === undefined ? [] : (Array.isArray(value) ? value : [value]).map(String)

const quote = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

const isLocal = (p: Principal) => ['root', 'user', 'role', 'federated-user'].includes(p.kind)

// --- context ---------------------------------------------------------------------------------

function tag(tags: Readonly<Record<string, string>> | undefined, name: string) {
  return Object.entries(tags ?? {}).find(([key]) => key.toLowerCase() === name)?.[1]
}

function derived(r: AccessRequest, key: string): ContextValue | undefined {
  const p = r.principal
  const s = p.session
  if (key.startsWith('aws:principaltag/')) {
    const name = key.slice('aws:principaltag/'.length)
    return tag(s?.tags, name) ?? tag(p.tags, name)
  }
  if (/^[^:]+:resourcetag\//.test(key)) return tag(r.resource.tags, key.split('resourcetag/')[1]!)
  const claim = Object.entries(s?.federatedKeys ?? {}).find(([k]) => k.toLowerCase() === key)
  switch (key) {
    case 'aws:principalarn':
      return isLocal(p) ? (p.kind === 'role' ? p.roleArn : p.arn) : undefined
    case 'aws:principalaccount':
      return isLocal(p) ? p.account : undefined
    case 'aws:principaltype':
      return {
        root: 'Account',
        user: 'User',
        role: 'AssumedRole',
        'federated-user': 'FederatedUser',
        anonymous: 'Anonymous',
        service: undefined,
        saml: undefined,
        'web-identity': undefined,
      }[p.kind]
    case 'aws:username':
      return p.kind === 'user' ? p.name : undefined
    case 'aws:userid':
      return p.userId === '' ? undefined : p.userId
    case 'aws:principalisawsservice':
      return String(p.kind === 'service')
    case 'aws:principalservicename':
      return p.kind === 'service' ? p.service : undefined
    case 'aws:tokenissuetime':
      return s && new Date(Math.floor(s.issuedAt / 1000) * 1000).toISOString().replace('.000', '')
    case 'aws:multifactorauthpresent':
      return s && isLocal(p) ? String(s.mfaAt !== undefined) : undefined
    case 'aws:multifactorauthage':
      return s?.mfaAt === undefined ? undefined : String(Math.floor((r.now - s.mfaAt) / 1000))
    case 'aws:sourceidentity':
      return s?.sourceIdentity
    case 'aws:currenttime':
      return new Date(Math.floor(r.now / 1000) * 1000).toISOString().replace('.000', '')
    case 'aws:epochtime':
      return String(Math.floor(r.now / 1000))
    case 'aws:resourceaccount':
      return r.resource.account === '' ? undefined : r.resource.account
    default:
      return claim?.[1]
  }
}

function keyValue(r: AccessRequest, key: string): ContextValue | undefined {
  const lower = key.toLowerCase()
  const value = derived(r, lower) ?? r.context(lower)
  return Array.isArray(value) && value.length === 0 ? undefined : value
}

// --- texts with variables ----------------------------------------------------------------------

const VARIABLE = /\$\{(?:([*?$])|\s*([^\s'{},$*?]+?)\s*(?:,\s*'([^'}]*)'\s*)?)\}/g

/** RegExp source of a policy text; undefined when a variable has no value. */
function source(
  r: AccessRequest,
  text: string,
  how: { variables: boolean; star?: string; one?: string },
): string | undefined {
  const plain = (part: string) => {
    if (how.star === undefined) return quote(part)
    return part.replace(/[*]|[?]|[^*?]+/g, (piece) => {
      if (piece === '*') return how.star!
      return piece === '?' ? how.one! : quote(piece)
    })
  }
  if (!how.variables) return plain(text)
  let result = ''
  let last = 0
  for (const match of text.matchAll(VARIABLE)) {
    result += plain(text.slice(last, match.index))
    last = match.index + match[0].length
    if (match[1] !== undefined) {
      result += quote(match[1])
      continue
    }
    const value = keyValue(r, match[2]!) ?? match[3]
    if (typeof value !== 'string') return undefined
    result += quote(value)
  }
  return result + plain(text.slice(last))
}

const full = (pattern: string, flags = '') => new RegExp(`^(?:${pattern})$`, `s${flags}`)

function resourceMatches(r: AccessRequest, entry: string, identity: boolean, variables: boolean) {
  if (entry === '*') return true
  const segments = entry.split(':')
  if (identity && segments[0] === 'arn' && segments.length < 6) segments.push('*')
  const head = segments.slice(0, 5).map((segment) => {
    const closing = segment.match(/\*$/) ? '.*' : ''
    const inner = closing ? segment.slice(0, -1) : segment
    return source(r, inner, { variables: false, star: '[^:]*', one: '[^:]' })! + closing
  })
  if (segments.length <= 5) return full(head.join(':')).test(r.resource.arn)
  const tail = source(r, segments.slice(5).join(':'), { variables, star: '.*', one: '.' })
  return tail !== undefined && full([...head, tail].join(':')).test(r.resource.arn)
}

function actionMatches(action: string, entry: string) {
  if (entry === '*') return true
  if (!/^[^:*?]+:/.test(entry)) return false
  const pattern = entry.replace(/[*]|[?]|[^*?]+/g, (p) =>
    p === '*' ? '.*' : p === '?' ? '.' : quote(p),
  )
  return full(pattern, 'i').test(action)
}

// --- conditions ----------------------------------------------------------------------------------

function asNumber(text: string) {
  return /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text) ? Number(text) : undefined
}

function asDate(text: string) {
  if (/^-?\d{5,}(\.\d+)?$/.test(text)) return Number(text) * 1000
  if (!/^\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?)?)?$/.test(text)) {
    return undefined
  }
  const zoned = /T/.test(text) && !/(Z|[+-]\d\d:\d\d)$/.test(text) ? `${text}Z` : text
  const time = Date.parse(zoned)
  return Number.isNaN(time) ? undefined : time
}

function bits(text: string): string | undefined {
  if (!text.includes(':')) {
    const octets = text.split('.')
    if (octets.length !== 4) return undefined
    if (!octets.every((o) => /^(0|[1-9]\d*)$/.test(o) && Number(o) < 256)) return undefined
    return octets.map((o) => Number(o).toString(2).padStart(8, '0')).join('')
  }
  const sides = text.split('::')
  if (sides.length > 2) return undefined
  const [left, right] = sides.map((side) => (side === '' ? [] : side.split(':')))
  const filled = 8 - left!.length - (right?.length ?? 0)
  if (right === undefined ? filled !== 0 : filled < 1) return undefined
  const groups = [...left!, ...(right ? new Array(filled).fill('0') : []), ...(right ?? [])]
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined
  return groups.map((g) => Number.parseInt(g, 16).toString(2).padStart(16, '0')).join('')
}

function inRange(address: string, range: string) {
  const [base, prefix] = range.split('/')
  const a = bits(address)
  const b = bits(base!)
  if (a === undefined || b === undefined || a.length !== b.length) return false
  const length = prefix === undefined ? b.length : Number(prefix)
  return length <= b.length && a.slice(0, length) === b.slice(0, length)
}

function arnMatches(r: AccessRequest, arn: string, entry: string, variables: boolean) {
  if (entry === '*') return true
  // A mark that no test value contains stands for the colons that cut the pattern.
  const pattern = source(r, entry, { variables, star: '\u0001', one: '\u0002' })
  if (pattern === undefined) return false
  const parts = pattern.split(':')
  const given = arn.split(':')
  if (parts.length < 6 || given.length < 6) return false
  const pairs = parts.slice(0, 5).map((part, i) => [part, given[i]!] as const)
  pairs.push([parts.slice(5).join(':'), given.slice(5).join(':')])
  return pairs.every(([part, text]) =>
    full(part.replaceAll('\u0001', '.*').replaceAll('\u0002', '.')).test(text),
  )
}

/** undefined: the request's value has the wrong type. */
function meets(
  r: AccessRequest,
  operator: string,
  value: string,
  wanted: string,
  variables: boolean,
): boolean | undefined {
  const compare = (parse: (text: string) => number | undefined, kind: string) => {
    const a = parse(value)
    const b = parse(wanted)
    if (a === undefined) return undefined
    if (b === undefined) return false
    if (kind === 'lessthan') return a < b
    if (kind === 'lessthanequals') return a <= b
    if (kind === 'greaterthan') return a > b
    return kind === 'greaterthanequals' ? a >= b : a === b
  }
  const text = (flags: string, wild: boolean) => {
    const pattern = source(r, wanted, wild ? { variables, star: '.*', one: '.' } : { variables })
    return pattern !== undefined && full(pattern, flags).test(value)
  }
  if (operator.startsWith('numeric')) return compare(asNumber, operator.slice(7))
  if (operator.startsWith('date')) return compare(asDate, operator.slice(4))
  switch (operator) {
    case 'stringequals':
    case 'stringnotequals':
      return text('', false)
    case 'stringequalsignorecase':
    case 'stringnotequalsignorecase':
      return text('i', false)
    case 'stringlike':
    case 'stringnotlike':
      return text('', true)
    case 'bool':
      if (!/^(true|false)$/i.test(value)) return undefined
      return value.toLowerCase() === wanted.toLowerCase()
    case 'binaryequals':
      return Buffer.from(value, 'base64').equals(Buffer.from(wanted, 'base64'))
    case 'ipaddress':
    case 'notipaddress':
      return bits(value) === undefined ? undefined : inRange(value, wanted)
    default:
      if (!/^arn:([^:]*:){4}/.test(value)) return undefined
      return arnMatches(r, value, wanted, variables)
  }
}

function conditionHolds(
  r: AccessRequest,
  operator: string,
  key: string,
  values: string[],
  variables: boolean,
): boolean {
  const match = /^(forallvalues:|foranyvalue:)?(.*?)(ifexists)?$/.exec(operator.toLowerCase())!
  const [, set, base, ifExists] = match
  const actual = keyValue(r, key)
  if (base === 'null') return values.some((v) => v.toLowerCase() === String(actual === undefined))
  const negated = base!.includes('not')
  if (actual === undefined) {
    if (ifExists !== undefined || set === 'forallvalues:') return true
    return set === undefined && negated
  }
  const one = (value: string) => {
    const results = values.map((wanted) => meets(r, base!, value, wanted, variables))
    if (results.includes(undefined)) return false
    return negated ? !results.includes(true) : results.includes(true)
  }
  if (typeof actual === 'string') return one(actual)
  if (set === 'forallvalues:') return actual.every(one)
  return set === 'foranyvalue:' && actual.some(one)
}

// --- statements ------------------------------------------------------------------------------------

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
