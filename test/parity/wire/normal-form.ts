import type { Shape, TimestampFormat } from '../../../src/wire/schema/shape.ts'

/** How a protocol loses distinctions that a value in memory makes. */
export interface Losses {
  /** Form of a timestamp whose shape does not say. */
  readonly timestamps: TimestampFormat
  /** An empty list is the same as none: nothing stands for it on the wire. */
  readonly emptyLists: 'always' | 'flat' | 'never'
  /** The same of maps. */
  readonly emptyMaps: 'always' | 'flat' | 'never'
  /** An empty structure cannot be told from none: a form has no key for it. */
  readonly emptyStructures: boolean
}

/**
 * The normal form in which what went in and what came out must be equal. What it evens out is what
 * the protocol cannot carry, and nothing else:
 * - HTTP dates have no milliseconds;
 * - members that are undefined or null are absent;
 * - empty lists, maps and structures are absent where the protocol has no way to write them, also
 *   as items of a list;
 * - bytes are compared as base64, dates as numbers.
 */
export function normalForm(shape: Shape, value: unknown, losses: Losses): unknown {
  if (value === undefined || value === null) return undefined
  switch (shape.kind) {
    case 'timestamp': {
      const time = (value as Date).getTime()
      const format = shape.format ?? losses.timestamps
      return format === 'http-date' ? Math.floor(time / 1000) * 1000 : time
    }
    case 'blob':
      return Buffer.from(value as Uint8Array).toString('base64')
    case 'bigInteger':
      return BigInt(value as number)
    case 'list':
      return normalItems(shape.member.shape, value as unknown[], losses)
    case 'map':
      return Object.fromEntries(
        Object.entries(value).map(([key, item]) => [
          key,
          normalForm(shape.value.shape, item, losses) ?? null,
        ]),
      )
    case 'structure': {
      const out: Record<string, unknown> = {}
      for (const { name, shape: below, traits } of shape.members) {
        const bound = traits.httpHeader !== undefined || traits.httpPrefixHeaders !== undefined
        const here = bound ? { ...losses, timestamps: 'http-date' as const } : losses
        const field = normalForm(below, (value as Record<string, unknown>)[name], here)
        if (field === undefined) continue
        const flat = traits.xmlFlattened === 1 || bound || traits.httpQuery !== undefined
        if (isLost(below, field, losses, flat)) continue
        out[name] = field
      }
      return out
    }
    default:
      return value
  }
}

/** A list of nothing but lost items is lost with them. */
function normalItems(shape: Shape, items: readonly unknown[], losses: Losses) {
  const kept = items
    .map((item) => normalForm(shape, item, losses) ?? null)
    .filter((item) => item === null || !isLost(shape, item, losses, false))
  return kept.length === 0 && items.length > 0 ? undefined : kept
}

function isLost(shape: Shape, field: unknown, losses: Losses, flat: boolean): boolean {
  const rule =
    shape.kind === 'list'
      ? losses.emptyLists
      : shape.kind === 'map'
        ? losses.emptyMaps
        : shape.kind === 'structure' && losses.emptyStructures
          ? 'always'
          : 'never'
  if (rule === 'never' || (rule === 'flat' && !flat)) return false
  return Object.keys(field as object).length === 0
}
