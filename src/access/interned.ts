/** Compiled parts of policies that many documents have in common. */

const LIMIT = 8192

/**
 * Remembers what a pure function made of each text, so that equal parts of different documents are
 * one object; starts anew when it has grown large.
 */
export function interned<T>(make: (text: string) => T): (text: string) => T {
  const made = new Map<string, T>()
  return (text) => {
    const known = made.get(text)
    if (known !== undefined) return known
    const fresh = make(text)
    if (made.size >= LIMIT) made.clear()
    made.set(text, fresh)
    return fresh
  }
}
