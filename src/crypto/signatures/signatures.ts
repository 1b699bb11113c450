import { constants, type KeyObject, sign, verify } from 'node:crypto'
import { promisify } from 'node:util'
import { signEcDigest, signEdDigest, verifyEcDigest, verifyEdDigest } from './curves.ts'
import { signMu, verifyMu } from './lattices.ts'
import {
  type RsaHash,
  signPkcs1Digest,
  signPssDigest,
  verifyPkcs1Digest,
  verifyPssDigest,
} from './rsa-digest.ts'

/** A way to sign, by AWS's name for it. */
export interface SignatureScheme {
  /** Bytes of what is signed in place of the message; undefined when only messages are. */
  readonly digestLength: number | undefined
  /** Whether whole messages can be signed. */
  readonly takesMessages: boolean
  signMessage(message: Uint8Array, key: KeyObject): Promise<Uint8Array>
  /** @param random bytes for schemes that are not deterministic */
  signDigest(digest: Uint8Array, key: KeyObject, random: (length: number) => Uint8Array): Uint8Array
  verifyMessage(message: Uint8Array, signature: Uint8Array, key: KeyObject): Promise<boolean>
  verifyDigest(digest: Uint8Array, signature: Uint8Array, key: KeyObject): boolean
}

// With a callback the work is done on the thread pool.
const signOff = promisify(sign) as (
  hash: string | null,
  data: Uint8Array,
  key: object,
) => Promise<Buffer>
const verifyOff = promisify(verify) as (
  hash: string | null,
  data: Uint8Array,
  key: object,
  signature: Uint8Array,
) => Promise<boolean>

const lengths: Readonly<Record<RsaHash, number>> = { sha256: 32, sha384: 48, sha512: 64 }

const refuse = (): never => {
  throw new Error('not with this scheme')
}

const pkcs1 = (hash: RsaHash): SignatureScheme => ({
  digestLength: lengths[hash],
  takesMessages: true,
  signMessage: (message, key) => signOff(hash, message, { key }),
  signDigest: (digest, key) => signPkcs1Digest(hash, digest, key),
  verifyMessage: (message, signature, key) => verifyOff(hash, message, { key }, signature),
  verifyDigest: (digest, signature, key) => verifyPkcs1Digest(hash, digest, signature, key),
})

const pss = (hash: RsaHash): SignatureScheme => {
  const options = (key: KeyObject) => ({
    key,
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength: lengths[hash],
  })
  return {
    digestLength: lengths[hash],
    takesMessages: true,
    signMessage: (message, key) => signOff(hash, message, options(key)),
    signDigest: (digest, key, random) => signPssDigest(hash, digest, key, random(lengths[hash])),
    verifyMessage: (message, signature, key) => verifyOff(hash, message, options(key), signature),
    verifyDigest: (digest, signature, key) => verifyPssDigest(hash, digest, signature, key),
  }
}

const ecdsa = (hash: RsaHash): SignatureScheme => ({
  digestLength: lengths[hash],
  takesMessages: true,
  // A curve's signature costs less than the way to another thread.
  signMessage: async (message, key) => sign(hash, message, key),
  signDigest: signEcDigest,
  verifyMessage: async (message, signature, key) => verify(hash, message, key, signature),
  verifyDigest: verifyEcDigest,
})

/** Every scheme of KMS outside of China. */
export const signatureSchemes: Readonly<Record<string, SignatureScheme>> = {
  RSASSA_PKCS1_V1_5_SHA_256: pkcs1('sha256'),
  RSASSA_PKCS1_V1_5_SHA_384: pkcs1('sha384'),
  RSASSA_PKCS1_V1_5_SHA_512: pkcs1('sha512'),
  RSASSA_PSS_SHA_256: pss('sha256'),
  RSASSA_PSS_SHA_384: pss('sha384'),
  RSASSA_PSS_SHA_512: pss('sha512'),
  ECDSA_SHA_256: ecdsa('sha256'),
  ECDSA_SHA_384: ecdsa('sha384'),
  ECDSA_SHA_512: ecdsa('sha512'),
  ED25519_SHA_512: {
    digestLength: undefined,
    takesMessages: true,
    signMessage: async (message, key) => sign(null, message, key),
    signDigest: refuse,
    verifyMessage: async (message, signature, key) => verify(null, message, key, signature),
    verifyDigest: refuse,
  },
  ED25519_PH_SHA_512: {
    digestLength: 64,
    takesMessages: false,
    signMessage: refuse,
    signDigest: signEdDigest,
    verifyMessage: refuse,
    verifyDigest: verifyEdDigest,
  },
  ML_DSA_SHAKE_256: {
    digestLength: 64,
    takesMessages: true,
    signMessage: (message, key) => signOff(null, message, { key }),
    signDigest: signMu,
    verifyMessage: (message, signature, key) => verifyOff(null, message, { key }, signature),
    verifyDigest: verifyMu,
  },
}
