import type { Collection, Index, Key } from '../../kernel/store.ts'
import type { Entry } from '../driver.ts'
import { numberOf } from '../shelf.ts'
import { encodeKey } from '../tuple.ts'

/** An index with the number under which its entries are stored. */
export interface IndexPlan<R> {
  readonly name: string
  readonly number: number
  readonly index: Index<R>
  readonly unique: boolean
}

/** How a value is looked up, and how a hit is proven after opening. */
export interface Lookup<R> {
  readonly entry: Entry
  carries(record: R): boolean
}

/** Keyed hash of an index's value, for one owner. */
export type Blind = (index: number, value: string) => Buffer

const PREFIX_LENGTHS = [1, 2, 4, 8]

const planned = new WeakMap<object, ReadonlyMap<string, IndexPlan<never>>>()

/** The indexes of a collection by name. */
export function planIndexes<R>(
  collection: Collection<R, Record<string, Index<R>>>,
): ReadonlyMap<string, IndexPlan<R>> {
  const known = planned.get(collection) as ReadonlyMap<string, IndexPlan<R>> | undefined
  if (known) return known
  const plans = new Map<string, IndexPlan<R>>()
  for (const [name, index] of Object.entries(collection.options.indexes ?? {})) {
    const unique = index.kind !== 'blind-prefix' && index.unique === true
    plans.set(name, { name, number: numberOf(`${collection.name}#${name}`), index, unique })
  }
  planned.set(collection, plans as unknown as ReadonlyMap<string, IndexPlan<never>>)
  return plans
}

/** Every entry that a record has. */
export function entriesOf<R>(
  plans: ReadonlyMap<string, IndexPlan<R>>,
  blind: Blind,
  record: R,
): Entry[] {
  const entries: Entry[] = []
  for (const plan of plans.values()) {
    for (const value of storedValues(plan, record)) {
      entries.push({ index: plan.number, value: encodeValue(plan, blind, value) })
    }
  }
  return entries
}

/** How to find a value; undefined when every record must be looked at. */
export function lookup<R>(
  plan: IndexPlan<R>,
  blind: Blind,
  value: string | Key,
): Lookup<R> | undefined {
  const { index } = plan
  if (index.kind === 'blind-prefix') {
    const text = textOf(plan, value)
    const carries = (record: R): boolean => index.of(record)?.startsWith(text) ?? false
    const characters = [...text]
    const length = PREFIX_LENGTHS.findLast((n) => n <= characters.length)
    if (length === undefined) return undefined
    const stored = characters.slice(0, length).join('')
    return { entry: entryOf(plan, blind, stored), carries }
  }
  const wanted = encodeValue(plan, blind, value)
  const carries = (record: R): boolean =>
    storedValues(plan, record).some((held) => sameValue(held, value))
  return { entry: { index: plan.number, value: wanted }, carries }
}

/** Uniqueness is asked for each value that a record holds. */
export const uniqueValues = <R>(plan: IndexPlan<R>, record: R): readonly (string | Key)[] =>
  plan.unique ? storedValues(plan, record) : []

function storedValues<R>(plan: IndexPlan<R>, record: R): readonly (string | Key)[] {
  const { index } = plan
  if (index.kind === 'blind-prefix') {
    const text = index.of(record)
    if (!text) return []
    const characters = [...text]
    return PREFIX_LENGTHS.filter((n) => n <= characters.length).map((n) =>
      characters.slice(0, n).join(''),
    )
  }
  const value = index.of(record)
  if (value === undefined) return []
  if (index.kind === 'blind') return typeof value === 'string' ? [value] : unique(value)
  const isList = Array.isArray(value[0])
  return isList ? (value as readonly Key[]) : value.length === 0 ? [] : [value as Key]
}

const unique = (values: readonly unknown[]): readonly string[] => [...new Set(values as string[])]

const entryOf = <R>(plan: IndexPlan<R>, blind: Blind, value: string | Key): Entry => ({
  index: plan.number,
  value: encodeValue(plan, blind, value),
})

function encodeValue<R>(plan: IndexPlan<R>, blind: Blind, value: string | Key): Buffer {
  if (plan.index.kind !== 'clear') return blind(plan.number, textOf(plan, value))
  return encodeKey(typeof value === 'string' ? [value] : value)
}

function textOf<R>(plan: IndexPlan<R>, value: string | Key): string {
  if (typeof value === 'string') return value
  if (value.length === 1 && typeof value[0] === 'string') return value[0]
  throw new TypeError(`index ${plan.name} is found by a text`)
}

function sameValue(a: string | Key, b: string | Key): boolean {
  const left = typeof a === 'string' ? [a] : a
  const right = typeof b === 'string' ? [b] : b
  return left.length === right.length && left.every((part, i) => part === right[i])
}
