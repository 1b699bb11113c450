import type { SchemaAttributeType } from '@aws-sdk/client-cognito-identity-provider'
import type { ClientRecord } from './client-records.ts'
import { fail, invalid } from './contract.ts'
import type { PoolRecord } from './pool-records.ts'
import type { LinkedIdentity, UserRecord } from './user-records.ts'

export type Attributes = Readonly<Record<string, string>>

/** A list of attributes as the API has it. */
export type AttributeList = readonly {
  readonly Name: string
  readonly Value?: string | undefined
}[]

const nonconforming = (problems: readonly string[]) =>
  invalid(`Attributes did not conform to the schema: ${problems.map((one) => `${one}\n`).join('')}`)

const isEmail = (text: string) => /^[^\s@]{1,64}@[^\s@.][^\s@]*\.[^\s@.]+$/.test(text)
const isPhone = (text: string) => /^\+\d{3,15}$/.test(text)

/** What is wrong with a value; undefined when nothing is. */
function problemOf({ Name, ...schema }: SchemaAttributeType, value: string): string | undefined {
  if (Name === 'email' && !isEmail(value)) throw invalid('Invalid email address format.')
  if (Name === 'phone_number' && !isPhone(value)) throw invalid('Invalid phone number format.')
  if (Name === 'birthdate' && !/^\d{4}-\d\d-\d\d$/.test(value))
    return 'Birthdate must be of the form YYYY-MM-DD'
  if (schema.AttributeDataType === 'Boolean')
    return /^(true|false)$/i.test(value) ? undefined : 'The value must be true or false'
  if (schema.AttributeDataType === 'DateTime')
    return Number.isNaN(Date.parse(value)) ? 'The value must be a date' : undefined
  if (schema.AttributeDataType === 'Number') {
    if (!/^-?\d{1,20}$/.test(value)) return 'The value must be an integer'
    const { MinValue: least, MaxValue: most } = schema.NumberAttributeConstraints ?? {}
    if (least !== undefined && BigInt(value) < BigInt(least))
      return `Integer must be at least ${least}`
    if (most !== undefined && BigInt(value) > BigInt(most))
      return `Integer must not be more than ${most}`
    return undefined
  }
  const { MinLength: least = '0', MaxLength: most = '2048' } =
    schema.StringAttributeConstraints ?? {}
  if (value.length < Number(least)) return `String must be at least ${least} characters`
  if (value.length > Number(most)) return `String must not be longer than ${most} characters`
  return undefined
}

/**
 * Attributes that were asked for, checked against the pool's schema. A blank value deletes.
 * @param old the attributes that are there, when they are changed
 */
export function checkedAttributes(
  pool: PoolRecord,
  list: AttributeList = [],
  old?: Attributes,
): Attributes {
  const schema = new Map(pool.schema.map((attribute) => [attribute.Name!, attribute]))
  const problems: string[] = []
  const checked: Record<string, string> = {}
  for (const { Name, Value = '' } of list) {
    const attribute = schema.get(Name)
    if (attribute === undefined) problems.push(`${Name}: Attribute does not exist in the schema.`)
    else if (Name === 'sub' || Name === 'identities')
      problems.push(`user.${Name}: Attribute cannot be updated.`)
    else if (old !== undefined && attribute.Mutable === false && old[Name] !== Value)
      problems.push(`user.${Name}: Attribute cannot be updated.`)
    else {
      const problem = Value === '' ? undefined : problemOf(attribute, Value)
      if (problem !== undefined) problems.push(`${Name}: ${problem}`)
      const isBoolean = attribute.AttributeDataType === 'Boolean'
      checked[Name] = isBoolean ? Value.toLowerCase() : Value
    }
  }
  if (problems.length > 0) throw nonconforming(problems)
  return checked
}

/** Refuses attributes that lack what the pool requires. */
export function checkRequired(pool: PoolRecord, attributes: Attributes): void {
  const missing = pool.schema.filter(
    ({ Name, Required }) => Required && Name !== 'sub' && !attributes[Name!],
  )
  if (missing.length > 0)
    throw nonconforming(missing.map(({ Name }) => `${Name}: The attribute is required`))
}

const derived = new Set(['sub', 'identities', 'email_verified', 'phone_number_verified'])

/** Refuses attributes that the client may not write. */
export function checkWritable(
  pool: PoolRecord,
  { settings }: ClientRecord,
  names: readonly string[],
): void {
  const written = settings.WriteAttributes && new Set(settings.WriteAttributes)
  const hidden = new Set(pool.schema.filter((a) => a.DeveloperOnlyAttribute).map((a) => a.Name))
  for (const name of names)
    if (derived.has(name) || hidden.has(name) || (written && !written.has(name)))
      throw fail('NotAuthorizedException', 'A client attempted to write unauthorized attribute')
}

/** Whether the client may read an attribute. */
export const isReadable = ({ settings }: ClientRecord, name: string): boolean =>
  !name.startsWith('dev:') &&
  (name === 'sub' ||
    settings.ReadAttributes === undefined ||
    settings.ReadAttributes.includes(name))

/** The attributes after a change: what is blank is gone, a new address is not verified yet. */
export function changed(old: Attributes, wanted: Attributes): Attributes {
  const next: Record<string, string> = { ...old }
  for (const name of ['email', 'phone_number'])
    if (wanted[name] !== undefined && wanted[name] !== old[name]) {
      if (wanted[name] === '') delete next[`${name}_verified`]
      else next[`${name}_verified`] = 'false'
    }
  for (const [name, value] of Object.entries(wanted)) {
    if (value === '') delete next[name]
    else next[name] = value
  }
  return next
}

/** The attributes as the API tells them, `sub` first. */
export const attributeList = (
  { sub, attributes, identities }: UserRecord,
  isTold: (name: string) => boolean = () => true,
): { Name: string; Value: string }[] => [
  { Name: 'sub', Value: sub },
  ...Object.entries(attributes)
    .filter(([name]) => isTold(name))
    .map(([Name, Value]) => ({ Name, Value })),
  ...(identities !== undefined && identities.length > 0 && isTold('identities')
    ? [{ Name: 'identities', Value: identitiesText(identities) }]
    : []),
]

/** The value of the attribute `identities`. */
export const identitiesText = (identities: readonly LinkedIdentity[]): string =>
  JSON.stringify(identities.map(identityShape))

/** A linked identity as the attribute `identities` tells it. */
const identityShape = ({
  value,
  provider,
  type,
  linkedAt,
  primary = false,
  issuer = undefined,
}: LinkedIdentity) => ({
  userId: value,
  providerName: provider,
  providerType: type,
  issuer: issuer ?? null,
  primary,
  dateCreated: linkedAt.getTime(),
})

/** The claim `identities`, which has texts where the attribute has numbers and truth values. */
export const identitiesClaim = (identities: readonly LinkedIdentity[]) =>
  identities.map((identity) => {
    const { primary, dateCreated, ...shape } = identityShape(identity)
    return { ...shape, primary: String(primary), dateCreated: String(dateCreated) }
  })
