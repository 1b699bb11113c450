/** Something that was fetched. */
interface Fetched<T> {
  /** Those who ask meanwhile wait for the same answer. */
  readonly value: Promise<T>
  /** Milliseconds of `now`. */
  readonly at: number
}

interface Entry extends Fetched<unknown> {
  failed: boolean
}

/** How long a publisher that failed is not asked again: strangers decide how often we would. */
const spared = 5_000
const most = 500

const caches = new WeakMap<object, Map<string, Entry>>()

/**
 * What others publish, kept in memory for a while.
 * @param owner whose memory it is: what fetches
 * @param name tells one document from another
 * @param load fetches it; what it throws is thrown
 */
export function remembered<T>(owner: object, name: string, load: () => Promise<T>) {
  const cache = caches.get(owner) ?? new Map<string, Entry>()
  caches.set(owner, cache)
  const again = (now: number): Fetched<T> => {
    const value = load()
    const entry: Entry = { value, at: now, failed: false }
    value.catch(() => {
      entry.failed = true
    })
    if (cache.size >= most) cache.clear()
    cache.set(name, entry)
    return { value, at: now }
  }
  return {
    /** Fetched now. */
    again,
    /** As it was fetched less than `believed` milliseconds ago, or now. */
    current(now: number, believed: number): Fetched<T> {
      const known = cache.get(name)
      const age = known && Math.abs(now - known.at)
      const isCurrent = known && age! < (known.failed ? spared : believed)
      return isCurrent ? (known as Fetched<T> & Entry) : again(now)
    },
  }
}
