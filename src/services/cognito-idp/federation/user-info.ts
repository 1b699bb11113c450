import type { CallContext } from '../../../kernel/context.ts'
import type { IdentityProviderRecord } from '../identity-provider-records.ts'
import { type Claims, jsonObject } from './claims.ts'
import { formType, patience, unreachable } from './code-exchange.ts'
import { endpointOf } from './providers.ts'
import { FederationRefused } from './refusals.ts'

/** What Google's directory of people can be asked for. */
const personFields = new Set([
  'addresses',
  'ageRanges',
  'biographies',
  'birthdays',
  'coverPhotos',
  'emailAddresses',
  'genders',
  'locales',
  'names',
  'nicknames',
  'organizations',
  'phoneNumbers',
  'photos',
  'urls',
])

/** Claims that are to be asked for by name. */
function askedFields({ type, mapping, details }: IdentityProviderRecord): readonly string[] {
  const mapped = [...new Set(Object.values(mapping))]
  if (type === 'Google') return mapped.filter((name) => personFields.has(name))
  if (type !== 'Facebook' || details.attributes_url_add_attributes !== 'true') return []
  return [...new Set(['id', ...mapped])].filter((name) => /^[\w.]{1,64}$/.test(name))
}

/** What stands in an entry of a person at Google, which has many of everything. */
function personText(value: unknown): unknown {
  const first: unknown = Array.isArray(value) ? value[0] : value
  if (typeof first !== 'object' || first === null) return undefined
  const entry = first as Record<string, unknown>
  const { year, month, day } = (entry.date ?? {}) as Record<string, unknown>
  if (entry.date !== undefined)
    return [year, month, day].map((one) => String(one).padStart(2, '0')).join('-')
  return (
    entry.displayName ?? entry.canonicalForm ?? entry.formattedValue ?? entry.value ?? entry.url
  )
}

/**
 * What a provider tells of a user to whom shows the access token; undefined where there is nothing to ask.
 * @throws FederationRefused when it answers anything but claims
 */
export async function userInfo(
  provider: IdentityProviderRecord,
  accessToken: string,
  ctx: CallContext,
): Promise<Claims | undefined> {
  const { details, type, name } = provider
  const fields = askedFields(provider)
  if (!details.attributes_url || (type === 'Google' && fields.length === 0)) return undefined
  const url = endpointOf(provider, 'attributes_url')
  // Google's and Facebook's URLs end where the names of fields begin.
  url.search += fields.join(',')
  const { egress } = ctx.ports
  const headers = { authorization: `Bearer ${accessToken}` }
  const { status, body } = await (details.attributes_request_method === 'POST'
    ? egress.post(url, { body: '', patience, type: formType, headers })
    : egress.get(url, { bearer: accessToken })
  ).catch((error) => {
    throw unreachable(error, 'Read timed out')
  })
  const claims = status === 200 ? jsonObject(body) : undefined
  if (claims === undefined)
    throw new FederationRefused(`${name} Error - ${status} error getting user info`)
  if (type !== 'Google') return claims
  return Object.fromEntries(fields.map((field) => [field, personText(claims[field])]))
}
