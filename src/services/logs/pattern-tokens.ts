import { invalid } from './contract.ts'

export interface Token {
  readonly kind: 'sign' | 'word' | 'quoted' | 'regex'
  readonly text: string
}

const form =
  /\s*(?:(&&|\|\||!=|<=|>=|[=<>()[\]{},])|"((?:[^"\\]|\\.)*)"|%([^%]*)%|([^\s"%=<>!&|(){},[\]]+(?:\[(?:\d+|\*)\][^\s"%=<>!&|(){},[\]]*)*))/y

/** Tokens of a JSON or space-delimited pattern. */
export function tokensOf(pattern: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  const text = pattern.trimEnd()
  while (at < text.length) {
    form.lastIndex = at
    const match = form.exec(text)
    if (match === null) throw invalidPattern(pattern)
    const [whole, sign, quoted, regex, word] = match
    if (sign !== undefined) tokens.push({ kind: 'sign', text: sign })
    else if (quoted !== undefined)
      tokens.push({ kind: 'quoted', text: quoted.replace(/\\(.)/g, '$1') })
    else if (regex !== undefined) tokens.push({ kind: 'regex', text: regex })
    else tokens.push({ kind: 'word', text: word! })
    at += whole.length
  }
  return tokens
}

export const invalidPattern = (pattern: string): Error =>
  invalid(`Invalid filter pattern: ${pattern.slice(0, 200)}`)

/** Reads tokens one after the other. */
export class TokenReader {
  readonly #tokens: readonly Token[]
  readonly #pattern: string
  #at = 0

  constructor(pattern: string) {
    this.#pattern = pattern
    this.#tokens = tokensOf(pattern)
  }

  get peek(): Token | undefined {
    return this.#tokens[this.#at]
  }

  next(): Token {
    const token = this.#tokens[this.#at++]
    if (token === undefined) throw this.refusal()
    return token
  }

  /** Takes the sign if it is the next. */
  takes(sign: string): boolean {
    const { peek } = this
    if (peek?.kind !== 'sign' || peek.text !== sign) return false
    this.#at++
    return true
  }

  expect(sign: string): void {
    if (!this.takes(sign)) throw this.refusal()
  }

  refusal(): Error {
    return invalidPattern(this.#pattern)
  }
}
