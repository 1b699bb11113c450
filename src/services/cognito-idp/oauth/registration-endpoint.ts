import type { OAuthFlowType } from '@aws-sdk/client-cognito-identity-provider'
import { verifiedIn } from '../access-tokens.ts'
import type { ClientRecord } from '../client-records.ts'
import { registrationScope } from '../client-settings.ts'
import { createdClient } from '../clients.ts'
import { providerNames } from '../identity-providers.ts'
import type { Hosted } from './hosted.ts'
import { endpoint, jsonAnswer, OAuthError } from './json-answers.ts'

/** Bytes of a registration. */
const largest = 65_536

/** What one address may register per second at a pool. */
const perAddress = { rate: 1, burst: 30 }

const refusal = (text: string) => new OAuthError('invalid_client_metadata', text)

/** `/oauth2/register`: apps register themselves (RFC 7591), where the pool lets them. */
export const registrationEndpoint = endpoint(
  'POST',
  '/oauth2/register',
  async (hosted) => {
    const { pool, ctx, page } = hosted
    const settings = pool.settings.DcrConfiguration
    if (settings?.EnableStatus !== 'Enabled')
      throw new OAuthError('access_denied', 'Dynamic client registration is not enabled.', 403)
    const open = await isOpen(hosted)
    if (!page.allows(`register/${pool.id}/${ctx.source.ip ?? ''}`, perAddress))
      throw new OAuthError('temporarily_unavailable', 'Rate exceeded', 429)
    const flows = open
      ? (settings.OpenDcrGrantTypes ?? ['code'])
      : (settings.AuthenticatedGrantTypes ?? ['code', 'client_credentials'])
    const asked = metadataOf(hosted)
    const flow: OAuthFlowType = asked.machine ? 'client_credentials' : 'code'
    if (!flows.includes(flow)) throw refusal('The grant type is not allowed in this user pool.')
    const providers = await providerNames(ctx.store, pool.id)
    const client = await createdClient(
      {
        UserPoolId: pool.id,
        ClientName: asked.name,
        GenerateSecret: asked.authentication !== 'none',
        AllowedOAuthFlowsUserPoolClient: true,
        AllowedOAuthFlows: [flow],
        AllowedOAuthScopes: [...scopesFor(asked, settings.AllowedScopes ?? [])],
        ...(!asked.machine && {
          CallbackURLs: [...asked.redirectUris],
          SupportedIdentityProviders: ['COGNITO', ...providers],
        }),
      },
      pool,
      ctx,
      true,
    ).catch(asMetadata)
    return jsonAnswer(hosted, registered(client, asked), 201)
  },
  { rawBody: largest },
)

/** Whether nobody vouches for the app. Who brings a token means to be known by it. */
async function isOpen({ request, pool, ctx }: Hosted): Promise<boolean> {
  const refused = () => new OAuthError('invalid_token', undefined, 401)
  const { authorization } = request.headers
  if (authorization === undefined) {
    if (pool.settings.DcrConfiguration?.OpenDcrEnabled !== true) throw refused()
    return true
  }
  const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1]
  if (token === undefined) throw refused()
  await verifiedIn(token, pool.id, ctx, registrationScope).catch((error) => {
    throw error.name === 'NotAuthorizedException' ? refused() : error
  })
  return false
}

/** What an app says of itself. */
interface Metadata {
  readonly name: string
  readonly redirectUris: readonly string[]
  /** It has no users. */
  readonly machine: boolean
  readonly authentication: string
  readonly scopes: readonly string[] | undefined
}

const texts = (value: unknown, most: number): value is readonly string[] =>
  Array.isArray(value) &&
  value.length <= most &&
  value.every((one) => typeof one === 'string' && one.length <= 1_024)

function metadataOf({ request }: Hosted): Metadata {
  const given = jsonObject(new TextDecoder().decode(request.body))
  const {
    client_name: name = 'registered app',
    redirect_uris: redirectUris = [],
    grant_types: grants = ['authorization_code'],
    response_types: responses = [],
    token_endpoint_auth_method: authentication = 'client_secret_basic',
    scope,
  } = given
  if (typeof name !== 'string' || !/^[\w\s+=,.@-]{1,128}$/.test(name))
    throw refusal('client_name is not a name of at most 128 characters.')
  if (!texts(redirectUris, 100))
    throw new OAuthError('invalid_redirect_uri', 'redirect_uris must be a list of addresses.')
  if (!texts(grants, 10) || grants.some((one) => !known.has(one)))
    throw refusal('grant_types is not supported.')
  const machine = grants.includes('client_credentials')
  if (machine ? grants.length > 1 : !grants.includes('authorization_code'))
    throw refusal('grant_types cannot be combined so.')
  if (!texts(responses, 10) || responses.some((one) => one !== 'code'))
    throw refusal('response_types must be code.')
  if (!machine && redirectUris.length === 0)
    throw new OAuthError('invalid_redirect_uri', 'redirect_uris is required.')
  if (typeof authentication !== 'string' || !methods.has(authentication))
    throw refusal('token_endpoint_auth_method is not supported.')
  if (machine && authentication === 'none')
    throw refusal('An app without users must have a secret.')
  if (scope !== undefined && typeof scope !== 'string') throw refusal('scope must be a text.')
  const scopes = scope?.split(' ').filter((one) => one !== '')
  return { name, redirectUris, machine, authentication, scopes }
}

const known = new Set(['authorization_code', 'refresh_token', 'client_credentials'])
const methods = new Set(['none', 'client_secret_basic', 'client_secret_post'])
const standard = ['openid', 'email', 'phone', 'profile']

function jsonObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Readonly<Record<string, unknown>>
  } catch {
    // Told like anything else that is no object.
  }
  throw refusal('The body must be a JSON object.')
}

/** Of the scopes that the pool lets registered apps have, those that are asked for. */
function scopesFor({ scopes, machine }: Metadata, allowed: readonly string[]): readonly string[] {
  const custom = allowed.filter((one) => one !== registrationScope)
  const own = machine ? custom.filter((one) => one.includes('/')) : [...standard, ...custom]
  const wrong = scopes?.find((one) => !own.includes(one))
  if (wrong !== undefined) throw refusal(`The scope ${wrong} is not allowed in this user pool.`)
  return scopes ?? [...new Set(own)]
}

/** What a client's settings may not be, as RFC 7591 has it. */
function asMetadata(error: Error): never {
  if (error.name === 'InvalidParameterException' && /redirect|scheme/i.test(error.message))
    throw new OAuthError('invalid_redirect_uri', error.message)
  if (/^(InvalidParameter|InvalidOAuthFlow|ScopeDoesNotExist)Exception$/.test(error.name))
    throw refusal(error.message)
  throw error
}

const registered = ({ id, name, secrets, createdAt, settings }: ClientRecord, asked: Metadata) => ({
  client_id: id,
  client_id_issued_at: Math.floor(createdAt.getTime() / 1_000),
  ...(secrets[0] !== undefined && { client_secret: secrets[0].value, client_secret_expires_at: 0 }),
  client_name: name,
  ...(!asked.machine && { redirect_uris: asked.redirectUris, response_types: ['code'] }),
  grant_types: asked.machine ? ['client_credentials'] : ['authorization_code', 'refresh_token'],
  token_endpoint_auth_method: asked.authentication,
  scope: settings.AllowedOAuthScopes?.join(' ') ?? '',
})
