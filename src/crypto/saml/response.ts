import type { KeyObject } from 'node:crypto'
import { type Element, XMLSerializer } from '@xmldom/xmldom'
import { SignedXml } from 'xml-crypto'
import { decryptAssertion } from './decrypt.ts'
import {
  attribute,
  child,
  children,
  namespaces,
  onlyChild,
  parseXml,
  textOf,
  timeOf,
  XmlRefused,
} from './xml.ts'

const { assertion: saml, protocol, signature } = namespaces

/** What a verified assertion says. */
export interface SamlAssertion {
  readonly id: string | undefined
  readonly issuer: string
  /** Milliseconds. */
  readonly issuedAt: number | undefined
  readonly subject: string
  /** `persistent`, `transient`, or the format's URI. */
  readonly subjectType: string
  /** `Format` of the subject as it stands there. */
  readonly subjectFormat: string | undefined
  /** The request that the bearer's confirmation answers. */
  readonly inResponseTo: string | undefined
  /** The same, and where it is meant for, as the response itself says, signed or not. */
  readonly response: {
    readonly inResponseTo: string | undefined
    readonly destination: string | undefined
  }
  /** What the provider calls the session; of the first statement. */
  readonly sessionIndex: string | undefined
  /** `Recipient` of the bearer's confirmation. */
  readonly recipient: string | undefined
  readonly audiences: readonly string[]
  /** Milliseconds. */
  readonly notBefore: number | undefined
  readonly notOnOrAfter: number | undefined
  readonly confirmedUntil: number | undefined
  readonly sessionUntil: number | undefined
  readonly attributes: ReadonlyMap<string, readonly string[]>
  readonly encrypted: boolean
}

const signatureAlgorithms = [
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512',
]
const hashAlgorithms = [
  'http://www.w3.org/2001/04/xmlenc#sha256',
  'http://www.w3.org/2001/04/xmlenc#sha512',
]

/**
 * Reads a SAML 2.0 response and believes only what a signature of the provider covers: the assertion
 * is taken out of the signed bytes, not out of the document that came with them.
 * @param certificates PEM, of the provider's metadata; those in the response count for nothing
 * @throws XmlRefused when the response, its status or its signature is not good
 */
export function readResponse(
  xml: string,
  certificates: readonly string[],
  decryptionKeys: readonly KeyObject[] = [],
): SamlAssertion {
  const root = parseXml(xml).documentElement!
  if (root.localName !== 'Response' || root.namespaceURI !== protocol)
    throw new XmlRefused('no SAML response')
  const status = child(child(root, protocol, 'Status'), protocol, 'StatusCode')
  if (attribute(status, 'Value') !== 'urn:oasis:names:tc:SAML:2.0:status:Success')
    throw new XmlRefused('the response tells no success')
  const signedResponse = signedElement(xml, root, certificates)
  const response = signedResponse ?? root
  const encrypted = onlyChild(response, saml, 'EncryptedAssertion')
  const plain = onlyChild(response, saml, 'Assertion')
  if ((encrypted === undefined) === (plain === undefined))
    throw new XmlRefused('there must be one assertion')
  const text =
    encrypted === undefined
      ? new XMLSerializer().serializeToString(plain!)
      : decryptAssertion(encrypted, decryptionKeys)
  const own = parseXml(text).documentElement!
  // In its document, an assertion may use namespaces that stand outside of it.
  const context = encrypted === undefined && signedResponse === undefined ? xml : text
  // A signed response covers its assertion; otherwise the assertion's own signature must.
  const assertion = signedElement(context, own, certificates) ?? (signedResponse && own)
  if (assertion === undefined) throw new XmlRefused('nothing is signed')
  if (assertion.localName !== 'Assertion' || assertion.namespaceURI !== saml)
    throw new XmlRefused('no assertion')
  return {
    ...factsOf(assertion),
    response: {
      inResponseTo: attribute(root, 'InResponseTo'),
      destination: attribute(root, 'Destination'),
    },
    encrypted: encrypted !== undefined,
  }
}

