import { createPublicKey, type KeyObject, verify, type X509Certificate } from 'node:crypto'
import {
  type Cbor,
  CborFault,
  type CborMap,
  cborArray,
  readCbor,
  Tagged,
} from '../../../crypto/cbor.ts'
import { followPath } from './certificate-path.ts'

/** Who attests, what it runs, and for whom answers are encrypted. */
export interface Attestation {
  readonly kind: 'enclave' | 'tpm'
  readonly moduleId: string
  /** Hex digits of each register, by its number. */
  readonly registers: ReadonlyMap<number, string>
  readonly publicKey: KeyObject
}

/** Why a document is not believed; the message can be told. */
export class AttestationRefused extends Error {
  override readonly name = 'AttestationRefused'
}

const refuse = (why: string): never => {
  throw new AttestationRefused(why)
}

const coseSign1 = 18
const algorithm = 1
const es384 = -35
const signatureLength = 96
const largestPayload = 16_384

/**
 * Verifies an attestation document of a Nitro Enclave or a NitroTPM: COSE_Sign1 (RFC 9052) by ES384,
 * a certificate path to a trusted root, and the contents that AWS prescribes.
 * @see https://github.com/aws/aws-nitro-enclaves-nsm-api/blob/main/docs/attestation_process.md
 * @param roots certificates in DER
 * @throws AttestationRefused
 */
export function verifiedAttestation(
  document: Uint8Array,
  roots: readonly Uint8Array[],
  now: Date,
): Attestation {
  try {
    const { protectedHeader, payload, signature } = signedOf(readCbor(document))
    const contents = mapOf(readCbor(payload), 'the payload')
    const certificate = bytesOf(contents.get('certificate'), 'certificate', 1, 1_024)
    const bundle = bundleOf(contents.get('cabundle'))
    const signer = followPath(bundle, certificate, roots, now)
    if (typeof signer === 'string') return refuse(signer)
    checkSignature(signer, protectedHeader, payload, signature)
    return attestationOf(contents)
  } catch (error) {
    if (error instanceof CborFault) return refuse(`it is malformed: ${error.message}`)
    throw error
  }
}

function signedOf(item: Cbor) {
  const message = item instanceof Tagged && item.tag === coseSign1 ? item.value : item
  if (!Array.isArray(message) || message.length !== 4) return refuse('it is no COSE_Sign1')
  const [headerBytes, unprotected, content, signed] = message as readonly Cbor[]
  const protectedHeader = bytesOf(headerBytes, 'protected header', 1, 64)
  const header = mapOf(readCbor(protectedHeader), 'the protected header')
  if (header.size !== 1 || header.get(algorithm) !== es384) refuse('it is not signed by ES384')
  mapOf(unprotected, 'the unprotected header')
  const payload = bytesOf(content, 'payload', 1, largestPayload)
  const signature = bytesOf(signed, 'signature', signatureLength, signatureLength)
  return { protectedHeader, payload, signature }
}

function checkSignature(
  { publicKey }: X509Certificate,
  header: Uint8Array,
  payload: Uint8Array,
  signature: Uint8Array,
): void {
  if (publicKey.asymmetricKeyDetails?.namedCurve !== 'secp384r1')
    refuse('its certificate is not for ES384')
  const signed = cborArray('Signature1', header, new Uint8Array(), payload)
  const key = { key: publicKey, dsaEncoding: 'ieee-p1363' } as const
  if (!verify('sha384', signed, key, signature)) refuse('its signature is wrong')
}

function attestationOf(contents: CborMap): Attestation {
  const moduleId = contents.get('module_id')
  if (typeof moduleId !== 'string' || moduleId === '') return refuse('module_id is missing')
  if (contents.get('digest') !== 'SHA384') refuse('digest is not SHA384')
  const timestamp = contents.get('timestamp')
  if (typeof timestamp !== 'number' || timestamp <= 0) refuse('timestamp is missing')
  for (const name of ['user_data', 'nonce']) {
    const value = contents.get(name)
    if (value !== undefined && value !== null) bytesOf(value, name, 0, 1_024)
  }
  const isTpm = contents.has('nitrotpm_pcrs')
  const registers = registersOf(contents.get(isTpm ? 'nitrotpm_pcrs' : 'pcrs'))
  const publicKey = publicKeyOf(contents.get('public_key'))
  return { kind: isTpm ? 'tpm' : 'enclave', moduleId, registers, publicKey }
}

function registersOf(item: Cbor | undefined): ReadonlyMap<number, string> {
  const registers = new Map<number, string>()
  for (const [index, value] of mapOf(item, 'pcrs')) {
    if (typeof index !== 'number' || index < 0 || index > 31)
      return refuse('pcrs has such an index')
    const bytes = bytesOf(value, 'a register', 32, 64)
    if (![32, 48, 64].includes(bytes.length)) refuse('a register has such a length')
    registers.set(index, Buffer.from(bytes).toString('hex'))
  }
  return registers.size === 0 ? refuse('pcrs is empty') : registers
}

function publicKeyOf(item: Cbor | undefined): KeyObject {
  if (item === undefined || item === null) return refuse('it has no public key')
  const der = Buffer.from(bytesOf(item, 'public_key', 1, 1_024))
  try {
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' })
    const bits = key.asymmetricKeyDetails?.modulusLength ?? 0
    if (key.asymmetricKeyType === 'rsa' && bits >= 2_048) return key
  } catch {
    // Told below: it is none.
  }
  return refuse('its public key is no RSA key of 2,048 bits or more')
}

function bundleOf(item: Cbor | undefined): readonly Uint8Array[] {
  if (!Array.isArray(item) || item.length === 0 || item.length > 8)
    return refuse('cabundle is missing')
  return (item as readonly Cbor[]).map((one) => bytesOf(one, 'cabundle', 1, 1_024))
}

const mapOf = (item: Cbor | undefined, name: string): CborMap =>
  item instanceof Map ? item : refuse(`${name} is no map`)

function bytesOf(item: Cbor | undefined, name: string, least: number, most: number): Uint8Array {
  if (!(item instanceof Uint8Array)) return refuse(`${name} is no byte string`)
  if (item.length < least || item.length > most) return refuse(`${name} has such a length`)
  return item
}
