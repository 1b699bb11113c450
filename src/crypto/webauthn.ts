import {
  constants,
  createHash,
  createPublicKey,
  type JsonWebKey,
  timingSafeEqual,
  verify,
} from 'node:crypto'
import { CborFault, type CborMap, readCbor, readFirstCbor } from './cbor.ts'

/**
 * The server's side of Web Authentication, Level 3: what an authenticator and the browser before it say
 * is taken apart and checked. Attestation is read over: nobody asks for it.
 */

/** Why a ceremony is refused. */
export type WebAuthnReason =
  | 'malformed'
  | 'type'
  | 'challenge'
  | 'origin'
  | 'relying-party'
  | 'presence'
  | 'verification'
  | 'algorithm'
  | 'signature'
  | 'counter'

export class WebAuthnFault extends Error {
  override readonly name = 'WebAuthnFault'
  readonly reason: WebAuthnReason

  constructor(reason: WebAuthnReason) {
    super(reason)
    this.reason = reason
  }
}

/** Signature algorithms by their number in COSE (RFC 8152): ECDSA on P-256, and RSA PKCS #1 v1.5. */
export const algorithms = { ES256: -7, RS256: -257 } as const

/** What a new passkey leaves with the server. */
export interface RegisteredKey {
  readonly credentialId: Uint8Array
  /** The key in DER, as SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array
  readonly algorithm: number
  readonly signCount: number
  readonly userVerified: boolean
  readonly backupEligible: boolean
}

interface Expectation {
  /** The relying party's domain; origins are it and what is below it. */
  readonly relyingParty: string
  readonly requireVerification: boolean
}

/** What the browser says of a ceremony. */
export interface ClientData {
  readonly type: string
  /** Base64url. */
  readonly challenge: string
  readonly origin: string
  readonly crossOrigin: boolean
}

const malformed = () => new WebAuthnFault('malformed')

/** The client data of a ceremony; nothing of it is proven by reading it. */
export function clientDataOf(bytes: Uint8Array): ClientData {
  let value: Partial<Record<string, unknown>> | null
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw malformed()
  }
  const { type, challenge, origin, crossOrigin = false } = value ?? {}
  if (typeof type !== 'string' || typeof challenge !== 'string' || typeof origin !== 'string')
    throw malformed()
  return { type, challenge, origin, crossOrigin: crossOrigin !== false }
}

/** Whether a page may use the passkeys of a relying party: over TLS, or on this machine. */
export function isOriginOf(relyingParty: string, text: string): boolean {
  const url = URL.parse(text)
  if (url === null || url.origin !== text) return false
  const { protocol, hostname } = url
  const local = hostname === 'localhost' || hostname.endsWith('.localhost')
  if (protocol !== 'https:' && !(protocol === 'http:' && local)) return false
  return hostname === relyingParty || hostname.endsWith(`.${relyingParty}`)
}

function checkClient(data: ClientData, type: string, { relyingParty }: Expectation): void {
  if (data.type !== type) throw new WebAuthnFault('type')
  if (data.crossOrigin || !isOriginOf(relyingParty, data.origin)) throw new WebAuthnFault('origin')
}

const sha256 = (bytes: string | Uint8Array) => createHash('sha256').update(bytes).digest()

interface AuthenticatorData {
  readonly userVerified: boolean
  readonly backupEligible: boolean
  readonly signCount: number
  /** What follows flags and counter, where a credential is attested. */
  readonly attested: Uint8Array | undefined
}

const headLength = 37

/** Section 6.1: hash of the relying party, flags, counter. */
function authenticatorData(
  bytes: Uint8Array,
  { relyingParty, requireVerification }: Expectation,
): AuthenticatorData {
  if (bytes.length < headLength) throw malformed()
  if (!timingSafeEqual(bytes.subarray(0, 32), sha256(relyingParty)))
    throw new WebAuthnFault('relying-party')
  const flags = bytes[32]!
  const has = (bit: number) => (flags & (1 << bit)) !== 0
  if (!has(0)) throw new WebAuthnFault('presence')
  const userVerified = has(2)
  if (requireVerification && !userVerified) throw new WebAuthnFault('verification')
  const backupEligible = has(3)
  // What is backed up must have been eligible for it.
  if (has(4) && !backupEligible) throw malformed()
  const signCount = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).readUInt32BE(33)
  return {
    userVerified,
    backupEligible,
    signCount,
    attested: has(6) ? bytes.subarray(headLength) : undefined,
  }
}

