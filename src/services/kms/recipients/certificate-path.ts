import { X509Certificate } from 'node:crypto'
import { type Element, elementsOf } from '../../../crypto/der.ts'

const basicConstraints = '551d13'
const keyUsage = '551d0f'
const digitalSignature = 0
const keyCertSign = 5

/** Extensions that are understood; a critical one besides these ends the path. */
const known = new Set([basicConstraints, keyUsage, '551d0e', '551d23', '551d25', '551d1f'])

/** What a certificate may be used for. */
interface Constraints {
  readonly isCa: boolean
  /** How many authorities may follow; undefined for any number. */
  readonly pathLength: number | undefined
  readonly usage: ReadonlySet<number>
}

/**
 * Follows a path from a trusted root down to the certificate that signs (RFC 5280, section 6, without
 * revocation: AWS publishes none for these).
 * @param bundle authorities in DER, the root first, as attestation documents carry them
 * @returns the signing certificate, or what is wrong with the path
 */
export function followPath(
  bundle: readonly Uint8Array[],
  signing: Uint8Array,
  roots: readonly Uint8Array[],
  now: Date,
): X509Certificate | string {
  const path: X509Certificate[] = []
  for (const bytes of [...bundle, signing]) {
    const read = readCertificate(bytes)
    if (read === undefined) return 'a certificate cannot be read'
    path.push(read)
  }
  if (!roots.some((root) => Buffer.from(root).equals(path[0]!.raw)))
    return 'its certificates do not lead to a trusted root'
  for (const [i, certificate] of path.entries()) {
    const fault = faultOf(certificate, path, i, now)
    if (fault !== undefined) return fault
  }
  return path.at(-1)!
}

function readCertificate(bytes: Uint8Array): X509Certificate | undefined {
  try {
    const certificate = new X509Certificate(Buffer.from(bytes))
    // PEM would be read too, and leaves room for more than the certificate.
    return certificate.raw.equals(bytes) ? certificate : undefined
  } catch {
    return undefined
  }
}

function faultOf(
  certificate: X509Certificate,
  path: readonly X509Certificate[],
  i: number,
  now: Date,
): string | undefined {
  const issuer = path[i - 1] ?? certificate
  if (now < certificate.validFromDate || now > certificate.validToDate)
    return 'a certificate is not valid at this time'
  try {
    if (!certificate.checkIssued(issuer) || !certificate.verify(issuer.publicKey))
      return 'a certificate was not issued by the one before it'
  } catch {
    return 'a certificate was not issued by the one before it'
  }
  const constraints = constraintsOf(certificate.raw)
  if (constraints === undefined) return 'a certificate has extensions that are not understood'
  const { isCa, pathLength, usage } = constraints
  const last = path.length - 1
  if (i === last) {
    if (isCa || !usage.has(digitalSignature)) return 'the last certificate is not for signatures'
    return undefined
  }
  if (!isCa || !usage.has(keyCertSign)) return 'a certificate is not for certificates'
  if (pathLength !== undefined && last - i - 1 > pathLength) return 'the path is too long'
  return undefined
}

/** Undefined for what is malformed, and where a critical extension is not understood. */
function constraintsOf(raw: Uint8Array): Constraints | undefined {
  const [certificate] = elementsOf(raw) ?? []
  const [tbs] = elementsOf(certificate?.body ?? new Uint8Array()) ?? []
  const extensions = elementsOf(tbs?.body ?? new Uint8Array())?.find(({ tag }) => tag === 0xa3)
  const [list] = elementsOf(extensions?.body ?? new Uint8Array()) ?? []
  let isCa = false
  let pathLength: number | undefined
  let usage: ReadonlySet<number> = new Set()
  for (const { body } of elementsOf(list?.body ?? new Uint8Array()) ?? []) {
    const [name, ...rest] = elementsOf(body) ?? []
    const value = rest.at(-1)
    if (name === undefined || value === undefined) return undefined
    const id = Buffer.from(name.body).toString('hex')
    if (rest.length > 1 && !known.has(id)) return undefined
    const [inner] = elementsOf(value.body) ?? []
    if (id === keyUsage) usage = bitsOf(inner)
    if (id !== basicConstraints) continue
    const [ca, length] = elementsOf(inner?.body ?? new Uint8Array()) ?? []
    isCa = ca?.tag === 0x01 && ca.body[0] === 0xff
    pathLength = length?.body[0]
  }
  return { isCa, pathLength, usage }
}

/** Numbers of the bits that are set in a BIT STRING. */
function bitsOf(element: Element | undefined): ReadonlySet<number> {
  const bits = new Set<number>()
  const bytes = element?.tag === 0x03 ? element.body.subarray(1) : new Uint8Array()
  for (const [i, byte] of bytes.entries())
    for (let bit = 0; bit < 8; bit++) if (byte & (0x80 >> bit)) bits.add(i * 8 + bit)
  return bits
}