/** The element as its enveloped signature covers it; undefined when it carries none. */
function signedElement(
  xml: string,
  element: Element,
  certificates: readonly string[],
): Element | undefined {
  const marks = children(element, signature, 'Signature')
  if (marks.length === 0) return undefined
  if (marks.length > 1) throw new XmlRefused('more than one signature')
  const mark = new XMLSerializer().serializeToString(marks[0]!)
  for (const publicCert of certificates) {
    const signed = checked(xml, mark, publicCert)
    if (signed === undefined) continue
    const covered = parseXml(signed).documentElement!
    if (attribute(covered, 'ID') !== attribute(element, 'ID'))
      throw new XmlRefused('the signature is of something else')
    return covered
  }
  throw new XmlRefused('the signature is not of this provider')
}

/** The one signed reference in its canonical form, or undefined when the signature is not good. */
function checked(xml: string, mark: string, publicCert: string): string | undefined {
  const signed = new SignedXml({ publicCert, getCertFromKeyInfo: () => null })
  try {
    signed.loadSignature(mark)
    if (!signatureAlgorithms.includes(signed.signatureAlgorithm ?? '')) return undefined
    const references = signed.getReferences()
    if (references.length !== 1) return undefined
    if (!hashAlgorithms.includes(references[0]!.digestAlgorithm)) return undefined
    if (!signed.checkSignature(xml)) return undefined
    const [covered, ...more] = signed.getSignedReferences()
    return more.length === 0 ? covered : undefined
  } catch {
    return undefined
  }
}

const nameFormat = /^urn:oasis:names:tc:SAML:2\.0:nameid-format:(persistent|transient)$/

function factsOf(assertion: Element): Omit<SamlAssertion, 'encrypted' | 'response'> {
  const subject = child(assertion, saml, 'Subject')
  const name = child(subject, saml, 'NameID')
  const bearer = (subject ? children(subject, saml, 'SubjectConfirmation') : []).find(
    (element) => attribute(element, 'Method') === 'urn:oasis:names:tc:SAML:2.0:cm:bearer',
  )
  const confirmation = child(bearer, saml, 'SubjectConfirmationData')
  const conditions = child(assertion, saml, 'Conditions')
  const restriction = child(conditions, saml, 'AudienceRestriction')
  const statement = child(assertion, saml, 'AuthnStatement')
  const issuer = textOf(child(assertion, saml, 'Issuer'))
  const nameId = textOf(name)
  if (!issuer || !nameId || bearer === undefined)
    throw new XmlRefused('issuer, subject or its confirmation is missing')
  const format =
    attribute(name, 'Format') ?? 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified'
  return {
    id: attribute(assertion, 'ID'),
    issuer,
    issuedAt: timeOf(attribute(assertion, 'IssueInstant')),
    subject: nameId,
    subjectType: nameFormat.exec(format)?.[1] ?? format,
    subjectFormat: attribute(name, 'Format'),
    inResponseTo: attribute(confirmation, 'InResponseTo'),
    sessionIndex: attribute(statement, 'SessionIndex'),
    recipient: attribute(confirmation, 'Recipient'),
    audiences: (restriction ? children(restriction, saml, 'Audience') : []).map(
      (element) => textOf(element) ?? '',
    ),
    notBefore: timeOf(attribute(conditions, 'NotBefore')),
    notOnOrAfter: timeOf(attribute(conditions, 'NotOnOrAfter')),
    confirmedUntil: timeOf(attribute(confirmation, 'NotOnOrAfter')),
    sessionUntil: timeOf(attribute(statement, 'SessionNotOnOrAfter')),
    attributes: attributesOf(assertion),
  }
}

function attributesOf(assertion: Element): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>()
  for (const statement of children(assertion, saml, 'AttributeStatement'))
    for (const element of children(statement, saml, 'Attribute')) {
      const name = attribute(element, 'Name') ?? ''
      const values = children(element, saml, 'AttributeValue').map((value) => textOf(value) ?? '')
      found.set(name, [...(found.get(name) ?? []), ...values])
    }
  return found
}
