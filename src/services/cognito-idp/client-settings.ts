import type { CreateUserPoolClientCommandInput as CreateClient } from '@aws-sdk/client-cognito-identity-provider'
import type { Validated } from '../../kernel/contract.ts'
import type { ClientSettings } from './client-records.ts'
import { fail, invalid } from './contract.ts'
import type { PoolRecord } from './pool-records.ts'

type Asked = Pick<
  Validated<CreateClient>,
  (keyof ClientSettings & keyof CreateClient) | 'UserPoolId'
>

const seconds = { seconds: 1, minutes: 60, hours: 3_600, days: 86_400 } as const

/** How long tokens of a client live, in seconds. */
export interface Validity {
  readonly access: number
  readonly id: number
  readonly refresh: number
}

/** @param settings of a client; what it does not say is AWS's default: an hour, and thirty days. */
export function validityOf(settings: ClientSettings | Asked): Validity {
  const units = settings.TokenValidityUnits ?? {}
  return {
    access: (settings.AccessTokenValidity ?? 1) * seconds[units.AccessToken ?? 'hours'] || 3_600,
    id: (settings.IdTokenValidity ?? 1) * seconds[units.IdToken ?? 'hours'] || 3_600,
    refresh: (settings.RefreshTokenValidity || 30) * seconds[refreshUnit(settings)],
  }
}

const refreshUnit = ({ RefreshTokenValidity, TokenValidityUnits }: ClientSettings | Asked) =>
  RefreshTokenValidity ? (TokenValidityUnits?.RefreshToken ?? 'days') : 'days'

/** What the settings of a client may name. */
interface Surroundings {
  readonly hasSecret: boolean
  /** The app has registered itself. */
  readonly registered?: true | undefined
  /** Scopes of the pool's resource servers. */
  readonly scopes: ReadonlySet<string>
  /** Names of the pool's identity providers. */
  readonly providers: ReadonlySet<string>
}

/** The settings of a client; what is not asked for takes AWS's default, also in an update. */
export function clientSettings(
  asked: Asked,
  pool: PoolRecord,
  { hasSecret, ...known }: Surroundings,
): ClientSettings {
  checkFlows(asked)
  checkValidity(asked)
  checkAttributes(asked, pool)
  checkOAuth(asked, hasSecret)
  checkKnown(asked, known)
  return {
    ...pick(asked),
    RefreshTokenValidity: asked.RefreshTokenValidity || 30,
    TokenValidityUnits: { ...asked.TokenValidityUnits },
    AllowedOAuthFlowsUserPoolClient: asked.AllowedOAuthFlowsUserPoolClient ?? false,
    EnableTokenRevocation: asked.EnableTokenRevocation ?? true,
    EnablePropagateAdditionalUserContextData:
      asked.EnablePropagateAdditionalUserContextData ?? false,
    AuthSessionValidity: asked.AuthSessionValidity ?? 3,
  } as ClientSettings
}

const names = [
  'AccessTokenValidity',
  'IdTokenValidity',
  'ReadAttributes',
  'WriteAttributes',
  'ExplicitAuthFlows',
  'SupportedIdentityProviders',
  'CallbackURLs',
  'LogoutURLs',
  'DefaultRedirectURI',
  'AllowedOAuthFlows',
  'AllowedOAuthScopes',
  'AnalyticsConfiguration',
  'PreventUserExistenceErrors',
  'RefreshTokenRotation',
] as const

function pick(asked: Asked): ClientSettings {
  const present = names.filter((name) => {
    const value = asked[name]
    return value !== undefined && !(Array.isArray(value) && value.length === 0)
  })
  return Object.fromEntries(present.map((name) => [name, asked[name]]))
}

function checkFlows({
  ExplicitAuthFlows: flows = [],
  RefreshTokenRotation: rotation,
}: Asked): void {
  const current = flows.filter((flow) => flow.startsWith('ALLOW_'))
  if (current.length > 0 && current.length < flows.length)
    throw invalid(
      'Explicit auth flows with the ALLOW_ prefix cannot be used with those without it.',
    )
  if (rotation?.Feature === 'ENABLED' && flows.includes('ALLOW_REFRESH_TOKEN_AUTH'))
    throw invalid('Refresh token rotation cannot be enabled when ALLOW_REFRESH_TOKEN_AUTH is set.')
}

