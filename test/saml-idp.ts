import {
  createCipheriv,
  generateKeyPairSync,
  type KeyObject,
  publicEncrypt,
  randomBytes,
} from 'node:crypto'
import { SignedXml } from 'xml-crypto'
import { certificate } from './certificates.ts'

/** A SAML identity provider of a test: its metadata, and responses as it would send them. */
export interface SamlIdp {
  readonly metadata: string
  response(options: ResponseOptions): string
}

export interface ResponseOptions {
  readonly attributes: Readonly<Record<string, readonly string[]>>
  readonly subject?: string
  readonly recipient?: string
  readonly audience?: string
  readonly issuer?: string
  readonly now?: number
  /** Id of the assertion, and of the request that it answers. */
  readonly id?: string
  readonly inResponseTo?: string
  readonly destination?: string
  readonly sessionIndex?: string
  /** What the signature covers; nothing when it is `none`. */
  readonly signs?: 'assertion' | 'response' | 'none'
  /** Public key to encrypt the assertion for. */
  readonly encryptFor?: KeyObject
  /** Changes the signed XML on its way. */
  readonly tamper?: (xml: string) => string
}

const saml = 'urn:oasis:names:tc:SAML:2.0'

/** @param more elements of the metadata beside those for signing in */
export function samlIdp(entityId = 'https://idp.example.com/metadata', more = ''): SamlIdp {
  const keys = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const { privateKey } = keys
  const { pem } = certificate('idp.example.com', undefined, { keys })
  const body = pem.replace(/-----[^-]+-----|\s/g, '')
  const metadata = `<?xml version="1.0"?>
<EntityDescriptor xmlns="${saml}:metadata" entityID="${entityId}">
  <IDPSSODescriptor protocolSupportEnumeration="${saml}:protocol">
    <KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data>
      <X509Certificate>${body}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>
    <NameIDFormat>${saml}:nameid-format:persistent</NameIDFormat>
    <SingleSignOnService Binding="${saml}:bindings:HTTP-Redirect" Location="https://idp.example.com/sso"/>${more}
  </IDPSSODescriptor>
</EntityDescriptor>
<!-- ${'padding '.repeat(80)} -->`
  const sign = (xml: string, name: string): string => {
    const signer = new SignedXml({
      privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    })
    signer.signatureAlgorithm = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256'
    signer.canonicalizationAlgorithm = 'http://www.w3.org/2001/10/xml-exc-c14n#'
    signer.addReference({
      xpath: `//*[local-name(.)='${name}']`,
      transforms: [
        'http://www.w3.org/2000/09/xmldsig#enveloped-signature',
        'http://www.w3.org/2001/10/xml-exc-c14n#',
      ],
      digestAlgorithm: 'http://www.w3.org/2001/04/xmlenc#sha256',
    })
    const reference = `//*[local-name(.)='${name}']/*[local-name(.)='Issuer']`
    signer.computeSignature(xml, { location: { reference, action: 'after' } })
    return signer.getSignedXml()
  }
  return {
    metadata,
    response(options) {
      const { signs = 'assertion', encryptFor, tamper = (xml) => xml } = options
      const own = assertionXml(options, entityId)
      const signed = signs === 'assertion' ? sign(own, 'Assertion') : own
      const inside = encryptFor === undefined ? signed : encrypted(signed, encryptFor)
      const whole = responseXml(inside, options, entityId)
      const sent = signs === 'response' ? sign(whole, 'Response') : whole
      return Buffer.from(tamper(sent)).toString('base64')
    },
  }
}

const iso = (time: number) => new Date(time).toISOString()

function assertionXml(options: ResponseOptions, entityId: string): string {
  const { now = Date.now(), subject = 'somebody@example.com', attributes } = options
  const { recipient = 'https://signin.aws.amazon.com/saml' } = options
  const { audience = 'urn:amazon:webservices', issuer = entityId } = options
  const { id = '_a1', inResponseTo, sessionIndex } = options
  const answers = inResponseTo === undefined ? '' : ` InResponseTo="${inResponseTo}"`
  const index = sessionIndex === undefined ? '' : ` SessionIndex="${sessionIndex}"`
  const values = Object.entries(attributes).map(
    ([name, list]) =>
      `<saml:Attribute Name="${name}">${list.map((value) => `<saml:AttributeValue>${value}</saml:AttributeValue>`).join('')}</saml:Attribute>`,
  )
  return `<saml:Assertion xmlns:saml="${saml}:assertion" ID="${id}" Version="2.0" IssueInstant="${iso(now)}"><saml:Issuer>${issuer}</saml:Issuer><saml:Subject><saml:NameID Format="${saml}:nameid-format:persistent">${subject}</saml:NameID><saml:SubjectConfirmation Method="${saml}:cm:bearer"><saml:SubjectConfirmationData NotOnOrAfter="${iso(now + 300_000)}" Recipient="${recipient}"${answers}/></saml:SubjectConfirmation></saml:Subject><saml:Conditions NotBefore="${iso(now - 1_000)}" NotOnOrAfter="${iso(now + 300_000)}"><saml:AudienceRestriction><saml:Audience>${audience}</saml:Audience></saml:AudienceRestriction></saml:Conditions><saml:AuthnStatement AuthnInstant="${iso(now)}"${index}/><saml:AttributeStatement>${values.join('')}</saml:AttributeStatement></saml:Assertion>`
}

function responseXml(inside: string, options: ResponseOptions, entityId: string): string {
  const { now = Date.now(), inResponseTo, destination } = options
  const answers = inResponseTo === undefined ? '' : ` InResponseTo="${inResponseTo}"`
  const to = destination === undefined ? '' : ` Destination="${destination}"`
  return `<samlp:Response xmlns:samlp="${saml}:protocol" ID="_r1" Version="2.0" IssueInstant="${iso(now)}"${to}${answers}><saml:Issuer xmlns:saml="${saml}:assertion">${entityId}</saml:Issuer><samlp:Status><samlp:StatusCode Value="${saml}:status:Success"/></samlp:Status>${inside}</samlp:Response>`
}

/** XML Encryption with AES-256-GCM under RSA-OAEP. */
function encrypted(assertion: string, key: KeyObject): string {
  const secret = randomBytes(32)
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', secret, nonce)
  const bytes = Buffer.concat([
    nonce,
    cipher.update(assertion),
    cipher.final(),
    cipher.getAuthTag(),
  ])
  const wrapped = publicEncrypt({ key, oaepHash: 'sha1' }, secret)
  const enc = 'http://www.w3.org/2001/04/xmlenc#'
  return `<saml:EncryptedAssertion xmlns:saml="${saml}:assertion"><xenc:EncryptedData xmlns:xenc="${enc}"><xenc:EncryptionMethod Algorithm="http://www.w3.org/2009/xmlenc11#aes256-gcm"/><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><xenc:EncryptedKey><xenc:EncryptionMethod Algorithm="${enc}rsa-oaep-mgf1p"/><xenc:CipherData><xenc:CipherValue>${wrapped.toString('base64')}</xenc:CipherValue></xenc:CipherData></xenc:EncryptedKey></ds:KeyInfo><xenc:CipherData><xenc:CipherValue>${bytes.toString('base64')}</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData></saml:EncryptedAssertion>`
}
