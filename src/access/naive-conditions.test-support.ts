/** The naive reading of texts, variables and conditions; see naive-oracle.test-support.ts. */

import type { AccessRequest, ContextValue, Principal } from '../kernel/authorization.ts'

export const array = (value: unknown): string[] =>
  value === undefined ? [] : (Array.isArray(value) ? value : [value]).map(String)

const quote = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

export const isLocal = (p: Principal) => ['root', 'user', 'role', 'federated-user'].includes(p.kind)

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
      if (p.kind === 'anonymous') return 'anonymous'
      return p.userId === '' ? undefined : p.userId
    case 'aws:principalisawsservice':
      return String(p.kind === 'service')
    case 'aws:principalservicename':
      return p.kind === 'service' ? p.service : undefined
    case 'aws:tokenissuetime':
      return s && new Date(Math.floor(s.issuedAt / 1000) * 1000).toISOString().replace('.000', '')
    case 'aws:multifactorauthpresent':
      if (s?.mfaAt !== undefined && isLocal(p)) return 'true'
      return r.context(key) ?? (s && isLocal(p) ? 'false' : undefined)
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

export function resourceMatches(
  r: AccessRequest,
  entry: string,
  identity: boolean,
  variables: boolean,
) {
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

export function actionMatches(action: string, entry: string) {
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
  if (/^-?(\d{1,3}|\d{5,})(\.\d+)?$/.test(text)) return Number(text) * 1000
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

export function conditionHolds(
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
  if (set === 'forallvalues:' && array(actual).join('') === '') return true
  if (typeof actual === 'string') return one(actual)
  if (set === 'forallvalues:') return actual.every(one)
  return set === 'foranyvalue:' && actual.some(one)
}
