import fc from 'fast-check'
import type { Member, Shape, StructureShape } from '../../../src/wire/schema/shape.ts'
import { codePoint, printable } from '../../characters.ts'

/** Draws a value of an arbitrary. */
export type Draw = <T>(arbitrary: () => fc.Arbitrary<T>) => T

export interface Style {
  /** Texts that XML cannot hold, or that clients trim there, are not drawn. */
  readonly xml: boolean
  /** Members with HTTP bindings stand outside the body. */
  readonly rest: boolean
  /** Numbers without a fraction only: some clients know the type of each. */
  readonly integers?: boolean
}

const MAX_DEPTH = 5
const TEXTS = [
  'a',
  'b & <c> "d" \'e\'',
  'äöü 𝒳',
  '100% +/?=&',
  'x'.repeat(70),
  'tab\there',
  '{"a":[1]}',
]

const once = <T>(make: () => fc.Arbitrary<T>): (() => fc.Arbitrary<T>) => {
  let made: fc.Arbitrary<T> | undefined
  return () => {
    made ??= make()
    return made
  }
}
const chance = once(() => fc.boolean())
const likely = once(() => fc.constantFrom(true, true, true, false))
const text = once(() =>
  fc.oneof(
    fc.constantFrom(...TEXTS),
    fc.string({ unit: printable, minLength: 1, maxLength: 12 }).map((drawn) => `s${drawn}e`),
  ),
)
const anyText = once(() =>
  fc.oneof(text(), fc.string({ unit: codePoint, maxLength: 12 }), fc.constant('line\r\nend')),
)
const headerText = once(() => fc.stringMatching(/^[!-~]([ -~]{0,12}[!-~])?$/))
const labelText = once(() =>
  fc.oneof(fc.constantFrom('a', 'b c', 'd/e', '100%', 'ä', 'x+y'), headerText()),
)
const number = once(() =>
  fc
    .oneof(
      fc.integer({ min: -1000, max: 1_000_000_000 }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    )
    .map((n) => n + 0),
)
const integer = once(() => fc.integer({ min: 1, max: 1_000_000 }))
const date = once(() =>
  fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }),
)
const bytes = once(() => fc.uint8Array({ minLength: 1, maxLength: 20 }))
const size = once(() => fc.integer({ min: 0, max: 2 }))
/** Clients read large numbers in documents as big integers. */
const document = once(() =>
  fc.jsonValue({ maxDepth: 2 }).filter((value) => !/\d{15}|\de/.test(JSON.stringify(value))),
)
const big = once(() => fc.bigInt({ min: -(2n ** 50n), max: 2n ** 50n }))

/** Each operation draws from a seed of its own, moved as a whole by the environment. */
export function seedOf(name: string): number {
  let seed = Number(process.env.FUZZ_SEED ?? 1)
  for (let i = 0; i < name.length; i++) seed = (Math.imul(seed, 31) + name.charCodeAt(i)) | 0
  return seed
}

/** Draws a value of a shape. */
export function drawValue(shape: Shape, draw: Draw, style: Style, depth = 0): unknown {
  switch (shape.kind) {
    case 'string':
      return draw(style.xml ? text : anyText)
    case 'number':
      return draw(style.integers ? integer : number)
    case 'boolean':
      return draw(chance)
    case 'blob':
      return draw(bytes)
    case 'timestamp':
      return draw(date)
    case 'bigInteger':
      return draw(big)
    case 'bigDecimal':
      throw new TypeError('no service here has big decimals')
    case 'document':
      return draw(document)
    case 'unit':
      return {}
    case 'list': {
      const length = depth > MAX_DEPTH ? 0 : draw(size)
      return Array.from({ length }, () => drawValue(shape.member.shape, draw, style, depth + 1))
    }
    case 'map': {
      const length = depth > MAX_DEPTH ? 0 : draw(size)
      const entries = Array.from({ length }, (_, i) => [
        `k${i}${drawValue(shape.key.shape, draw, style)}`,
        drawValue(shape.value.shape, draw, style, depth + 1),
      ])
      return Object.fromEntries(entries)
    }
    case 'structure':
      return drawStructure(shape, draw, style, depth)
  }
}

function drawStructure(shape: StructureShape, draw: Draw, style: Style, depth: number): unknown {
  const out: Record<string, unknown> = {}
  const members = shape.union ? [pick(shape, draw)] : shape.members
  for (const member of members) {
    const wanted =
      shape.union ||
      member.required ||
      member.traits.idempotencyToken === 1 ||
      member.traits.httpLabel === 1 ||
      // Clients send a content type and a body even when they were given none.
      member.traits.httpHeader === 'Content-Type' ||
      member.streaming ||
      (depth < MAX_DEPTH && draw(depth === 0 ? likely : chance))
    if (wanted) out[member.name] = drawMember(member, draw, style, depth)
  }
  return out
}

/** A union's member; deep down one that is not a structure again, if there is any. */
function pick({ members }: StructureShape, draw: Draw): Member {
  return members[draw(() => fc.nat({ max: members.length - 1 }))]!
}

function drawMember(member: Member, draw: Draw, style: Style, depth: number): unknown {
  const { shape, traits, name } = member
  if (!style.rest) return drawValue(shape, draw, style, depth + 1)
  if (traits.httpResponseCode === 1) return draw(() => fc.integer({ min: 200, max: 299 }))
  if (name === 'Bucket' && traits.httpLabel === 1) return `bucket${draw(size)}`
  if (traits.hostLabel === 1) return `label${draw(size)}`
  if (traits.httpLabel === 1 && shape.kind === 'string') return draw(labelText)
  if (traits.httpPrefixHeaders !== undefined) {
    return Object.fromEntries(
      Array.from({ length: 1 + draw(size) }, (_, i) => [`key-${i}`, draw(headerText)]),
    )
  }
  if (traits.httpHeader === undefined) return drawValue(shape, draw, style, depth + 1)
  if (shape.kind === 'string') return draw(headerText)
  if (shape.kind === 'list' && shape.member.shape.kind === 'string') {
    return Array.from({ length: 1 + draw(size) }, () => draw(headerText))
  }
  return drawValue(shape, draw, style, depth + 1)
}