const day = 86_400

function checkValidity(asked: Asked): void {
  const { access, id, refresh } = validityOf(asked)
  for (const [value, least, most] of [
    [access, 300, day],
    [id, 300, day],
    [refresh, 3_600, 3_650 * day],
  ] as const)
    if (value < least || value > most) throw invalid('Invalid range for token validity.')
  if (refresh < Math.max(access, id))
    throw invalid('Refresh token validity cannot be shorter than that of ID and access tokens.')
}

function checkAttributes({ ReadAttributes, WriteAttributes }: Asked, pool: PoolRecord): void {
  const known = new Map(pool.schema.map((attribute) => [attribute.Name, attribute]))
  for (const name of ReadAttributes ?? [])
    if (!known.has(name)) throw invalid('Invalid read attributes specified while creating a client')
  const written = new Set<string>(WriteAttributes)
  for (const name of written) {
    const attribute = known.get(name)
    const derived = name === 'sub' || name === 'identities' || name.endsWith('_verified')
    if (attribute === undefined || derived || attribute.DeveloperOnlyAttribute)
      throw invalid('Invalid write attributes specified while creating a client')
  }
  if (WriteAttributes === undefined || WriteAttributes.length === 0) return
  for (const { Name, Required } of pool.schema)
    if (Required && Name !== 'sub' && !written.has(Name!))
      throw invalid('Invalid write attributes specified while creating a client')
}

/** Lets a client's tokens register apps; no resource server has it. */
export const registrationScope = 'aws.cognito/dcr/register'

const builtIn = new Set(['phone', 'email', 'openid', 'profile', 'aws.cognito.signin.user.admin'])

function checkOAuth(asked: Asked, hasSecret: boolean): void {
  const { AllowedOAuthFlows: flows = [], CallbackURLs: callbacks = [] } = asked
  if (flows.includes('client_credentials')) {
    if (flows.length > 1)
      throw fail(
        'InvalidOAuthFlowException',
        'client_credentials flow can not be selected along with code flow or implicit flow.',
      )
    if (!hasSecret)
      throw fail(
        'InvalidOAuthFlowException',
        'client_credentials flow can not be selected if client does not have a client secret.',
      )
  }
  for (const url of [...callbacks, ...(asked.LogoutURLs ?? [])]) checkUrl(url)
  if (asked.DefaultRedirectURI !== undefined && !callbacks.includes(asked.DefaultRedirectURI))
    throw invalid('Default redirect URI must be one of the callback URLs.')
}

function checkKnown(
  asked: Asked,
  { scopes, providers, registered }: Omit<Surroundings, 'hasSecret'>,
): void {
  const machine = asked.AllowedOAuthFlows?.includes('client_credentials')
  for (const scope of asked.AllowedOAuthScopes ?? []) {
    const mayRegister = scope === registrationScope && !registered
    if (!builtIn.has(scope) && !scopes.has(scope) && !mayRegister)
      throw fail('ScopeDoesNotExistException', `Invalid scope requested: ${scope}`)
    if (machine && builtIn.has(scope))
      throw fail(
        'InvalidOAuthFlowException',
        `${scope} is not supported with client_credentials flow`,
      )
  }
  for (const provider of asked.SupportedIdentityProviders ?? [])
    if (provider !== 'COGNITO' && !providers.has(provider))
      throw invalid(`The provider ${provider} does not exist for User Pool ${asked.UserPoolId}.`)
}

/** Schemes of what a browser shows or runs itself, with nobody's app behind it. */
const browsersOwn = new Set(['javascript:', 'data:', 'vbscript:', 'blob:', 'file:', 'about:'])

/** TLS, an app's own scheme, or this machine. Apps that register themselves have met no model before. */
function checkUrl(text: string): void {
  const url = /^[\p{L}\p{M}\p{S}\p{N}\p{P}]{1,1024}$/u.test(text) ? URL.parse(text) : null
  if (url === null || url.hash !== '' || browsersOwn.has(url.protocol))
    throw invalid(`${text} is not a valid redirect URI.`)
  const local = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
  if (url.protocol === 'http:' && !local)
    throw invalid(`${text} cannot use the HTTP scheme, but for localhost.`)
}
