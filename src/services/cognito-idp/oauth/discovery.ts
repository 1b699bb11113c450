import type { CallContext } from '../../../kernel/context.ts'
import type { Readable } from '../../../kernel/store.ts'
import { domainsOf } from '../domain-records.ts'
import { issuerOf } from '../issuers.ts'
import type { PoolRecord } from '../pool-records.ts'

type Place = Pick<CallContext, 'baseUrl' | 'issuer' | 'region'> & { readonly store: Readable }

/**
 * Where the sign-in domain of a pool is: at the name that its owner brought along, else below the
 * installation's own address, because other names need not resolve. Undefined without a domain.
 */
export async function domainUrl(pool: string, place: Place): Promise<string | undefined> {
  const { custom, prefix } = await domainsOf(place.store, pool)
  if (custom !== undefined) return `https://${custom.domain}`
  return prefix && `${place.baseUrl}/_auth/${prefix.domain}`
}

/** The discovery document of a pool (OpenID Connect Discovery 1.0). */
export async function discovery(pool: PoolRecord, place: Place): Promise<object> {
  const issuer = issuerOf(pool, place)
  const domain = await domainUrl(pool.id, place)
  const registers = pool.settings.DcrConfiguration?.EnableStatus === 'Enabled'
  return {
    ...(domain !== undefined && {
      authorization_endpoint: `${domain}/oauth2/authorize`,
      end_session_endpoint: `${domain}/logout`,
    }),
    id_token_signing_alg_values_supported: ['RS256'],
    issuer,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    ...(domain !== undefined &&
      registers && { registration_endpoint: `${domain}/oauth2/register` }),
    response_types_supported: ['code', 'token'],
    ...(domain !== undefined && { revocation_endpoint: `${domain}/oauth2/revoke` }),
    scopes_supported: ['openid', 'email', 'phone', 'profile'],
    subject_types_supported: ['public'],
    ...(domain !== undefined && {
      token_endpoint: `${domain}/oauth2/token`,
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
      userinfo_endpoint: `${domain}/oauth2/userInfo`,
    }),
  }
}
