import { hashAlgorithm } from '../../crypto/passwords.ts'
import type { CallContext } from '../../kernel/context.ts'
import type { Transaction } from '../../kernel/store.ts'
import { freshUser } from './AdminCreateUser.ts'
import { type Attributes, changed, checkedAttributes, checkRequired } from './attributes.ts'
import { invalid } from './contract.ts'
import { type CredentialRecord, credentials, noCredentials } from './credential-records.ts'
import { providerGroup } from './federation/provider-groups.ts'
import { isPasswordless } from './first-factors.ts'
import { foundGroup } from './groups.ts'
import { foundProvider } from './identity-providers.ts'
import type { ImportFile, ImportJobRecord } from './import-records.ts'
import { hashColumn, ownColumns, type Row } from './import-rows.ts'
import { ownFactors, ownSecrets } from './imported-secrets.ts'
import { linkedUser } from './linked-identities.ts'
import { identitiesOf } from './moved-identities.ts'
import type { PoolRecord } from './pool-records.ts'
import { primaryIdentity, type UserRecord, type UserStatus, users } from './user-records.ts'
import { attributesOfName, normalized, putUser } from './usernames.ts'

/** A user of a file, checked but for what only the store knows. */
export interface ImportedUser {
  readonly user: UserRecord
  readonly credential: CredentialRecord
}

const addresses = ['email', 'phone_number'] as const
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** `02/01/1985` as OpenID Connect has it. */
function birthdate(value: string): string {
  const [, month, day, year] = /^(\d\d)\/(\d\d)\/(\d{4})$/.exec(value) ?? []
  if (year === undefined) throw invalid('The birthdate is not of the form mm/dd/yyyy.')
  return `${year}-${month}-${day}`
}

/** @param outside the name is one that another provider's user has */
function attributesOf(
  pool: PoolRecord,
  row: Row,
  { format }: ImportFile,
  outside: boolean,
): Attributes {
  const list: { Name: string; Value: string }[] = []
  const other = new Set<string>([hashColumn, ...ownColumns])
  for (const [Name, value] of row) {
    if (value === '' || Name === 'cognito:username' || Name === 'cognito:mfa_enabled') continue
    if (other.has(Name)) continue
    const Value = Name === 'birthdate' && format === 'csv' ? birthdate(value) : value
    list.push({ Name, Value })
  }
  const username = nameOf(row)
  const brought = outside ? {} : (attributesOfName(pool, username) ?? {})
  const wanted = { ...brought, ...checkedAttributes(pool, list) }
  for (const [name, value] of Object.entries(brought))
    if (wanted[name] !== value) throw invalid(`User ${name} and username must be the same.`)
  checkRequired(pool, wanted)
  for (const name of addresses)
    if (wanted[`${name}_verified`] === 'true' && !wanted[name])
      throw invalid(`The User Record sets ${name}_verified to true and has no ${name}.`)
  return wanted
}

function nameOf(row: Row): string {
  const username = row.get('cognito:username') ?? ''
  if (username === '') throw invalid('The User Record has no cognito:username.')
  if (/\s/u.test(username) || username.length > 128)
    throw invalid('The cognito:username has spaces, or more than 128 characters.')
  return username
}

function checkVerified({ settings }: PoolRecord, attributes: Attributes): void {
  const verified = settings.AutoVerifiedAttributes ?? []
  if (!verified.some((name) => attributes[`${name}_verified`] === 'true'))
    throw invalid(
      'The User Record does not set any of the auto verified attributes to true. (Example: email_verified to true).',
    )
}

function checkMfa({ mfa }: PoolRecord, wanted: string): void {
  if (!/^(true|false)?$/i.test(wanted))
    throw invalid('The value of cognito:mfa_enabled must be true or false.')
  const isOn = wanted.toLowerCase() === 'true'
  if (mfa.mode === 'OFF' && isOn)
    throw invalid('cognito:mfa_enabled is true, and MFA is off in the user pool.')
  if (mfa.mode === 'ON' && wanted !== '' && !isOn)
    throw invalid('cognito:mfa_enabled is false, and MFA is required in the user pool.')
}

/** Factors of those who have MFA by the file: what the pool can send a code to. */
function factors({ mfa }: PoolRecord, wanted: string, attributes: Attributes): UserRecord['mfa'] {
  if (wanted.toLowerCase() !== 'true') return { enabled: [] }
  if (mfa.sms !== undefined && attributes.phone_number) return { enabled: ['SMS_MFA'] }
  if (mfa.email !== undefined && attributes.email) return { enabled: ['EMAIL_OTP'] }
  return { enabled: [] }
}

