/** What somebody may have meant by a name that does not exist. */

const FARTHEST = 3

/** Insertions, deletions and replacements between two short texts. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1))
    }
    row = next
  }
  return row[b.length]!
}

/** The most similar name, whatever its case; undefined when none is near. */
function similarName(name: string, names: readonly string[]): string | undefined {
  const lower = name.toLowerCase()
  if (lower.length > 100) return undefined
  let best: string | undefined
  let nearest = Math.min(FARTHEST, Math.ceil(lower.length / 3)) + 1
  for (const one of names) {
    if (Math.abs(one.length - name.length) >= nearest) continue
    const apart = distance(lower, one.toLowerCase())
    if (apart < nearest) {
      nearest = apart
      best = one
    }
  }
  return best
}

/** So many names of one policy are compared with all that exist. */
const MOST_COMPARED = 50

/** `similarName` for the first fifty names; nothing for the rest, which would take too long. */
export function similarNames(): typeof similarName {
  let left = MOST_COMPARED
  return (name, names) => (left-- > 0 ? similarName(name, names) : undefined)
}
