/** Management policies: what may be written in one, and how several merge into one. */

export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json }
type Operator = (typeof operators)[number]

const operators = ['@@assign', '@@append', '@@remove'] as const
const control = '@@operators_allowed_for_child_policies'
const everyOperator: ReadonlySet<string> = new Set(operators)
const deepest = 32

/** A JSON object, and no list. */
export const isObject = (json: Json | undefined): json is { readonly [key: string]: Json } =>
  typeof json === 'object' && json !== null && !Array.isArray(json)

const isOperator = (key: string): key is Operator => everyOperator.has(key)

/**
 * Whether the text is a management policy: a JSON object with the type's one key at its top, whose
 * keys with two at signs are operators with values of their kind.
 */
export function isManagementPolicy(text: string, top: string | undefined): boolean {
  const json = parsed(text)
  if (!isObject(json)) return false
  const keys = Object.keys(json)
  if (keys.length !== 1 || (top !== undefined && keys[0] !== top)) return false
  return isObject(json[keys[0]!]) && isSound(json, 0)
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}

function isSound(json: Json, depth: number): boolean {
  if (!isObject(json)) return true
  if (depth > deepest) return false
  return Object.entries(json).every(([key, value]) => {
    if (!key.startsWith('@@')) return isSound(value, depth + 1)
    if (key === control) return isControl(value)
    if (key === '@@assign') return !isObject(value)
    return isOperator(key) && Array.isArray(value) && !value.some((item) => isObject(item))
  })
}

const isControl = (value: Json): boolean =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.every((item) => item === '@@all' || item === '@@none' || isOperator(String(item)))

/** A place in the policy: its value or its parts, and what policies below may still do to it. */
interface Setting {
  value: Json | undefined
  allowed: ReadonlySet<string>
  readonly level: number
  readonly parts: Map<string, Setting>
}

const setting = (level: number, allowed: ReadonlySet<string>): Setting => ({
  value: undefined,
  allowed,
  level,
  parts: new Map(),
})

/** What one level of the hierarchy changes. */
class Level {
  readonly #number: number
  readonly #assigned = new Set<Setting>()
  readonly #controls = new Map<Setting, ReadonlySet<string>>()

  constructor(number: number) {
    this.#number = number
  }

  /**
   * Merges a policy in. A setting that a level above has made obeys the controls on it; one that is
   * new here obeys those of the nearest setting above it that was there.
   */
  merge(into: Setting, json: { readonly [key: string]: Json }, allowed: ReadonlySet<string>): void {
    for (const [key, value] of Object.entries(json)) {
      if (key === control) this.#narrow(into, value as readonly string[])
      else if (isOperator(key)) {
        if (allowed.has(key)) this.#apply(into, key, value)
      } else {
        const below = into.parts.get(key) ?? setting(this.#number, allowed)
        into.parts.set(key, below)
        const own = below.level < this.#number ? below.allowed : allowed
        if (isObject(value)) this.merge(below, value, own)
        else if (own.has('@@assign')) this.#apply(below, '@@assign', value)
      }
    }
  }

  #narrow(at: Setting, names: readonly string[]): void {
    const here = new Set(names.includes('@@all') ? operators : names.filter(isOperator))
    const before = this.#controls.get(at)
    this.#controls.set(at, before === undefined ? here : both(before, here))
  }

  /** Of several assignments on one level, the one that was attached first holds. */
  #apply(at: Setting, operator: Operator, value: Json): void {
    if (operator === '@@assign') {
      if (this.#assigned.has(at)) return
      this.#assigned.add(at)
      at.value = value
      return
    }
    const old = Array.isArray(at.value) ? at.value : []
    const named = value as readonly Json[]
    if (operator === '@@remove') at.value = old.filter((item) => !named.includes(item))
    else at.value = [...old, ...named.filter((item) => !old.includes(item))]
  }

  /** Controls bind the levels below, and none of them can take one back. */
  close(): void {
    for (const [at, allowed] of this.#controls) at.allowed = both(at.allowed, allowed)
  }
}

const both = (a: ReadonlySet<string>, b: ReadonlySet<string>): ReadonlySet<string> =>
  new Set([...a].filter((name) => b.has(name)))

/**
 * The policy that takes effect, as the Organizations User Guide merges them: from the root down,
 * on each level in the order of attachment. Undefined when nothing is left of it.
 * @param levels documents that `isManagementPolicy` has accepted
 */
export function mergePolicies(levels: readonly (readonly string[])[]): Json | undefined {
  const root = setting(0, everyOperator)
  levels.forEach((documents, i) => {
    const level = new Level(i + 1)
    for (const document of documents) {
      const json = parsed(document)
      if (isObject(json)) level.merge(root, json, root.allowed)
    }
    level.close()
  })
  return plain(root)
}

/** Values and parts without operators; what holds nothing is left out. */
function plain({ value, parts }: Setting): Json | undefined {
  const below = [...parts].flatMap(([key, part]) => {
    const json = plain(part)
    return json === undefined ? [] : [[key, json] as const]
  })
  if (below.length > 0) return Object.fromEntries(below)
  return Array.isArray(value) && value.length === 0 ? undefined : value
}
