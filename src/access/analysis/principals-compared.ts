/** Callers that tell statements of resource policies apart. */

import type { AccessRequest, Principal } from '../../kernel/authorization.ts'
import { hasAccount } from '../context-keys.ts'
import type { PrincipalElement } from '../document.ts'
import { MATCHES } from '../operators.ts'
import { NOBODY } from '../principals.ts'
import type { ComparedStatement } from './compared-policies.ts'
import type { Admits, KnownValues } from './condition-atoms.ts'

/** Somebody, and what his request says of him for certain. */
export interface Witness {
  readonly principal: Principal
  /** Whether he has a permissions boundary, which NotPrincipal tells. */
  readonly bounded: boolean
  /** Values of condition keys that follow from who he is; undefined: he has none. */
  readonly known: KnownValues
  /** Of an account that no policy names. */
  readonly outsider: boolean
}

/** Stands for the id of an account that no policy names. */
const OUTSIDE = 'unnamed'

const ACCOUNT = /^\d{12}$/
const ARN = /^arn:([^:]*):(iam|sts)::(\d{12}):(.+)$/
const UNIQUE_ID = /^(?:AIDA|AROA)/
const MOST = 600

interface Names {
  readonly accounts: Set<string>
  readonly users: Set<string>
  readonly roles: Set<string>
  readonly sessions: Set<string>
  readonly federated: Set<string>
  readonly ids: Set<string>
  readonly services: Set<string>
  readonly providers: Set<string>
}

function note(element: PrincipalElement | undefined, names: Names): void {
  if (element === undefined || element === '*') return
  for (const service of element.get('Service') ?? []) names.services.add(service)
  for (const provider of element.get('Federated') ?? []) names.providers.add(provider)
  for (const name of element.get('AWS') ?? []) {
    if (ACCOUNT.test(name)) names.accounts.add(name)
    else if (UNIQUE_ID.test(name)) names.ids.add(name)
    const arn = ARN.exec(name)
    if (arn === null) continue
    names.accounts.add(arn[3]!)
    const resource = arn[4]!
    if (resource.startsWith('user/')) names.users.add(name)
    else if (resource.startsWith('role/')) names.roles.add(name)
    else if (resource.startsWith('assumed-role/')) names.sessions.add(name)
    else if (resource.startsWith('federated-user/')) names.federated.add(name)
  }
}

function user(arn: string, account: string, id: string): Principal {
  return { kind: 'user', account, arn, userId: id, name: arn.slice(arn.lastIndexOf('/') + 1) }
}

function session(roleArn: string, account: string, id: string, sessionName: string): Principal {
  const roleName = roleArn.slice(roleArn.lastIndexOf('/') + 1)
  const partition = roleArn.split(':')[1]!
  return {
    kind: 'role',
    account,
    arn: `arn:${partition}:sts::${account}:assumed-role/${roleName}/${sessionName}`,
    userId: `${id}:${sessionName}`,
    roleArn,
    roleId: id,
    roleName,
    sessionName,
  }
}

const within = (names: Iterable<string>, account: string) =>
  [...names].filter((name) => name.split(':')[4] === account)

/** The members of an account that names can tell apart. */
function members(account: string, names: Names): readonly Principal[] {
  const root = `arn:aws:iam::${account}:root`
  const userIds = [...[...names.ids].filter((id) => id.startsWith('AIDA')), 'AIDAUNNAMED']
  const roleIds = [...[...names.ids].filter((id) => id.startsWith('AROA')), 'AROAUNNAMED']
  const userArns = [...within(names.users, account), `arn:aws:iam::${account}:user/unnamed member`]
  const roleArns = [...within(names.roles, account), `arn:aws:iam::${account}:role/unnamed member`]
  const users = userArns.flatMap((arn) => userIds.map((id) => user(arn, account, id)))
  const sessions = roleArns.flatMap((arn) =>
    roleIds.map((id) => session(arn, account, id, 'unnamed session')),
  )
  for (const named of within(names.sessions, account)) {
    const [, roleName, sessionName = ''] = named.split(':')[5]!.split('/')
    const own = roleArns.filter((arn) => arn.endsWith(`/${roleName}`))
    // The name of a session does not tell the path of its role.
    const free = ['', 'unnamed/'].map((path) => `arn:aws:iam::${account}:role/${path}${roleName}`)
    for (const arn of [...own, ...free]) {
      for (const id of roleIds) sessions.push(session(arn, account, id, sessionName))
    }
  }
  const issuers = [
    ...userArns.map((arn) => [arn, 'AIDAUNNAMED'] as const),
    [root, account] as const,
  ]
  const federated = issuers.flatMap(([issuerArn, issuerId]) =>
    [...within(names.federated, account), `arn:aws:sts::${account}:federated-user/unnamed`].map(
      (arn): Principal => ({
        kind: 'federated-user',
        account,
        arn,
        userId: `${account}:unnamed`,
        name: 'unnamed',
        issuerArn,
        issuerId,
      }),
    ),
  )
  return [
    { kind: 'root', account, arn: root, userId: account },
    ...users,
    ...sessions,
    ...federated,
  ]
}

