/** A strict JSON reader that remembers where everything stood. */

/** Longest policy text that is read at all; IAM's own wire limit. */
const LONGEST = 131_072
const DEEPEST = 24

export type JsonNode =
  | {
      readonly kind: 'object'
      readonly members: ReadonlyMap<string, JsonNode>
      /** Where each name stands, quotes included. */
      readonly names: ReadonlyMap<string, Span>
      readonly span: Span
    }
  | { readonly kind: 'array'; readonly items: readonly JsonNode[]; readonly span: Span }
  | { readonly kind: 'string'; readonly value: string; readonly span: Span }
  /** Numbers, booleans and null keep their spelling. */
  | { readonly kind: 'number' | 'boolean' | 'null'; readonly value: string; readonly span: Span }

/** Offsets of UTF-16 units, end exclusive. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** One-based line and column of a text. */
export interface Position {
  readonly line: number
  readonly column: number
}

class Broken extends Error {}

const SPACE_CODE = 32
const QUOTE = 34
const BACKSLASH = 92
const BLANKS: ReadonlySet<number> = new Set([9, 10, 13, 32])
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const SPECIAL = /[\\\u0000-\u001f]/
const HEX = /^[0-9a-fA-F]{4}$/
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}

class Reader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  /** Where reading stands, or stopped. */
  get at(): number {
    return this.#at
  }

  document(): JsonNode {
    const node = this.#value(0)
    this.#space()
    if (this.#at !== this.#text.length) throw new Broken()
    return node
  }

  #space(): void {
    while (BLANKS.has(this.#text.charCodeAt(this.#at))) this.#at++
  }

  #peek(): string | undefined {
    this.#space()
    return this.#text[this.#at]
  }

  #take(expected: string): void {
    if (this.#peek() !== expected) throw new Broken()
    this.#at++
  }

  #value(depth: number): JsonNode {
    if (depth > DEEPEST) throw new Broken()
    const first = this.#peek()
    const start = this.#at
    if (first === '{') return this.#object(depth, start)
    if (first === '[') return this.#array(depth, start)
    if (first === '"') {
      const value = this.#string()
      return { kind: 'string', value, span: { start, end: this.#at } }
    }
    return this.#bare(start)
  }

  #object(depth: number, start: number): JsonNode {
    const members = new Map<string, JsonNode>()
    const names = new Map<string, Span>()
    this.#take('{')
    if (this.#peek() !== '}') {
      for (;;) {
        if (this.#peek() !== '"') throw new Broken()
        const opens = this.#at
        const name = this.#string()
        if (members.has(name)) throw new Broken()
        names.set(name, { start: opens, end: this.#at })
        this.#take(':')
        members.set(name, this.#value(depth + 1))
        if (this.#peek() !== ',') break
        this.#at++
      }
    }
    this.#take('}')
    return { kind: 'object', members, names, span: { start, end: this.#at } }
  }

  #array(depth: number, start: number): JsonNode {
    const items: JsonNode[] = []
    this.#take('[')
    if (this.#peek() !== ']') {
      for (;;) {
        items.push(this.#value(depth + 1))
        if (this.#peek() !== ',') break
        this.#at++
      }
    }
    this.#take(']')
    return { kind: 'array', items, span: { start, end: this.#at } }
  }

  #bare(start: number): JsonNode {
    for (const word of ['true', 'false', 'null']) {
      if (!this.#text.startsWith(word, start)) continue
      this.#at = start + word.length
      const kind = word === 'null' ? 'null' : 'boolean'
      return { kind, value: word, span: { start, end: this.#at } }
    }
    NUMBER.lastIndex = start
    const number = NUMBER.exec(this.#text)
    if (number === null) throw new Broken()
    this.#at = start + number[0].length
    return { kind: 'number', value: number[0], span: { start, end: this.#at } }
  }

  #string(): string {
    let value = ''
    let from = ++this.#at
    const close = this.#text.indexOf('"', from)
    const whole = this.#text.slice(from, close)
    if (close >= 0 && !SPECIAL.test(whole)) {
      this.#at = close + 1
      return whole
    }
    for (;;) {
      const mark = this.#text.charCodeAt(this.#at)
      if (!(mark >= SPACE_CODE)) throw new Broken()
      if (mark !== QUOTE && mark !== BACKSLASH) {
        this.#at++
        continue
      }
      value += this.#text.slice(from, this.#at)
      if (mark === QUOTE) {
        this.#at++
        return value
      }
      value += this.#escape()
      from = this.#at
    }
  }

  #escape(): string {
    const letter = this.#text[this.#at + 1] ?? ''
    if (letter === 'u') {
      const digits = this.#text.slice(this.#at + 2, this.#at + 6)
      if (!HEX.test(digits)) throw new Broken()
      this.#at += 6
      return String.fromCharCode(Number.parseInt(digits, 16))
    }
    if (!Object.hasOwn(ESCAPES, letter)) throw new Broken()
    this.#at += 2
    return ESCAPES[letter]!
  }
}

/**
 * Reads RFC 8259 JSON. Undefined when the text is no JSON, has a duplicate key, is nested deeper
 * than 24 levels or longer than 131,072 characters; never throws.
 */
export function readJson(text: string): JsonNode | undefined {
  if (text.length > LONGEST) return undefined
  try {
    return new Reader(text).document()
  } catch (error) {
    if (error instanceof Broken) return undefined
    throw error
  }
}

/** Where a text stops being JSON, by the rules of `readJson`; undefined when it is JSON. */
export function brokenAt(text: string): number | undefined {
  if (text.length > LONGEST) return LONGEST
  const reader = new Reader(text)
  try {
    reader.document()
    return undefined
  } catch (error) {
    if (error instanceof Broken) return Math.min(reader.at, text.length)
    throw error
  }
}

/** Answers the position of any offset of `text`; offsets may be asked in any order. */
export function positionsOf(text: string): (offset: number) => Position {
  const lines = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines.push(at + 1)
  return (offset) => {
    let low = 0
    let high = lines.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (lines[middle]! <= offset) low = middle
      else high = middle - 1
    }
    return { line: low + 1, column: offset - lines[low]! + 1 }
  }
}