/**
 * Checks a new passkey (section 7.1), but for the challenge, which is the caller's.
 * @throws WebAuthnFault
 */
export function registeredKey(
  data: ClientData,
  attestationObject: Uint8Array,
  expected: Expectation,
): RegisteredKey {
  checkClient(data, 'webauthn.create', expected)
  try {
    const attestation = mapOf(readCbor(attestationObject))
    const head = authenticatorData(bytesAt(attestation, 'authData'), expected)
    if (head.attested === undefined || head.attested.length < 18) throw malformed()
    const { attested, ...known } = head
    const length = (attested[16]! << 8) | attested[17]!
    const credentialId = attested.subarray(18, 18 + length)
    if (length === 0 || length > 1_023 || credentialId.length < length) throw malformed()
    const key = readFirstCbor(attested.subarray(18 + length))
    return { ...known, ...publicKey(mapOf(key.item)), credentialId }
  } catch (error) {
    throw error instanceof CborFault ? malformed() : error
  }
}

function mapOf(item: unknown): CborMap {
  if (!(item instanceof Map)) throw malformed()
  return item
}

function bytesAt(map: CborMap, key: number | string): Uint8Array {
  const value = map.get(key)
  if (!(value instanceof Uint8Array)) throw malformed()
  return value
}

const base64url = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url')

/** A COSE key (RFC 9052, section 7) of one of the two algorithms. */
function publicKey(key: CborMap): Pick<RegisteredKey, 'publicKey' | 'algorithm'> {
  const [type, algorithm] = [key.get(1), key.get(3)]
  let jwk: JsonWebKey
  if (type === 2 && algorithm === algorithms.ES256 && key.get(-1) === 1) {
    const [x, y] = [bytesAt(key, -2), bytesAt(key, -3)]
    if (x.length !== 32 || y.length !== 32) throw malformed()
    jwk = { kty: 'EC', crv: 'P-256', x: base64url(x), y: base64url(y) }
  } else if (type === 3 && algorithm === algorithms.RS256) {
    const [n, e] = [bytesAt(key, -1), bytesAt(key, -2)]
    if (n.length < 256 || n.length > 1_024 || e.length > 8) throw new WebAuthnFault('algorithm')
    jwk = { kty: 'RSA', n: base64url(n), e: base64url(e) }
  } else throw new WebAuthnFault('algorithm')
  try {
    const made = createPublicKey({ key: jwk, format: 'jwk' })
    return { publicKey: made.export({ type: 'spki', format: 'der' }), algorithm }
  } catch {
    throw malformed()
  }
}

interface Assertion {
  readonly clientDataJSON: Uint8Array
  readonly authenticatorData: Uint8Array
  readonly signature: Uint8Array
}

/**
 * Checks an assertion (section 7.2), but for whose passkey it is.
 * @param challenge base64url
 * @returns the counter to keep
 * @throws WebAuthnFault; `counter` when the authenticator has gone back, as a copy of it would
 */
export function provenCount(
  { clientDataJSON, authenticatorData: bytes, signature }: Assertion,
  challenge: string,
  known: Pick<RegisteredKey, 'publicKey' | 'algorithm' | 'signCount'>,
  expected: Expectation,
): number {
  const data = clientDataOf(clientDataJSON)
  checkClient(data, 'webauthn.get', expected)
  if (challenge === '' || !timingSafeEqual(sha256(challenge), sha256(data.challenge)))
    throw new WebAuthnFault('challenge')
  const { signCount } = authenticatorData(bytes, expected)
  const key = createPublicKey({ key: Buffer.from(known.publicKey), type: 'spki', format: 'der' })
  const padding = known.algorithm === algorithms.RS256 ? constants.RSA_PKCS1_PADDING : undefined
  const signed = Buffer.concat([bytes, sha256(clientDataJSON)])
  if (!verify('sha256', signed, { key, padding, dsaEncoding: 'der' }, signature))
    throw new WebAuthnFault('signature')
  const counts = signCount > 0 || known.signCount > 0
  if (counts && signCount <= known.signCount) throw new WebAuthnFault('counter')
  return signCount
}
