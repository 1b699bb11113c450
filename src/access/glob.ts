/** Wildcard matching in linear space and without backtracking into earlier stars. */

/** Tokens are UTF-16 units or one of these. */
export const ANY = -1
export const ONE = -2
/** The same two, unable to cross a colon. */
export const ANY_WITHIN = -3
export const ONE_WITHIN = -4

const COLON = 58

/**
 * Whether `text[from, to)` matches tokens that contain ANY and ONE only. A star that fails is
 * widened by one unit; earlier stars are never revisited (the leftmost match of each run is enough).
 */
export function matchesGlob(
  tokens: ArrayLike<number>,
  text: string,
  from = 0,
  to = text.length,
): boolean {
  let at = from
  let token = 0
  let star = -1
  let retry = 0
  while (at < to) {
    const wanted = token < tokens.length ? tokens[token]! : undefined
    if (wanted === ANY) {
      star = token++
      retry = at
    } else if (wanted !== undefined && (wanted === ONE || wanted === text.charCodeAt(at))) {
      token++
      at++
    } else if (star >= 0) {
      token = star + 1
      at = ++retry
    } else {
      return false
    }
  }
  while (token < tokens.length && tokens[token] === ANY) token++
  return token === tokens.length
}

/**
 * Whether the text matches tokens of all four wildcards. Stars of different reach cannot be decided
 * greedily, so all positions of the pattern advance together: O(text * tokens), never more.
 */
export function matchesMixedGlob(tokens: ArrayLike<number>, text: string): boolean {
  let live = new Uint8Array(tokens.length + 1)
  live[0] = 1
  skipStars(tokens, live)
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    const next = new Uint8Array(tokens.length + 1)
    for (let token = 0; token < tokens.length; token++) {
      if (live[token] === 0) continue
      const wanted = tokens[token]!
      if (wanted === ANY || (wanted === ANY_WITHIN && unit !== COLON)) next[token] = 1
      else if (wanted === unit || wanted === ONE || (wanted === ONE_WITHIN && unit !== COLON)) {
        next[token + 1] = 1
      }
    }
    skipStars(tokens, next)
    live = next
  }
  return live[tokens.length] === 1
}

/** A star may stand for nothing. */
function skipStars(tokens: ArrayLike<number>, live: Uint8Array): void {
  for (let token = 0; token < tokens.length; token++) {
    if (live[token] === 0) continue
    if (tokens[token] === ANY || tokens[token] === ANY_WITHIN) live[token + 1] = 1
  }
}

/**
 * Whether the text is `chunks` joined by stars: the first opens it, the last closes it, those
 * between follow in order. `chunks` has at least two entries.
 */
export function matchesChunks(chunks: readonly string[], text: string): boolean {
  const first = chunks[0]!
  const last = chunks[chunks.length - 1]!
  const end = text.length - last.length
  if (end < first.length || !text.startsWith(first) || !text.endsWith(last)) return false
  let at = first.length
  for (let index = 1; index < chunks.length - 1; index++) {
    const chunk = chunks[index]!
    const found = text.indexOf(chunk, at)
    if (found < 0 || found + chunk.length > end) return false
    at = found + chunk.length
  }
  return true
}
