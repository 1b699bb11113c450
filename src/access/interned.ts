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

/** As `interned`, for things that are made of more than the text that tells them apart. */
export class Interned<T> {
  readonly #made = new Map<string, T>()

  get(text: string, make: () => T): T {
    if (text.length > LONGEST) return make()
    const known = this.#made.get(text)
    if (known !== undefined) return known
    const fresh = make()
    if (this.#made.size >= LIMIT) this.#made.clear()
    // A slice of a document would keep the whole document alive.
    this.#made.set(Buffer.from(text).toString(), fresh)
    return fresh
  }
}
