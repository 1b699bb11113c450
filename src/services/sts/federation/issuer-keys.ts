import {
  createLocalJWKSet,
  errors,
  type FlattenedJWSInput,
  type JSONWebKeySet,
  type JWSHeaderParameters,
} from 'jose'
import { type Egress, EgressFailed } from '../../../kernel/ports.ts'

type KeySet = ReturnType<typeof createLocalJWKSet>

interface Fetched {
  /** Those who ask meanwhile wait for the same answer. */
  readonly keys: Promise<KeySet>
  /** Milliseconds of `now`. */
  readonly at: number
  failed: boolean
}

/** How long keys are believed, and how soon an unknown key may ask for them again; milliseconds. */
const believed = 600_000
const askedAgain = 30_000
/** How long an issuer that failed is not asked again: strangers decide how often we would. */
const spared = 5_000
const remembered = 500

const caches = new WeakMap<Egress, Map<string, Fetched>>()

/**
 * The signing keys of an OIDC issuer (OpenID Connect Discovery 1.0): fetched once in ten minutes, and
 * again when a token names a key that is not among them.
 * @throws EgressFailed when the issuer cannot be reached or answers something else
 */
export function issuerKeys(
  issuer: { readonly url: string; readonly thumbprints: readonly string[] },
  egress: Egress,
  now: number,
) {
  const cache = caches.get(egress) ?? new Map<string, Fetched>()
  caches.set(egress, cache)
  const name = `${issuer.url} ${issuer.thumbprints.join(' ')}`
  const load = (): Fetched => {
    const fetched: Fetched = { keys: fetchKeys(issuer, egress), at: now, failed: false }
    fetched.keys.catch(() => {
      fetched.failed = true
    })
    if (cache.size >= remembered) cache.clear()
    cache.set(name, fetched)
    return fetched
  }
  const isCurrent = ({ at, failed }: Fetched) => Math.abs(now - at) < (failed ? spared : believed)
  return async (header: JWSHeaderParameters, token: FlattenedJWSInput) => {
    const known = cache.get(name)
    const current = known !== undefined && isCurrent(known) ? known : load()
    try {
      return await (await current.keys)(header, token)
    } catch (error) {
      const unknown = error instanceof errors.JWKSNoMatchingKey
      if (!unknown || Math.abs(now - current.at) < askedAgain) throw error
      return (await load().keys)(header, token)
    }
  }
}

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
