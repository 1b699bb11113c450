/** Compiled parts of policies that many documents have in common. */

const LIMIT = 8192
const LONGEST = 512

/**
 * Remembers what a pure function made of each text, so that equal parts of different documents are
 * one object. Long texts are not kept, and it starts anew when it has grown large.
 */
export function interned<T>(make: (text: string) => T): (text: string) => T {
  const made = new Map<string, T>()
  return (text) => {
    if (text.length > LONGEST) return make(text)
    const known = made.get(text)
    if (known !== undefined) return known
    const fresh = make(text)
    if (made.size >= LIMIT) made.clear()
    made.set(text, fresh)
    return fresh
  }
}
