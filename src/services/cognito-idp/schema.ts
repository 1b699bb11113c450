import type {
  AttributeDataType,
  SchemaAttributeType,
} from '@aws-sdk/client-cognito-identity-provider'
import { invalid } from './contract.ts'

const standard = (
  Name: string,
  AttributeDataType: AttributeDataType = 'String',
  more: Partial<SchemaAttributeType> = {
    StringAttributeConstraints: { MinLength: '0', MaxLength: '2048' },
  },
): SchemaAttributeType => ({
  Name,
  AttributeDataType,
  DeveloperOnlyAttribute: false,
  Mutable: true,
  Required: false,
  ...more,
})

const sub = standard('sub', 'String', {
  Mutable: false,
  Required: true,
  StringAttributeConstraints: { MinLength: '1', MaxLength: '2048' },
})

/** The claims of OpenID Connect that every pool has, in the order in which AWS tells them. */
const standardAttributes: readonly SchemaAttributeType[] = [
  sub,
  ...['name', 'given_name', 'family_name', 'middle_name', 'nickname'].map((n) => standard(n)),
  ...['preferred_username', 'profile', 'picture', 'website', 'email'].map((n) => standard(n)),
  standard('email_verified', 'Boolean', {}),
  standard('gender'),
  standard('birthdate', 'String', {
    StringAttributeConstraints: { MinLength: '10', MaxLength: '10' },
  }),
  ...['zoneinfo', 'locale', 'phone_number'].map((name) => standard(name)),
  standard('phone_number_verified', 'Boolean', {}),
  standard('address'),
  standard('updated_at', 'Number', { NumberAttributeConstraints: { MinValue: '0' } }),
  standard('identities', 'String', { StringAttributeConstraints: {} }),
]

const standardNames = new Set(standardAttributes.map(({ Name }) => Name))
const longest = 2_048
const customQuota = 50

/** A new pool's schema: the standard attributes as the caller wants them, and custom ones. */
export function newSchema(wanted: readonly SchemaAttributeType[] = []): SchemaAttributeType[] {
  const changed = new Map<string, SchemaAttributeType>()
  const custom: SchemaAttributeType[] = []
  for (const attribute of wanted)
    if (standardNames.has(attribute.Name)) {
      if (changed.has(attribute.Name!))
        throw invalid(`${attribute.Name}: Duplicate attribute name.`)
      changed.set(attribute.Name!, attribute)
    } else custom.push(attribute)
  const base = standardAttributes.map((old) => {
    const asked = changed.get(old.Name!)
    return asked === undefined ? old : withChoices(old, asked)
  })
  return withCustom(base, custom)
}

function withChoices(old: SchemaAttributeType, asked: SchemaAttributeType): SchemaAttributeType {
  const { Name, AttributeDataType: type, Mutable, Required } = asked
  if (type !== undefined && type !== old.AttributeDataType)
    throw invalid(
      `You can not change AttributeDataType or set developerOnlyAttribute for standard schema attribute ${Name}`,
    )
  const fixed = Name === 'sub' ? { Mutable: false, Required: true } : {}
  return {
    ...old,
    ...(Mutable !== undefined && { Mutable }),
    ...(Required !== undefined && { Required }),
    ...constraintsOf(asked, old),
    ...fixed,
  }
}

function constraintsOf(
  asked: SchemaAttributeType,
  old: Partial<SchemaAttributeType>,
): Partial<SchemaAttributeType> {
  const { StringAttributeConstraints: text, NumberAttributeConstraints: number } = asked
  for (const value of [text?.MinLength, text?.MaxLength, number?.MinValue, number?.MaxValue])
    if (value !== undefined && !/^-?\d{1,20}$/.test(value))
      throw invalid(`${asked.Name}: Attribute constraints must be integers.`)
  const { MinLength: least = '0', MaxLength: most = String(longest) } = text ?? {}
  if (Number(least) < 0 || Number(most) > longest || Number(least) > Number(most))
    throw invalid(`${asked.Name}: String attribute length must lie between 0 and ${longest}.`)
  const { MinValue: low, MaxValue: high } = number ?? {}
  if (low !== undefined && high !== undefined && BigInt(low) > BigInt(high))
    throw invalid(`${asked.Name}: MinValue is above MaxValue.`)
  const type = asked.AttributeDataType ?? old.AttributeDataType
  if (type === 'String')
    return { StringAttributeConstraints: { ...(text ?? old.StringAttributeConstraints) } }
  if (type === 'Number')
    return { NumberAttributeConstraints: { ...(number ?? old.NumberAttributeConstraints) } }
  return {}
}

/** The schema with custom attributes added, whose names begin with `custom:`. */
export function withCustom(
  schema: readonly SchemaAttributeType[],
  wanted: readonly SchemaAttributeType[],
): SchemaAttributeType[] {
  const all = [...schema]
  const names = new Set(schema.map(({ Name }) => Name))
  for (const attribute of wanted) {
    const made = customAttribute(attribute)
    if (names.has(made.Name))
      throw invalid(`${made.Name}: Existing attribute already has name ${made.Name}.`)
    names.add(made.Name)
    all.push(made)
  }
  if (all.length - standardAttributes.length > customQuota)
    throw invalid(`The pool has more than ${customQuota} custom attributes.`)
  return all
}

function customAttribute(asked: SchemaAttributeType): SchemaAttributeType {
  const { AttributeDataType, DeveloperOnlyAttribute = false, Mutable = true } = asked
  if (asked.Name === undefined) throw invalid('Attribute name is missing.')
  if (AttributeDataType === undefined)
    throw invalid(
      'Invalid AttributeDataType input, consider using the provided AttributeDataType enum.',
    )
  if (asked.Required === true)
    throw invalid('Required custom attributes are not supported currently.')
  return {
    Name: `${DeveloperOnlyAttribute ? 'dev' : 'custom'}:${asked.Name}`,
    AttributeDataType,
    DeveloperOnlyAttribute,
    Mutable,
    Required: false,
    ...constraintsOf(asked, {}),
  }
}
