import { createLocalJWKSet, type JSONWebKeySet } from 'jose'
import { type KeySet, remoteKeys } from '../../../crypto/remote-keys.ts'
import { type Egress, EgressFailed } from '../../../kernel/ports.ts'

/**
 * The signing keys of an OIDC issuer (OpenID Connect Discovery 1.0).
 * @throws EgressFailed when the issuer cannot be reached or answers something else
 */
export const issuerKeys = (
  issuer: { readonly url: string; readonly thumbprints: readonly string[] },
  egress: Egress,
  now: number,
) =>
  remoteKeys(
    egress,
    `${issuer.url} ${issuer.thumbprints.join(' ')}`,
    () => fetchKeys(issuer, egress),
    now,
  )

async function fetchKeys(
  { url, thumbprints }: { readonly url: string; readonly thumbprints: readonly string[] },
  egress: Egress,
): Promise<KeySet> {
  const read = async (address: string): Promise<Record<string, unknown>> => {
    const parsed = URL.parse(address)
    if (parsed === null || (parsed.protocol !== 'https:' && !address.startsWith(url)))
      throw new EgressFailed(`${address} is no address of the issuer`)
    const { status, body } = await egress.get(parsed, { thumbprints })
    if (status !== 200) throw new EgressFailed(`${address} answered ${status}`)
    try {
      return JSON.parse(body)
    } catch {
      throw new EgressFailed(`${address} answered no JSON`)
    }
  }
  const discovery = await read(`${url.replace(/\/$/, '')}/.well-known/openid-configuration`)
  if (discovery.issuer !== url) throw new EgressFailed(`${url} calls itself another issuer`)
  const keys = await read(String(discovery.jwks_uri))
  try {
    return createLocalJWKSet(keys as unknown as JSONWebKeySet)
  } catch {
    throw new EgressFailed(`${url} publishes no key set`)
  }
}