function knownOf(principal: Principal, outsider: boolean): KnownValues {
  const known = new Map<string, string | undefined>([
    ['aws:principalisawsservice', principal.kind === 'service' ? 'true' : 'false'],
  ])
  const { kind } = principal
  if (kind === 'service') known.set('aws:principalservicename', principal.service)
  if (!hasAccount(principal)) {
    return known.set('aws:principalaccount', undefined).set('aws:principalarn', undefined)
  }
  if (outsider) return known
  known.set('aws:principalaccount', principal.account)
  const arn = kind === 'role' ? principal.roleArn : principal.arn
  if (!arn.includes('unnamed')) known.set('aws:principalarn', arn)
  return known
}

/** Everybody that the statements' principals, and further accounts, can tell apart. */
export function witnesses(
  statements: readonly ComparedStatement[],
  accounts: Iterable<string> = [],
): readonly Witness[] | undefined {
  const names: Names = {
    accounts: new Set(accounts),
    users: new Set(),
    roles: new Set(),
    sessions: new Set(),
    federated: new Set(),
    ids: new Set(),
    services: new Set(['unnamed.amazonaws.com']),
    providers: new Set(['unnamed.example.com']),
  }
  for (const { source } of statements) {
    note(source.principal, names)
    note(source.notPrincipal, names)
  }
  names.accounts.add(OUTSIDE)
  const nobody = { account: '', arn: '', userId: '' }
  const everybody: Principal[] = [
    ...[...names.accounts].flatMap((account) => members(account, names)),
    ...[...names.services].map((service): Principal => ({ ...nobody, kind: 'service', service })),
    ...[...names.providers].map(
      (provider): Principal => ({ ...nobody, kind: 'web-identity', provider }),
    ),
    { ...nobody, kind: 'anonymous' },
  ]
  if (everybody.length > MOST) return undefined
  const excepts = statements.some(({ source }) => source.notPrincipal !== undefined)
  return everybody.flatMap((principal) =>
    (excepts ? [false, true] : [false]).map((bounded) => {
      const outsider = principal.account === OUTSIDE
      return { principal, bounded, known: knownOf(principal, outsider), outsider }
    }),
  )
}

const UNUSED = { id: '', kind: 'managed', document: '', hash: '' } as const

/** Whether a statement means somebody. */
export function means(statement: ComparedStatement, { principal, bounded }: Witness): boolean {
  const layers = { identity: [], boundary: bounded ? UNUSED : undefined }
  return statement.level({ principal, layers } as unknown as AccessRequest) !== NOBODY
}

/** The account that a whole pattern of an ARN is bound to, or a bare account. */
function boundTo(value: string): string | undefined {
  if (ACCOUNT.test(value)) return value
  const [scheme, partition, service, region, account = ''] = value.split(':')
  const head = [scheme, partition, service, region].join(':')
  return /[*?$]/.test(head) || !ACCOUNT.test(account) ? undefined : account
}

const OF_PRINCIPALS: ReadonlySet<string> = new Set(['aws:principalaccount', 'aws:principalarn'])

/** Accounts that conditions on the caller's account or ARN name. */
export function accountsAsked(statements: readonly ComparedStatement[]): readonly string[] {
  return statements.flatMap(({ source }) =>
    source.conditions.flatMap(({ key, values }) =>
      OF_PRINCIPALS.has(key.toLowerCase())
        ? values.map(boundTo).filter((one) => one !== undefined)
        : [],
    ),
  )
}

const admitted = new Map<string, Admits>()

/** Nobody has the ARN or the id of another account. */
export function ownValues(witness: Witness | undefined): (key: string) => Admits | undefined {
  const account = witness?.principal.account
  if (account === undefined || account === '') return () => undefined
  const own = admitted.get(account) ?? ownAccount(account)
  if (admitted.size > 1_000) admitted.clear()
  admitted.set(account, own)
  return (key) => (OF_PRINCIPALS.has(key) ? own : undefined)
}

const ownAccount =
  (account: string): Admits =>
  (tests, verdicts) =>
    tests.every(({ values }, index) => {
      if (verdicts[index] !== MATCHES) return true
      return values.some((value) => (boundTo(value) ?? account) === account)
    })
