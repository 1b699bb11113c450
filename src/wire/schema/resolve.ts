import type {
  ListShape,
  MapShape,
  Member,
  OperationShape,
  Shape,
  SimpleShape,
  StructureShape,
  TimestampShape,
  Traits,
} from './shape.ts'

/** A static schema of the official clients, or a reference to one. */
export type StaticRef = number | string | readonly unknown[] | (() => StaticRef)

const TRAIT_BITS = [
  'httpLabel',
  'idempotent',
  'idempotencyToken',
  'sensitive',
  'httpPayload',
  'httpResponseCode',
  'httpQueryParams',
] as const

const NO_TRAITS: Traits = {}

const SIMPLE: Readonly<Record<number, SimpleShape | TimestampShape>> = {
  0: { kind: 'string' },
  1: { kind: 'number' },
  2: { kind: 'boolean' },
  4: { kind: 'timestamp', format: undefined },
  5: { kind: 'timestamp', format: 'date-time' },
  6: { kind: 'timestamp', format: 'http-date' },
  7: { kind: 'timestamp', format: 'epoch-seconds' },
  15: { kind: 'document' },
  17: { kind: 'bigInteger' },
  19: { kind: 'bigDecimal' },
  21: { kind: 'blob' },
  42: { kind: 'blob' },
}
const STREAMING_BLOB = 42
const LIST = 0b0100_0000
const MAP = 0b1000_0000
const UNIT: SimpleShape = { kind: 'unit' }

const resolved = new WeakMap<object, Shape>()
const numeric = new Map<number, Shape>()

/** The shape behind a schema reference. The same schema always gives the same object. */
export function resolveShape(ref: StaticRef): Shape {
  const schema = follow(ref)
  if (typeof schema === 'string') return UNIT
  if (typeof schema === 'number') return numericShape(schema)
  const known = resolved.get(schema)
  if (known) return known
  const shape = arrayShape(schema)
  resolved.set(schema, shape)
  return shape
}

/** An operation's static schema: `[9, namespace, name, traits, input, output]`. */
export function resolveOperation(schema: readonly unknown[]): OperationShape {
  const [, , name, traits, input, output] = schema
  return {
    name: name as string,
    traits: spellTraits(traits),
    get input() {
      return resolveShape(input as StaticRef)
    },
    get output() {
      return resolveShape(output as StaticRef)
    },
  }
}

function follow(ref: StaticRef): number | string | readonly unknown[] {
  let schema = ref
  for (;;) {
    if (typeof schema === 'function') schema = schema()
    else if (Array.isArray(schema) && schema.length === 2) schema = schema[0] as StaticRef
    else return schema as number | string | readonly unknown[]
  }
}

function numericShape(schema: number): Shape {
  const simple = SIMPLE[schema]
  if (simple) return simple
  const known = numeric.get(schema)
  if (known) return known
  const item = schema & 0b0011_1111
  const shape: Shape =
    schema & MAP
      ? { kind: 'map', key: member('key', 0), value: member('value', item) }
      : { kind: 'list', member: member('member', item) }
  if (!(schema & (MAP | LIST))) throw new TypeError(`unknown schema ${schema}`)
  numeric.set(schema, shape)
  return shape
}

function arrayShape(schema: readonly unknown[]): Shape {
  const [kind, namespace, name, traits, first, second, required] = schema
  switch (kind) {
    case 0:
      return resolveShape(first as StaticRef)
    case 1:
      return lazyList(first as StaticRef)
    case 2:
      return lazyMap(first as StaticRef, second as StaticRef)
    case 3:
    case -3:
    case 4:
      return lazyStructure(
        { namespace: namespace as string, name: name as string, union: kind === 4 },
        spellTraits(traits),
        first as readonly string[],
        second as readonly StaticRef[],
        (required as number | undefined) ?? 0,
      )
    default:
      throw new TypeError(`unknown schema kind ${String(kind)}`)
  }
}

function lazyList(item: StaticRef): ListShape {
  let made: Member | undefined
  return {
    kind: 'list',
    get member() {
      made ??= member('member', item)
      return made
    },
  }
}

function lazyMap(key: StaticRef, value: StaticRef): MapShape {
  let keyMember: Member | undefined
  let valueMember: Member | undefined
  return {
    kind: 'map',
    get key() {
      keyMember ??= member('key', key)
      return keyMember
    },
    get value() {
      valueMember ??= member('value', value)
      return valueMember
    },
  }
}

function lazyStructure(
  id: Pick<StructureShape, 'namespace' | 'name' | 'union'>,
  traits: Traits,
  names: readonly string[],
  refs: readonly StaticRef[],
  required: number,
): StructureShape {
  let members: readonly Member[] | undefined
  return {
    kind: 'structure',
    ...id,
    traits,
    get members() {
      members ??= names.map((name, i) => member(name, refs[i]!, i < required))
      return members
    },
  }
}

function member(name: string, ref: StaticRef, required = false): Member {
  const own: Traits = Array.isArray(ref) && ref.length === 2 ? memberTraits(ref) : NO_TRAITS
  const schema = follow(ref)
  const shapeTraits = Array.isArray(schema) ? spellTraits(schema[3]) : NO_TRAITS
  const traits = own === NO_TRAITS ? shapeTraits : { ...shapeTraits, ...own }
  let shape: Shape | undefined
  return {
    name,
    get shape() {
      shape ??= resolveShape(schema)
      return shape
    },
    own,
    traits,
    required,
    streaming: traits.streaming === 1 || isStreamingBlob(schema),
  }
}

function isStreamingBlob(schema: number | string | readonly unknown[]): boolean {
  return (
    schema === STREAMING_BLOB ||
    (Array.isArray(schema) && schema[0] === 0 && schema[4] === STREAMING_BLOB)
  )
}

/** Traits of `[ref, traits]`; a reference may itself be such a pair. */
function memberTraits(ref: readonly unknown[]): Traits {
  const inner = ref[0]
  const own = spellTraits(ref[1])
  return Array.isArray(inner) && inner.length === 2 ? { ...memberTraits(inner), ...own } : own
}

function spellTraits(traits: unknown): Traits {
  if (traits !== null && typeof traits === 'object') return traits as Traits
  const bits = Number(traits ?? 0)
  if (bits === 0) return NO_TRAITS
  return Object.fromEntries(TRAIT_BITS.filter((_, i) => (bits >> i) & 1).map((name) => [name, 1]))
}
