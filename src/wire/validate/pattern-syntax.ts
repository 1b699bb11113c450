/** A pattern taken apart. Laziness and captures do not matter where the whole text must match. */
export type PatternNode =
  /** One code point; the source is a regular expression for it. */
  | { readonly kind: 'char'; readonly source: string }
  | { readonly kind: 'start' }
  | { readonly kind: 'end' }
  | { readonly kind: 'sequence'; readonly parts: readonly PatternNode[] }
  | { readonly kind: 'choice'; readonly parts: readonly PatternNode[] }
  | {
      readonly kind: 'repeat'
      readonly part: PatternNode
      readonly min: number
      readonly max: number
    }

const CLASS = /\[\^?(?:\\.|[^\]\\])+\]/y
const ESCAPE = /\\(?:[pP]\{[^}]*\}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|[^bBkc0-9])/y
const QUANTIFIER = /(?:([*+?])|\{(\d+)(?:(,)(\d*))?\})[?+]?/y
const GROUP = /\((?:\?:|\?<\w+>)?/y

/** Reads the part of the syntax that models use; undefined for anything beyond it (lookaround). */
export function parsePattern(pattern: string): PatternNode | undefined {
  const parser = new Parser(pattern)
  const node = parser.choice()
  return parser.finished ? node : undefined
}

class Parser {
  readonly #text: string
  #at = 0
  #failed = false

  constructor(text: string) {
    this.#text = text
  }

  get finished(): boolean {
    return !this.#failed && this.#at === this.#text.length
  }

  choice(): PatternNode {
    const parts = [this.#sequence()]
    while (this.#take('|')) parts.push(this.#sequence())
    return parts.length === 1 ? parts[0]! : { kind: 'choice', parts }
  }

  #sequence(): PatternNode {
    const parts: PatternNode[] = []
    while (!this.#failed && this.#at < this.#text.length && !/[|)]/.test(this.#text[this.#at]!)) {
      parts.push(this.#repeated())
    }
    return { kind: 'sequence', parts }
  }

  #repeated(): PatternNode {
    let part = this.#atom()
    for (;;) {
      const found = this.#match(QUANTIFIER)
      if (!found) return part
      const [, sign, least, comma, most] = found
      const min = sign ? (sign === '+' ? 1 : 0) : Number(least)
      const open = sign === '*' || sign === '+' || (comma !== undefined && most === '')
      const max = open
        ? Number.POSITIVE_INFINITY
        : sign
          ? 1
          : Number(comma === undefined ? least : most)
      part = { kind: 'repeat', part, min, max }
    }
  }

  #atom(): PatternNode {
    const single = this.#match(CLASS) ?? this.#match(ESCAPE)
    if (single) return { kind: 'char', source: single[0] }
    if (this.#match(GROUP)) {
      const inner = this.choice()
      if (!this.#take(')')) this.#failed = true
      return inner
    }
    const char = String.fromCodePoint(this.#text.codePointAt(this.#at)!)
    this.#at += char.length
    if (char === '^') return { kind: 'start' }
    if (char === '$') return { kind: 'end' }
    if (char === '.') return { kind: 'char', source: '.' }
    if (/[\\()[\]*+?]/.test(char)) this.#failed = true
    return { kind: 'char', source: /[{}/-]/.test(char) ? `[\\${char}]` : char }
  }

  #take(char: string): boolean {
    const found = this.#text[this.#at] === char
    if (found) this.#at++
    return found
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)
    if (!found) return undefined
    this.#at += found[0].length
    return found
  }
}
