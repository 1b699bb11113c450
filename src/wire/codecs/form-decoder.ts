import type { FormNode } from '../form.ts'
import { malformedInput } from '../protocol-errors.ts'
import type { ListShape, MapShape, Member, Shape, StructureShape } from '../schema/shape.ts'
import { MAX_DEPTH, memoized, put } from './compile.ts'
import { readText } from './text.ts'

/** Turns one node of a form into the handler's form of it. */
export type FormDecoder = (node: FormNode, depth: number) => unknown
type Compile = (shape: Shape, traits: Member['traits']) => FormDecoder

/** What stands for an empty structure: no key at all. */
const NOTHING: FormNode = { value: undefined, children: undefined }

/** awsQuery: lists stand under `member`, maps under `entry`. */
export const queryDecoder = formDecoders(false)
/** ec2Query: lists are flat and names begin with a capital. */
export const ec2Decoder = formDecoders(true)

function formDecoders(ec2: boolean): (shape: Shape) => FormDecoder {
  const structures = memoized<[FormNode, number], unknown>((shape) =>
    shape.kind === 'structure' ? readStructure(shape, compile, ec2) : () => ({}),
  )
  const compile: Compile = (shape, traits) => {
    switch (shape.kind) {
      case 'list':
        return readList(shape, ec2 || traits.xmlFlattened === 1, compile)
      case 'map':
        return readMap(shape, traits.xmlFlattened === 1, compile)
      case 'structure':
      case 'unit':
        return structures(shape)
      default: {
        const read = readText(shape, malformedInput)
        return (node) => {
          if (node.children) throw malformedInput('A structure was found where a value is expected')
          return read(node.value ?? '')
        }
      }
    }
  }
  return (shape) => compile(shape, {})
}

function readStructure(shape: StructureShape, compile: Compile, ec2: boolean): FormDecoder {
  let fields: { name: string; key: string; read: FormDecoder }[] | undefined
  const compileFields = () =>
    shape.members.map(({ name, shape, traits }) => ({
      name,
      key: memberKey(name, traits, ec2),
      read: compile(shape, traits),
    }))
  return ({ children }, depth) => {
    if (depth > MAX_DEPTH) throw malformedInput('Nesting is too deep')
    fields ??= compileFields()
    const out: Record<string, unknown> = {}
    if (!children) return out
    for (const { name, key, read } of fields) {
      const child = children.get(key)
      if (child) out[name] = read(child, depth + 1)
    }
    return out
  }
}

/** Name of a structure's member in a form. */
function memberKey(name: string, traits: Member['traits'], ec2: boolean): string {
  if (!ec2) return traits.xmlName ?? name
  if (traits.ec2QueryName) return traits.ec2QueryName
  const key = traits.xmlName ?? name
  return key.charAt(0).toUpperCase() + key.slice(1)
}

function readList(shape: ListShape, flat: boolean, compile: Compile): FormDecoder {
  const itemName = shape.member.traits.xmlName ?? 'member'
  let read: FormDecoder | undefined
  return (node, depth) => {
    read ??= compile(shape.member.shape, shape.member.traits)
    const items = flat ? node : node.children?.get(itemName)
    const out: unknown[] = []
    for (const item of inOrder(items)) out.push(read(item, depth + 1))
    return out
  }
}

function readMap(shape: MapShape, flat: boolean, compile: Compile): FormDecoder {
  const keyName = shape.key.traits.xmlName ?? 'key'
  const valueName = shape.value.traits.xmlName ?? 'value'
  let read: FormDecoder | undefined
  return (node, depth) => {
    read ??= compile(shape.value.shape, shape.value.traits)
    const entries = flat ? node : node.children?.get('entry')
    const out: Record<string, unknown> = {}
    for (const entry of inOrder(entries)) {
      const key = entry.children?.get(keyName)?.value
      const value = entry.children?.get(valueName) ?? NOTHING
      if (key === undefined) throw malformedInput('A map entry lacks its key')
      put(out, key, read(value, depth + 1))
    }
    return out
  }
}

/** Children named 1, 2, 3…, by number. Gaps are closed; nothing is allocated for them. */
function inOrder(node: FormNode | undefined): readonly FormNode[] {
  if (!node?.children) return []
  const numbered: (readonly [number, FormNode])[] = []
  for (const [name, child] of node.children) {
    if (!/^\d{1,9}$/.test(name)) throw malformedInput('A list index is not a number')
    numbered.push([Number(name), child])
  }
  return numbered.sort(([a], [b]) => a - b).map(([, child]) => child)
}
