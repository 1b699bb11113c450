/** Condition keys whose fixed values keep strangers out. */

import { parseRange } from '../ip-ranges.ts'
import type { ValueTest } from './condition-values.ts'

type Fixes = (value: string) => boolean

const ACCOUNT = /^\d{12}$/
const WILD = /[*?]|\$\{/

/** The part before the first wildcard or variable. */
function literalStart(value: string): string {
  const wild = value.search(WILD)
  return wild < 0 ? value : value.slice(0, wild)
}

const exact: Fixes = (value) => value !== '' && !WILD.test(value)

/** A fixed account, or a fixed name where ARNs of the service carry no account. */
const arn: Fixes = (value) => {
  const [scheme, , , , account = '', ...resource] = value.split(':')
  if (scheme !== 'arn') return false
  if (ACCOUNT.test(account)) return true
  return account === '' && literalStart(resource.join(':')) !== ''
}

const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16']

/** Ranges wider than /8 (IPv4) or /32 (IPv6) are everybody's. */
const address: Fixes = (value) => {
  const range = parseRange(value)
  if (range === undefined) return !value.includes('${')
  return PRIVATE.includes(value) || range.prefix >= (range.groups.length === 2 ? 8 : 32)
}

const organizationPath: Fixes = (value) => /^o-[a-z0-9]{10,32}\//.test(literalStart(value))
/** The unique id before the session's name. */
const userId: Fixes = (value) => exact(value) || literalStart(value).includes(':')
/** `repo:owner/...` and the like: whose it is must be fixed. */
const subject: Fixes = (value) => exact(value) || literalStart(value).includes('/')

const FIXES: ReadonlyMap<string, Fixes> = new Map([
  ['aws:sourceip', address],
  ['aws:vpcsourceip', address],
  ...['aws:sourcearn', 'aws:principalarn', 's3:dataaccesspointarn'].map(
    (key) => [key, arn] as const,
  ),
  ...[
    'aws:sourcevpc',
    'aws:sourcevpce',
    'aws:sourceaccount',
    'aws:sourceowner',
    'aws:sourceorgid',
    'aws:principalorgid',
    'aws:principalaccount',
    'aws:vpceaccount',
    'aws:vpceorgid',
    'kms:calleraccount',
    's3:dataaccesspointaccount',
    'elasticfilesystem:accesspointarn',
    'lambda:eventsourcetoken',
  ].map((key) => [key, exact] as const),
  ['aws:principalorgpaths', organizationPath],
  ['aws:sourceorgpaths', organizationPath],
  ['aws:vpceorgpaths', organizationPath],
  ['aws:userid', userId],
])

/** Claims that say for whom a token of a public identity provider was made. */
const CLAIMS: ReadonlyMap<string, Fixes> = new Map([
  ['aud', exact],
  ['oaud', exact],
  ['azp', exact],
  ['app_id', exact],
  ['user_id', exact],
  ['id', exact],
  ['sub', subject],
  ['repository', subject],
  ['repository_owner', exact],
])

function fixesOf(key: string): Fixes | undefined {
  const known = FIXES.get(key)
  if (known !== undefined) return known
  const [provider = '', claim = ''] = key.split(':')
  return provider.includes('.') ? CLAIMS.get(claim) : undefined
}

/** Whether values of a key are fixed, so that no stranger can have one of them. */
export function keepsOut(key: string, { values }: Pick<ValueTest, 'values'>): boolean {
  const fixes = fixesOf(key.toLowerCase())
  return fixes !== undefined && values.length > 0 && values.every(fixes)
}
