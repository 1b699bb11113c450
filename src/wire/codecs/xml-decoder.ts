import { MALFORMED_XML_TEXT, malformedXml } from '../protocol-errors.ts'
import type { ListShape, MapShape, Shape, StructureShape, Traits } from '../schema/shape.ts'
import type { XmlElement } from '../xml/parse.ts'
import { put } from './compile.ts'
import { readText } from './text.ts'
import { elementName } from './xml-encoder.ts'

/** Reads one value from the elements that stand for it: several where a list is flat. */
type XmlReader = (elements: readonly XmlElement[]) => unknown

interface Field {
  readonly name: string
  readonly read: XmlReader
}

const malformed = () => malformedXml(MALFORMED_XML_TEXT)
const structures = new WeakMap<StructureShape, (element: XmlElement) => unknown>()

/** Compiles the reader of a structure's element. The depth was limited by the parser. */
export function structureReader(shape: Shape): (element: XmlElement) => unknown {
  if (shape.kind !== 'structure') return () => ({})
  const known = structures.get(shape)
  if (known) return known
  let fields: Map<string, Field> | undefined
  let attributes: { name: string; key: string; read: (text: string) => unknown }[] = []
  const prepare = () => {
    attributes = shape.members
      .filter(({ traits }) => traits.xmlAttribute === 1)
      .map((member) => ({
        name: member.name,
        key: elementName(member),
        read: readText(member.shape, malformed),
      }))
    return new Map(
      shape.members
        .filter(({ traits }) => traits.xmlAttribute !== 1)
        .map((member) => [
          elementName(member),
          { name: member.name, read: xmlReader(member.shape, member.traits) },
        ]),
    )
  }
  const made = (element: XmlElement): unknown => {
    fields ??= prepare()
    const out: Record<string, unknown> = {}
    for (const { name, key, read } of attributes) {
      const value = element.attributes?.get(key)
      if (value !== undefined) out[name] = read(value)
    }
    for (const [key, elements] of byName(element.children)) {
      const field = fields.get(key)
      if (field) out[field.name] = field.read(elements)
    }
    // None is allowed: S3 takes an empty `<Filter/>` for everything.
    if (shape.union && Object.keys(out).length > 1) throw malformed()
    return out
  }
  structures.set(shape, made)
  return made
}

/** Compiles the reader of a member. */
function xmlReader(shape: Shape, traits: Traits): XmlReader {
  const flat = traits.xmlFlattened === 1
  switch (shape.kind) {
    case 'structure': {
      const read = structureReader(shape)
      return (elements) => read(single(elements))
    }
    case 'list':
      return listReader(shape, flat)
    case 'map':
      return mapReader(shape, flat)
    default: {
      const read = readText(shape, malformed)
      return (elements) => {
        const { children, text } = single(elements)
        if (children.length > 0) throw malformed()
        return read(text)
      }
    }
  }
}

function listReader(shape: ListShape, flat: boolean): XmlReader {
  const itemName = shape.member.traits.xmlName ?? 'member'
  let read: XmlReader | undefined
  return (elements) => {
    read ??= xmlReader(shape.member.shape, shape.member.traits)
    const items = flat
      ? elements
      : single(elements).children.filter(({ name }) => name === itemName)
    return items.map((item) => read!([item]))
  }
}

function mapReader(shape: MapShape, flat: boolean): XmlReader {
  const keyName = shape.key.traits.xmlName ?? 'key'
  const valueName = shape.value.traits.xmlName ?? 'value'
  let read: XmlReader | undefined
  return (elements) => {
    read ??= xmlReader(shape.value.shape, shape.value.traits)
    const entries = flat
      ? elements
      : single(elements).children.filter(({ name }) => name === 'entry')
    const out: Record<string, unknown> = {}
    for (const { children } of entries) {
      const key = children.find(({ name }) => name === keyName)
      const value = children.find(({ name }) => name === valueName)
      if (!key || !value) throw malformed()
      put(out, key.text, read([value]))
    }
    return out
  }
}

function single(elements: readonly XmlElement[]): XmlElement {
  if (elements.length !== 1) throw malformed()
  return elements[0]!
}

function byName(elements: readonly XmlElement[]): Map<string, XmlElement[]> {
  const groups = new Map<string, XmlElement[]>()
  for (const element of elements) {
    const group = groups.get(element.name)
    if (group) group.push(element)
    else groups.set(element.name, [element])
  }
  return groups
}
