import type { ListShape, MapShape, Member, Shape, StructureShape, Traits } from '../schema/shape.ts'
import { formatTimestamp } from '../timestamp.ts'
import { escapeXml } from '../xml/text.ts'
import { encodeBase64 } from './base64.ts'

/** Writes a value as XML text. */
// biome-ignore lint/suspicious/noExplicitAny: outputs were typed where the operation was defined
export type XmlWriter = (value: any) => string

interface StructureWriter {
  /** Children only. */
  readonly content: XmlWriter
  /** Attributes of the element, with a leading space. */
  readonly attributes: XmlWriter
}

const structures = new WeakMap<StructureShape, StructureWriter>()

/** Children of the element that stands for a structure; members bound elsewhere are left out. */
export const structureContent = (shape: Shape): XmlWriter =>
  shape.kind === 'structure' ? structureWriter(shape).content : () => ''

/** Writes a value as a whole element. */
export function elementWriter(tag: string, shape: Shape, traits: Traits): XmlWriter {
  const open = `<${tag}${namespaceAttribute(traits)}`
  const close = `</${tag}>`
  switch (shape.kind) {
    case 'structure': {
      const { content, attributes } = structureWriter(shape)
      return (value) => `${open}${attributes(value)}>${content(value)}${close}`
    }
    case 'list': {
      const flat = traits.xmlFlattened === 1
      const items = listItems(shape, flat ? tag : undefined)
      return flat ? items : (value) => `${open}>${items(value)}${close}`
    }
    case 'map': {
      const flat = traits.xmlFlattened === 1
      const entries = mapEntries(shape, flat ? tag : 'entry')
      return flat ? entries : (value) => `${open}>${entries(value)}${close}`
    }
    default: {
      const text = textWriter(shape)
      return (value) => `${open}>${text(value)}${close}`
    }
  }
}

/** A simple value as escaped text. */
export function textWriter(shape: Shape): XmlWriter {
  switch (shape.kind) {
    case 'blob':
      return encodeBase64
    case 'timestamp': {
      const format = shape.format ?? 'date-time'
      return (value: Date) => formatTimestamp(value, format)
    }
    case 'bigDecimal':
      return (value) => (typeof value === 'object' ? value.string : String(value))
    case 'string':
      return (value) => escapeXml(String(value))
    default:
      return String
  }
}

/** Name of the element that stands for a structure's member. */
export const elementName = (member: Member): string => member.own.xmlName ?? member.name

/** ` xmlns="…"` where the model asks for one. */
export function namespaceAttribute({ xmlNamespace }: Traits): string {
  if (!xmlNamespace) return ''
  const [prefix, uri] = xmlNamespace
  return ` xmlns${prefix ? `:${prefix}` : ''}="${escapeXml(uri)}"`
}

/** Whether HTTP bindings take a member out of the body. */
const isBound = ({ traits }: Member): boolean =>
  traits.httpHeader !== undefined ||
  traits.httpPrefixHeaders !== undefined ||
  traits.httpResponseCode === 1

function structureWriter(shape: StructureShape): StructureWriter {
  const known = structures.get(shape)
  if (known) return known
  let children: { name: string; write: XmlWriter }[] | undefined
  let attributes: { name: string; open: string; write: XmlWriter }[] | undefined
  const made: StructureWriter = {
    content(value) {
      children ??= shape.members
        .filter((member) => !isBound(member) && member.traits.xmlAttribute !== 1)
        .map((member) => ({
          name: member.name,
          write: elementWriter(elementName(member), member.shape, member.traits),
        }))
      let xml = ''
      for (const { name, write } of children) {
        const field = value[name]
        if (field !== undefined && field !== null) xml += write(field)
      }
      return xml
    },
    attributes(value) {
      attributes ??= shape.members
        .filter((member) => member.traits.xmlAttribute === 1)
        .map((member) => ({
          name: member.name,
          open: ` ${elementName(member)}="`,
          write: textWriter(member.shape),
        }))
      let xml = ''
      for (const { name, open, write } of attributes) {
        const field = value[name]
        if (field !== undefined && field !== null) xml += `${open}${write(field)}"`
      }
      return xml
    },
  }
  structures.set(shape, made)
  return made
}

function listItems(shape: ListShape, flatTag: string | undefined): XmlWriter {
  let write: XmlWriter | undefined
  return (value: readonly unknown[]) => {
    write ??= elementWriter(
      flatTag ?? shape.member.traits.xmlName ?? 'member',
      shape.member.shape,
      shape.member.traits,
    )
    let xml = ''
    for (const item of value) if (item !== undefined && item !== null) xml += write(item)
    return xml
  }
}

function mapEntries(shape: MapShape, tag: string): XmlWriter {
  const { key, value: item } = shape
  let writeKey: XmlWriter | undefined
  let writeValue: XmlWriter | undefined
  return (value: Readonly<Record<string, unknown>>) => {
    writeKey ??= elementWriter(key.traits.xmlName ?? 'key', key.shape, key.traits)
    writeValue ??= elementWriter(item.traits.xmlName ?? 'value', item.shape, item.traits)
    let xml = ''
    for (const name of Object.keys(value)) {
      const field = value[name]
      if (field === undefined || field === null) continue
      xml += `<${tag}>${writeKey(name)}${writeValue(field)}</${tag}>`
    }
    return xml
  }
}
