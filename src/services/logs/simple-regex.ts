import { invalid } from './contract.ts'

/**
 * Regular expressions of filter patterns: characters, `.`, classes, `\d \w \s`, `^ $`, `? * + {n,m}`, `|` and
 * groups. All states are followed at once, so that no expression of a caller costs more than its length
 * times that of the text.
 */

type Test = (code: number) => boolean

interface State {
  /** Undefined: passed without a character. */
  test?: Test
  at?: 'start' | 'end'
  next: State[]
}

interface Piece {
  readonly start: State
  readonly end: State
}

const longest = 256
const mostRepeats = 100
const mostStates = 4_000

/** Whether the expression matches somewhere in a text. */
export function regexOf(source: string): (text: string) => boolean {
  if (source.length > longest) throw bad(source)
  const { start, end } = new Compiler(source).compile()
  return (text) => search(text, start, end)
}

const bad = (source: string) =>
  invalid(`Invalid regular expression in the filter pattern: ${source}`)

function search(text: string, start: State, end: State): boolean {
  let current = new Set<State>()
  for (let i = 0; ; i++) {
    // A match may begin anywhere.
    reach(start, i, text.length, current)
    if (current.has(end)) return true
    if (i >= text.length) return false
    const code = text.charCodeAt(i)
    const next = new Set<State>()
    for (const state of current)
      if (state.test?.(code)) for (const one of state.next) reach(one, i + 1, text.length, next)
    current = next
  }
}

function reach(from: State, at: number, length: number, into: Set<State>): void {
  const pending = [from]
  while (pending.length > 0) {
    const state = pending.pop()!
    if (into.has(state)) continue
    if (state.at === 'start' && at !== 0) continue
    if (state.at === 'end' && at !== length) continue
    into.add(state)
    if (state.test === undefined) pending.push(...state.next)
  }
}

const ofClass: Readonly<Record<string, Test>> = {
  d: (c) => c >= 48 && c <= 57,
  w: (c) => (c >= 48 && c <= 57) || (c >= 65 && c <= 90) || (c >= 97 && c <= 122) || c === 95,
  s: (c) => c === 32 || (c >= 9 && c <= 13),
}

class Compiler {
  readonly #source: string
  #at = 0
  #states = 0

  constructor(source: string) {
    this.#source = source
  }

  compile(): Piece {
    const whole = this.#choice()
    if (this.#at < this.#source.length) throw bad(this.#source)
    return whole
  }

  #state(state: Partial<State> = {}): State {
    if (++this.#states > mostStates) throw bad(this.#source)
    return { next: [], ...state }
  }

  get #here(): string | undefined {
    return this.#source[this.#at]
  }

  #choice(): Piece {
    const start = this.#state()
    const end = this.#state()
    for (;;) {
      const one = this.#sequence()
      start.next.push(one.start)
      one.end.next.push(end)
      if (this.#here !== '|') return { start, end }
      this.#at++
    }
  }

  #sequence(): Piece {
    const start = this.#state()
    let end = start
    while (this.#here !== undefined && this.#here !== '|' && this.#here !== ')') {
      const from = this.#at
      const piece = this.#repeated(this.#atom(), from)
      end.next.push(piece.start)
      end = piece.end
    }
    return { start, end }
  }

  /** @param from where the atom begins: a count compiles it again */
  #repeated(piece: Piece, from: number): Piece {
    const sign = this.#here
    if (sign === '{') return this.#counted(from)
    if (sign !== '?' && sign !== '*' && sign !== '+') return piece
    this.#at++
    const start = this.#state({ next: [piece.start] })
    const end = this.#state()
    piece.end.next.push(end)
    if (sign !== '?') piece.end.next.push(piece.start)
    if (sign !== '+') start.next.push(end)
    return { start, end }
  }

  #counted(from: number): Piece {
    const [text, least = '', comma, most = ''] =
      /^\{(\d{1,3})(,(\d{0,3}))?\}/.exec(this.#source.slice(this.#at)) ?? []
    if (text === undefined) throw bad(this.#source)
    const after = this.#at + text.length
    const min = Number(least)
    const max = comma === undefined ? min : most === '' ? undefined : Number(most)
    if (min > mostRepeats || (max ?? 0) > mostRepeats || (max !== undefined && max < min))
      throw bad(this.#source)
    const again = (): Piece => {
      this.#at = from
      return this.#atom()
    }
    const start = this.#state()
    const end = this.#state()
    let last = start
    for (let i = 0; i < min; i++) {
      const one = again()
      last.next.push(one.start)
      last = one.end
    }
    for (let i = min; i < (max ?? min + 1); i++) {
      const one = again()
      last.next.push(end, one.start)
      if (max === undefined) one.end.next.push(one.start)
      last = one.end
    }
    last.next.push(end)
    this.#at = after
    return { start, end }
  }

  #atom(): Piece {
    const sign = this.#here!
    this.#at++
    if (sign === '(') {
      const inner = this.#choice()
      if (this.#here !== ')') throw bad(this.#source)
      this.#at++
      return inner
    }
    if (sign === '^' || sign === '$') {
      const state = this.#state({ at: sign === '^' ? 'start' : 'end' })
      const end = this.#state()
      state.next.push(end)
      return { start: state, end }
    }
    if ('?*+{'.includes(sign)) throw bad(this.#source)
    if (sign === '.') return this.#one(() => true)
    if (sign === '[') return this.#one(this.#set())
    return this.#one(sign === '\\' ? this.#escaped() : equal(sign))
  }

  #one(test: Test): Piece {
    const end = this.#state()
    return { start: this.#state({ test, next: [end] }), end }
  }

  #escaped(): Test {
    const sign = this.#here
    if (sign === undefined) throw bad(this.#source)
    this.#at++
    const known = ofClass[sign.toLowerCase()]
    if (known === undefined) return equal(sign)
    return sign === sign.toLowerCase() ? known : (code) => !known(code)
  }

  #set(): Test {
    const negated = this.#here === '^'
    if (negated) this.#at++
    const tests: Test[] = []
    for (let first = true; this.#here !== ']' || first; first = false) {
      const sign = this.#here
      if (sign === undefined) throw bad(this.#source)
      this.#at++
      if (sign === '\\') {
        tests.push(this.#escaped())
        continue
      }
      const to = this.#source[this.#at + 1]
      if (this.#here === '-' && to !== undefined && to !== ']') {
        this.#at += 2
        const [low, high] = [sign.charCodeAt(0), to.charCodeAt(0)]
        tests.push((code) => code >= low && code <= high)
      } else tests.push(equal(sign))
    }
    this.#at++
    return (code) => tests.some((test) => test(code)) !== negated
  }
}

const equal = (sign: string): Test => {
  const own = sign.charCodeAt(0)
  return (code) => code === own
}
