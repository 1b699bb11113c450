import { collection } from '../../kernel/store.ts'

export type UserStatus =
  | 'UNCONFIRMED'
  | 'CONFIRMED'
  | 'FORCE_CHANGE_PASSWORD'
  | 'RESET_REQUIRED'
  /** Made by a sign-in at another provider; there is no password. */
  | 'EXTERNAL_PROVIDER'

export interface UserRecord {
  readonly pool: string
  /** The UUID that the pool gave; it never changes. */
  readonly sub: string
  readonly username: string
  /** Without `sub`. */
  readonly attributes: Readonly<Record<string, string>>
  /** New values that wait until they are verified. */
  readonly pending?: Readonly<Record<string, string>> | undefined
  /** `username` and all by which one may sign in instead, in the form in which they are compared. */
  readonly names: readonly string[]
  readonly enabled: boolean
  readonly status: UserStatus
  readonly createdAt: Date
  readonly modifiedAt: Date
  /** Names of groups. */
  readonly groups: readonly string[]
  readonly mfa: UserMfa
  /** Who the user is at providers of others; undefined for none. */
  readonly identities?: readonly LinkedIdentity[] | undefined
}

/** An account at another provider that signs in as the user. */
export interface LinkedIdentity {
  readonly provider: string
  readonly type: string
  /** `Cognito_Subject`, or the attribute of the pool that the provider's claim is mapped to. */
  readonly attribute: string
  readonly value: string
  readonly linkedAt: Date
  /** The user was made by this identity's first sign-in. */
  readonly primary?: boolean | undefined
  /** Entity id of a SAML provider. */
  readonly issuer?: string | undefined
}

/** The name of the attribute that stands for whatever a provider tells its users apart by. */
export const subjectAttribute = 'Cognito_Subject'

/** The identity that a provider-made user came to be by; undefined for users of the pool itself. */
export const primaryIdentity = ({
  identities,
}: Pick<UserRecord, 'identities'>): LinkedIdentity | undefined =>
  identities?.find(({ primary }) => primary === true)

/** An identity as the index has it: it is one user's only. */
export const identityEntry = (
  pool: string,
  { provider, attribute, value }: Pick<LinkedIdentity, 'provider' | 'attribute' | 'value'>,
): string => JSON.stringify([pool, provider, attribute, value])

export type Factor = 'SMS_MFA' | 'SOFTWARE_TOKEN_MFA' | 'EMAIL_OTP'

export interface UserMfa {
  /** A passkey with user verification does for both factors, where the pool has it so. */
  readonly passkey?: boolean | undefined
  readonly enabled: readonly Factor[]
  readonly preferred?: Factor | undefined
}

/** Attributes that ListUsers searches by. */
export const searchable = [
  'email',
  'phone_number',
  'name',
  'given_name',
  'family_name',
  'preferred_username',
] as const

const prefixLengths = [1, 2, 4, 8]

const exact = new Set(['username', 'sub', 'status'])

/** A value as searches compare it: capitals count in names, ids and `status` only. */
export const searchedValue = (attribute: string, value: string): string =>
  exact.has(attribute) ? value : value.toLowerCase()

/** One searched value, as the index has it. */
export const searchEntry = (pool: string, attribute: string, value: string): string =>
  `${pool}|${attribute}|=${searchedValue(attribute, value)}`

/** The longest beginning that the index knows of a value. */
export function prefixEntry(pool: string, attribute: string, given: string): string {
  const value = searchedValue(attribute, given)
  const length = prefixLengths.findLast((one) => one <= value.length) ?? 0
  return `${pool}|${attribute}|^${value.slice(0, length)}`
}

function searchEntries(user: UserRecord): string[] {
  const values: (readonly [string, string | undefined])[] = [
    ['username', user.username],
    ...searchable.map((name) => [name, user.attributes[name]] as const),
  ]
  const entries = [
    searchEntry(user.pool, 'cognito:user_status', user.status),
    searchEntry(user.pool, 'status', user.enabled ? 'Enabled' : 'Disabled'),
  ]
  for (const [name, given] of values) {
    if (given === undefined || given === '') continue
    const value = searchedValue(name, given)
    entries.push(searchEntry(user.pool, name, value))
    for (const length of prefixLengths)
      if (length <= value.length) entries.push(`${user.pool}|${name}|^${value.slice(0, length)}`)
  }
  return entries
}

/** Users by pool and `sub`: names, addresses and numbers are of persons, and found blindly. */
export const users = collection<UserRecord>('cognito.users')({
  scope: 'region',
  version: 1,
  key: ({ pool, sub }) => [pool, sub],
  indexes: {
    name: {
      kind: 'blind',
      unique: true,
      of: (user: UserRecord) => user.names.map((name) => `${user.pool}|${name}`),
    },
    identity: {
      kind: 'blind',
      unique: true,
      of: (user: UserRecord) => user.identities?.map((one) => identityEntry(user.pool, one)),
    },
    search: { kind: 'blind', of: searchEntries },
    group: {
      kind: 'blind',
      of: (user: UserRecord) => user.groups.map((name) => `${user.pool}|${name}`),
    },
  },
})
