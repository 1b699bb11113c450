import {
  DOMParser,
  type Document,
  type Element,
  MIME_TYPE,
  onWarningStopParsing,
} from '@xmldom/xmldom'

/** A text that is no XML, or XML that nobody needs: with a document type, or too deep. */
export class XmlRefused extends Error {
  override readonly name = 'XmlRefused'
}

export const namespaces = {
  assertion: 'urn:oasis:names:tc:SAML:2.0:assertion',
  protocol: 'urn:oasis:names:tc:SAML:2.0:protocol',
  metadata: 'urn:oasis:names:tc:SAML:2.0:metadata',
  signature: 'http://www.w3.org/2000/09/xmldsig#',
  encryption: 'http://www.w3.org/2001/04/xmlenc#',
} as const

/**
 * Parses a document. Document types are refused: they are where entities come from, and no
 * assertion has one.
 * @throws XmlRefused
 */
export function parseXml(text: string): Document {
  if (/<!DOCTYPE/i.test(text)) throw new XmlRefused('document types are not accepted')
  try {
    const parser = new DOMParser({ onError: onWarningStopParsing })
    const document = parser.parseFromString(text.replace(/^\uFEFF/, ''), MIME_TYPE.XML_TEXT)
    if (document.documentElement === null) throw new XmlRefused('there is no element')
    return document
  } catch (error) {
    if (error instanceof XmlRefused) throw error
    throw new XmlRefused('not well-formed', { cause: error })
  }
}

/** Child elements of a name. */
export function children(parent: Element, namespace: string, name: string): Element[] {
  const found: Element[] = []
  for (let node = parent.firstChild; node !== null; node = node.nextSibling) {
    const element = node as Element
    if (node.nodeType === 1 && element.localName === name && element.namespaceURI === namespace)
      found.push(element)
  }
  return found
}

export const child = (
  parent: Element | undefined,
  namespace: string,
  name: string,
): Element | undefined => parent && children(parent, namespace, name)[0]

/** The only child of a name; more than one is as bad as none. */
export function onlyChild(parent: Element, namespace: string, name: string): Element | undefined {
  const found = children(parent, namespace, name)
  return found.length === 1 ? found[0] : undefined
}

export const textOf = (element: Element | undefined): string | undefined =>
  element?.textContent?.trim()

export const attribute = (element: Element | undefined, name: string): string | undefined =>
  element?.getAttribute(name) ?? undefined

/** Milliseconds of an `xs:dateTime`; undefined when it is none. */
export function timeOf(text: string | undefined): number | undefined {
  const time = text === undefined ? Number.NaN : Date.parse(text)
  return Number.isNaN(time) ? undefined : time
}
