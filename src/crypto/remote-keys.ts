import {
  type createLocalJWKSet,
  errors,
  type FlattenedJWSInput,
  type JWSHeaderParameters,
} from 'jose'

export type KeySet = ReturnType<typeof createLocalJWKSet>

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
/** How long a publisher that failed is not asked again: strangers decide how often we would. */
const spared = 5_000
const remembered = 500

const caches = new WeakMap<object, Map<string, Fetched>>()

/**
 * Signing keys that somebody else publishes: fetched once in ten minutes, and again when a token names a
 * key that is not among them.
 * @param owner whose cache it is: what fetches
 * @param name tells one publisher from another
 * @param load fetches the keys; what it throws is thrown
 */
export function remoteKeys(owner: object, name: string, load: () => Promise<KeySet>, now: number) {
  const cache = caches.get(owner) ?? new Map<string, Fetched>()
  caches.set(owner, cache)
  const fetchAgain = (): Fetched => {
    const fetched: Fetched = { keys: load(), at: now, failed: false }
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
    const current = known !== undefined && isCurrent(known) ? known : fetchAgain()
    try {
      return await (await current.keys)(header, token)
    } catch (error) {
      const unknown = error instanceof errors.JWKSNoMatchingKey
      if (!unknown || Math.abs(now - current.at) < askedAgain) throw error
      return (await fetchAgain().keys)(header, token)
    }
  }
}
