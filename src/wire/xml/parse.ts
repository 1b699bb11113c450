import { MALFORMED_XML_TEXT, malformedXml } from '../protocol-errors.ts'

/** An element as it was written, prefix removed from its name. */
export interface XmlElement {
  readonly name: string
  /** Undefined when there are none; names keep their prefix (`xsi:type`). */
  readonly attributes: ReadonlyMap<string, string> | undefined
  readonly children: readonly XmlElement[]
  /** Text directly inside, entities resolved. */
  readonly text: string
}

interface OpenElement {
  readonly qualified: string
  readonly name: string
  readonly attributes: ReadonlyMap<string, string> | undefined
  readonly children: XmlElement[]
  text: string
}

const MAX_ELEMENTS = 200_000
const MAX_ATTRIBUTES = 50
const NAME = /[^\s<>/="'&?!\u0000-\u001f]+/y
const SPACE = /[ \t\r\n]*/y
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/

/**
 * A strict XML reader for request bodies: no DTD, no processing instruction after the declaration,
 * no entity but the five and the numeric ones. Reads each character once and keeps its own stack.
 */
export function parseXml(text: string, maxDepth = 50): XmlElement {
  const malformed = () => malformedXml(MALFORMED_XML_TEXT)
  if (FORBIDDEN.test(text)) throw malformed()
  const stack: OpenElement[] = []
  let root: XmlElement | undefined
  let elements = 0
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0

  const scan = (pattern: RegExp): string => {
    pattern.lastIndex = at
    const found = pattern.exec(text)?.[0]
    if (found === undefined) throw malformed()
    at += found.length
    return found
  }
  const upTo = (end: string): string => {
    const found = text.indexOf(end, at)
    if (found === -1) throw malformed()
    const part = text.slice(at, found)
    at = found + end.length
    return part
  }
  const close = (element: OpenElement): void => {
    const parent = stack.at(-1)
    if (parent) parent.children.push(element)
    else root = element
  }
  const attributes = (): ReadonlyMap<string, string> | undefined => {
    let all: Map<string, string> | undefined
    for (;;) {
      const space = scan(SPACE)
      const next = text[at]
      if (next === '>' || next === '/' || next === undefined) return all
      if (space === '') throw malformed()
      const name = scan(NAME)
      scan(SPACE)
      if (text[at++] !== '=') throw malformed()
      scan(SPACE)
      const quote = text[at++]
      if (quote !== '"' && quote !== "'") throw malformed()
      const value = upTo(quote)
      all ??= new Map()
      if (value.includes('<') || all.has(name) || all.size >= MAX_ATTRIBUTES) throw malformed()
      all.set(name, resolveEntities(value))
    }
  }
  const openTag = (): void => {
    const qualified = scan(NAME)
    if (++elements > MAX_ELEMENTS || stack.length >= maxDepth) throw malformed()
    const element: OpenElement = {
      qualified,
      name: qualified.slice(qualified.lastIndexOf(':') + 1),
      attributes: attributes(),
      children: [],
      text: '',
    }
    if (text[at] === '/') {
      at++
      if (text[at++] !== '>') throw malformed()
      close(element)
    } else if (text[at++] === '>') stack.push(element)
    else throw malformed()
  }
  const closeTag = (): void => {
    const element = stack.pop()
    if (!element || scan(NAME) !== element.qualified) throw malformed()
    scan(SPACE)
    if (text[at++] !== '>') throw malformed()
    close(element)
  }

  if (text.startsWith('<?xml', at)) upTo('?>')
  while (at < text.length) {
    const open = stack.at(-1)
    if (text[at] !== '<') {
      let end = text.indexOf('<', at)
      if (end === -1) end = text.length
      const part = text.slice(at, end)
      if (open) open.text += resolveEntities(part)
      else if (part.trim() !== '') throw malformed()
      at = end
      continue
    }
    at++
    if (text.startsWith('!--', at)) {
      at += 3
      upTo('-->')
    } else if (text.startsWith('![CDATA[', at) && open) {
      at += 8
      open.text += upTo(']]>')
    } else if (text[at] === '/') {
      at++
      closeTag()
    } else if (open || !root) openTag()
    else throw malformed()
  }
  if (!root || stack.length > 0) throw malformed()
  return root
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
])

function resolveEntities(text: string): string {
  const lines = text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text
  if (!lines.includes('&')) return lines
  return lines.replace(/&([^;&]{0,12})(;?)/g, (_, name: string, end: string) => {
    const char = end === ';' ? (ENTITIES.get(name) ?? numericEntity(name)) : undefined
    if (char === undefined) throw malformedXml(MALFORMED_XML_TEXT)
    return char
  })
}

function numericEntity(name: string): string | undefined {
  const [, hex, decimal] = /^#(?:x([0-9a-fA-F]{1,6})|(\d{1,7}))$/.exec(name) ?? []
  const code = hex ? Number.parseInt(hex, 16) : decimal ? Number(decimal) : 0
  const valid = code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff)
  return valid ? String.fromCodePoint(code) : undefined
}
