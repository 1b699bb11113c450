import { X509Certificate } from 'node:crypto'
import type { Element } from '@xmldom/xmldom'
import {
  attribute,
  child,
  children,
  namespaces,
  parseXml,
  textOf,
  timeOf,
  XmlRefused,
} from './xml.ts'

/** What a SAML identity provider says of itself. */
export interface SamlMetadata {
  readonly entityId: string
  /** Signing certificates, PEM. */
  readonly certificates: readonly string[]
  /** Milliseconds; undefined when the document sets no end. */
  readonly validUntil: number | undefined
  /** Where sign-in and sign-out requests go, by the redirect binding. */
  readonly signOnUrl: string | undefined
  readonly signOutUrl: string | undefined
}

/**
 * Reads the metadata of an identity provider (SAML 2.0 metadata, section 2.4.3).
 * @throws XmlRefused when it is no such document, or names no certificate to check assertions with
 */
export function readMetadata(xml: string): SamlMetadata {
  const root = parseXml(xml).documentElement!
  const entity = entityOf(root)
  const descriptor = entity && child(entity, namespaces.metadata, 'IDPSSODescriptor')
  const entityId = attribute(entity, 'entityID')
  if (descriptor === undefined || entityId === undefined)
    throw new XmlRefused('no identity provider is described')
  const certificates = children(descriptor, namespaces.metadata, 'KeyDescriptor')
    .filter((key) => (attribute(key, 'use') ?? 'signing') === 'signing')
    .flatMap(certificatesOf)
  if (certificates.length === 0) throw new XmlRefused('there is no signing certificate')
  const until = attribute(entity, 'validUntil') ?? attribute(descriptor, 'validUntil')
  return {
    entityId,
    certificates,
    validUntil: timeOf(until),
    signOnUrl: redirectTo(descriptor, 'SingleSignOnService'),
    signOutUrl: redirectTo(descriptor, 'SingleLogoutService'),
  }
}

const redirectBinding = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect'

const redirectTo = (descriptor: Element, service: string): string | undefined =>
  attribute(
    children(descriptor, namespaces.metadata, service).find(
      (one) => attribute(one, 'Binding') === redirectBinding,
    ),
    'Location',
  )

function entityOf(root: Element): Element | undefined {
  if (root.namespaceURI !== namespaces.metadata) return undefined
  return root.localName === 'EntityDescriptor'
    ? root
    : child(root, namespaces.metadata, 'EntityDescriptor')
}

function certificatesOf(key: Element): string[] {
  const info = child(key, namespaces.signature, 'KeyInfo')
  const data = info === undefined ? [] : children(info, namespaces.signature, 'X509Data')
  return data
    .flatMap((element) => children(element, namespaces.signature, 'X509Certificate'))
    .map((element) => {
      const bytes = Buffer.from((textOf(element) ?? '').replace(/\s+/g, ''), 'base64')
      try {
        return new X509Certificate(bytes).toString()
      } catch (error) {
        throw new XmlRefused('a certificate cannot be read', { cause: error })
      }
    })
}
