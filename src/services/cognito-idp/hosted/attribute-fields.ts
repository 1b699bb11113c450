import type { SchemaAttributeType } from '@aws-sdk/client-cognito-identity-provider'
import { type Html, html } from '../../../kernel/html.ts'
import { field } from './forms.ts'
import type { Texts } from './languages.ts'
import { sent, type Visit } from './visit.ts'

const types: Readonly<Record<string, string>> = {
  email: 'email',
  phone_number: 'tel',
  birthdate: 'date',
  website: 'url',
  profile: 'url',
  picture: 'url',
}

/** What browsers call an attribute (HTML, section 4.10.18.7). */
const completions: Readonly<Record<string, string>> = {
  email: 'email',
  phone_number: 'tel',
  name: 'name',
  given_name: 'given-name',
  family_name: 'family-name',
  middle_name: 'additional-name',
  nickname: 'nickname',
  birthdate: 'bday',
  website: 'url',
  picture: 'photo',
  address: 'street-address',
}

/** An attribute as people call it. */
function labelOf(name: string, texts: Texts): string {
  if (name === 'email') return texts.email
  if (name === 'phone_number') return texts.phone
  const known: string | undefined = texts[name as keyof Texts]
  return known ?? name.replace(/^custom:/, '')
}

const inputOf = (name: string) => `attribute.${name}`

/** Fields for attributes. What was sent before is there again. */
export const requiredFields = (
  visit: Visit,
  schema: readonly Pick<SchemaAttributeType, 'Name' | 'AttributeDataType'>[],
  optional: ReadonlySet<string> = new Set(),
): readonly Html[] =>
  schema.map(
    ({ Name = '', AttributeDataType }) =>
      html`${field({
        name: inputOf(Name),
        label: labelOf(Name, visit.texts),
        type: types[Name] ?? 'text',
        inputmode: AttributeDataType === 'Number' ? 'numeric' : undefined,
        autocomplete: completions[Name],
        value: sent(visit, inputOf(Name)) || undefined,
        optional: optional.has(Name) ? visit.texts.optional : undefined,
      })}`,
  )

/** The attributes that were sent, by their names. */
export const sentAttributes = (visit: Visit): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...visit.form.keys()]
      .filter((name) => name.startsWith('attribute.'))
      .map((name) => [name.slice('attribute.'.length), sent(visit, name).trim()] as const)
      .filter(([, value]) => value !== ''),
  )