function hashOf(row: Row, { algorithm }: Pick<ImportJobRecord, 'algorithm'>): string | undefined {
  const hash = row.get(hashColumn) || undefined
  if (hash === undefined) return undefined
  const known = hashAlgorithm(hash)
  if (known === undefined)
    throw invalid('The password hash has an unknown form, or costs more than is allowed.')
  if (algorithm !== undefined && known !== algorithm)
    throw invalid(`The password hash was not made with ${algorithm}.`)
  return hash
}

const statuses = new Set<UserStatus>(['CONFIRMED', 'UNCONFIRMED', 'RESET_REQUIRED'])

function statusOf(pool: PoolRecord, row: Row, attributes: Attributes, hash: string | undefined) {
  const told = row.get('sallyport:status') as UserStatus | undefined
  if (told !== undefined && hash !== undefined && statuses.has(told)) return told
  if (hash !== undefined) return 'CONFIRMED'
  const canDoWithout = isPasswordless(pool) && (attributes.email || attributes.phone_number)
  return canDoWithout ? 'CONFIRMED' : 'RESET_REQUIRED'
}

/**
 * Makes a user of a row.
 * @throws ServiceError what the log says of the row; it has no data of the user
 */
export function importedUser(
  pool: PoolRecord,
  row: Row,
  job: ImportJobRecord & { readonly file: ImportFile },
  ctx: Pick<CallContext, 'random' | 'now'>,
): ImportedUser {
  const { file } = job
  const identities = file.format === 'lines' ? identitiesOf(row) : undefined
  const outside = primaryIdentity({ identities }) !== undefined
  const attributes = attributesOf(pool, row, file, outside)
  const hash = hashOf(row, job)
  if (file.format === 'csv') checkVerified(pool, attributes)
  const wanted = row.get('cognito:mfa_enabled') ?? ''
  checkMfa(pool, wanted)
  const written = changed({}, attributes) as Record<string, string>
  for (const name of addresses)
    if (attributes[`${name}_verified`] === undefined) delete written[`${name}_verified`]
  const isExternal = outside && row.get('sallyport:status') === 'EXTERNAL_PROVIDER'
  const status = isExternal ? 'EXTERNAL_PROVIDER' : statusOf(pool, row, attributes, hash)
  const made = freshUser(pool, nameOf(row), written, status, ctx)
  const mfa = factors(pool, wanted, attributes)
  if (file.format === 'csv') {
    const known = noCredentials(pool.id, made.sub)
    return { user: { ...made, mfa }, credential: { ...known, hash } }
  }
  const sub = row.get('sallyport:sub') ?? made.sub
  if (!uuid.test(sub)) throw invalid('The sallyport:sub is not a UUID.')
  const user: UserRecord = {
    ...made,
    sub,
    username: usernameOf(pool, row, sub, outside),
    identities,
    enabled: row.get('sallyport:enabled') !== 'false',
    groups: groupsOf(row),
    mfa: ownFactors(row) ?? mfa,
  }
  return { user, credential: { ...noCredentials(pool.id, sub), ...ownSecrets(pool.id, row, hash) } }
}

function usernameOf(pool: PoolRecord, row: Row, sub: string, outside: boolean): string {
  return pool.usernameAttributes.length > 0 && !outside ? sub : normalized(pool, nameOf(row))
}

function groupsOf(row: Row): string[] {
  const text = row.get('sallyport:groups')
  if (text === undefined) return []
  let names: unknown
  try {
    names = JSON.parse(text)
  } catch {}
  if (!Array.isArray(names) || names.length > 100 || !names.every((one) => typeof one === 'string'))
    throw invalid('The sallyport:groups are not a list of at most 100 names.')
  return [...new Set<string>(names)]
}

/** Writes a user whom nobody has the name of. */
export async function putImported(
  tx: Transaction,
  pool: PoolRecord,
  { user, credential }: ImportedUser,
  ctx: Pick<CallContext, 'random' | 'now'>,
): Promise<void> {
  for (const name of user.groups) await foundGroup(tx, pool.id, name)
  if ((await tx.of(users).get([pool.id, user.sub])) !== undefined)
    throw invalid('Another user of the pool has this sallyport:sub.')
  for (const identity of user.identities ?? [])
    if ((await linkedUser(tx, pool.id, identity)) !== undefined)
      throw invalid('Another user of the pool has one of the sallyport:identities.')
  const outside = primaryIdentity(user)
  const provider =
    outside && (await foundProvider(tx, { UserPoolId: pool.id, ProviderName: outside.provider }))
  const written = await putUser(tx, pool, user)
  if (provider !== undefined) {
    const groups = [...written.groups, await providerGroup(tx, provider, ctx)]
    await tx.of(users).put({ ...written, groups })
  }
  await tx.of(credentials).put(credential)
}
