import type { IdentityProviderTypeType } from '@aws-sdk/client-cognito-identity-provider'
import { readMetadata } from '../../crypto/saml/metadata.ts'
import { XmlRefused } from '../../crypto/saml/xml.ts'
import { type Egress, EgressFailed } from '../../kernel/ports.ts'
import { invalid } from './contract.ts'

type Details = Readonly<Record<string, string>>

/** What a kind of provider must be told, and the attribute that tells its users apart. */
export interface Kind {
  readonly required: readonly string[]
  readonly optional: readonly string[]
  readonly subject?: string | undefined
  /** What follows from what was told. */
  readonly derive: (details: Details, egress: Egress) => Details | Promise<Details>
}

const client = ['client_id', 'client_secret', 'authorize_scopes'] as const

/** Providers whose endpoints are known to everybody. */
const social = (subject: string, known: Details): Kind => ({
  required: client,
  optional: Object.keys(known),
  subject,
  derive: (details) => ({ ...known, ...details }),
})

const version = (details: Details) => details.api_version ?? 'v17.0'

export const kinds: Readonly<Record<IdentityProviderTypeType, Kind>> = {
  Google: social('sub', {
    attributes_url: 'https://people.googleapis.com/v1/people/me?personFields=',
    attributes_url_add_attributes: 'true',
    authorize_url: 'https://accounts.google.com/o/oauth2/v2/auth',
    oidc_issuer: 'https://accounts.google.com',
    token_request_method: 'POST',
    token_url: 'https://www.googleapis.com/oauth2/v4/token',
  }),
  LoginWithAmazon: social('user_id', {
    attributes_url: 'https://api.amazon.com/user/profile',
    attributes_url_add_attributes: 'false',
    authorize_url: 'https://www.amazon.com/ap/oa',
    token_request_method: 'POST',
    token_url: 'https://api.amazon.com/auth/o2/token',
  }),
  Facebook: {
    required: client,
    optional: [
      'api_version',
      'attributes_url',
      'attributes_url_add_attributes',
      'authorize_url',
      'token_request_method',
      'token_url',
    ],
    subject: 'id',
    derive: (details) => ({
      attributes_url: `https://graph.facebook.com/${version(details)}/me?fields=`,
      attributes_url_add_attributes: 'true',
      authorize_url: `https://www.facebook.com/${version(details)}/dialog/oauth`,
      token_request_method: 'GET',
      token_url: `https://graph.facebook.com/${version(details)}/oauth/access_token`,
      ...details,
    }),
  },
  SignInWithApple: {
    required: ['client_id', 'team_id', 'key_id', 'authorize_scopes'],
    optional: [
      'private_key',
      'attributes_url_add_attributes',
      'authorize_url',
      'oidc_issuer',
      'token_request_method',
      'token_url',
    ],
    subject: 'sub',
    derive: (details) => ({
      attributes_url_add_attributes: 'false',
      authorize_url: 'https://appleid.apple.com/auth/authorize',
      oidc_issuer: 'https://appleid.apple.com',
      token_request_method: 'POST',
      token_url: 'https://appleid.apple.com/auth/token',
      ...details,
    }),
  },
  OIDC: {
    required: ['client_id', 'authorize_scopes', 'oidc_issuer', 'attributes_request_method'],
    optional: [
      'client_secret',
      'attributes_url',
      'attributes_url_add_attributes',
      'authorize_url',
      'jwks_uri',
      'token_url',
    ],
    subject: 'sub',
    derive: oidc,
  },
  SAML: {
    required: [],
    optional: [
      'MetadataFile',
      'MetadataURL',
      'IDPSignout',
      'IDPInit',
      'EncryptedResponses',
      'RequestSigningAlgorithm',
      'SSORedirectBindingURI',
      'SLORedirectBindingURI',
      'ActiveEncryptionCertificate',
    ],
    derive: saml,
  },
}

const endpoints = {
  authorize_url: 'authorization_endpoint',
  token_url: 'token_endpoint',
  attributes_url: 'userinfo_endpoint',
  jwks_uri: 'jwks_uri',
} as const

/** Endpoints that were not told are looked up (OpenID Connect Discovery 1.0, section 4). */
async function oidc(details: Details, egress: Egress): Promise<Details> {
  const issuer = URL.parse(details.oidc_issuer!)
  if (issuer?.protocol !== 'https:' && issuer?.hostname !== 'localhost')
    throw invalid('The oidc_issuer must be an https URL.')
  const method = details.attributes_request_method
  if (method !== 'GET' && method !== 'POST')
    throw invalid('The attributes_request_method must be GET or POST.')
  const told = { attributes_url_add_attributes: 'false', ...details }
  if (Object.keys(endpoints).every((name) => details[name] !== undefined)) return told
  const url = new URL(`${details.oidc_issuer!.replace(/\/$/, '')}/.well-known/openid-configuration`)
  const found = jsonObject(await fetched(url, egress))
  const discovered: Record<string, string> = {}
  for (const [name, member] of Object.entries(endpoints)) {
    const value = found[member]
    if (typeof value === 'string') discovered[name] = value
    else if (details[name] === undefined)
      throw invalid(`The discovery document of ${details.oidc_issuer} has no ${member}.`)
  }
  return { ...discovered, ...told }
}

function jsonObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    if (value !== null && typeof value === 'object') return value as Record<string, unknown>
  } catch {
    // Told below, like any other document that is not one.
  }
  throw invalid('The discovery document of the identity provider is not JSON.')
}

async function saml(details: Details, egress: Egress): Promise<Details> {
  const { MetadataFile: file, MetadataURL: address } = details
  if ((file === undefined) === (address === undefined))
    throw invalid('Either MetadataURL or MetadataFile must be given for a SAML provider.')
  const algorithm = details.RequestSigningAlgorithm
  if (algorithm !== undefined && algorithm !== 'rsa-sha256')
    throw invalid('The RequestSigningAlgorithm must be rsa-sha256.')
  const url = address === undefined ? undefined : URL.parse(address)
  if (url === null) throw invalid('Invalid MetadataURL.')
  try {
    const { signOnUrl, signOutUrl } = readMetadata(file ?? (await fetched(url!, egress)))
    if (signOnUrl === undefined)
      throw new XmlRefused('there is no SingleSignOnService with the redirect binding')
    return {
      ...details,
      SSORedirectBindingURI: signOnUrl,
      ...(signOutUrl !== undefined && { SLORedirectBindingURI: signOutUrl }),
    }
  } catch (error) {
    if (!(error instanceof XmlRefused)) throw error
    throw invalid(`The metadata of the identity provider cannot be used: ${error.message}.`)
  }
}

async function fetched(url: URL, egress: Egress): Promise<string> {
  try {
    const { status, body } = await egress.get(url)
    if (status === 200) return body
    throw new EgressFailed(`it answered ${status}`)
  } catch (error) {
    if (!(error instanceof EgressFailed)) throw error
    throw invalid(`Unable to contact ${url.href}: ${error.message}.`)
  }
}

/** The details of a provider, complete; refuses what its kind does not know or cannot do without. */
export async function completeDetails(
  type: IdentityProviderTypeType,
  details: Details,
  egress: Egress,
): Promise<Details> {
  const { required, optional, derive } = kinds[type]
  for (const name of required)
    if (!details[name]) throw invalid(`${name} is required in the details of a ${type} provider.`)
  for (const name of Object.keys(details))
    if (!required.includes(name) && !optional.includes(name))
      throw invalid(`${name} is not known in the details of a ${type} provider.`)
  return derive(details, egress)
}
