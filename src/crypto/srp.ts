import { createHash, createHmac, DiffieHellman, getDiffieHellman, hkdfSync } from 'node:crypto'

/**
 * The server's side of SRP-6a as Amazon Cognito speaks it: the 3072-bit group of RFC 5054, SHA-256,
 * every hashed integer in the form of Java's BigInteger.toByteArray.
 */
const prime =
  'FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD' +
  'EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED' +
  'EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F' +
  '83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B' +
  'E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA0510' +
  '15728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7' +
  'ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200C' +
  'BBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF'

const N = BigInt(`0x${prime}`)

/**
 * One object for every exponentiation: OpenSSL's is five times as fast as that of BigInt. The group is
 * number 15 of RFC 3526: taken by its name, OpenSSL trusts the prime that it checks for more than a
 * second when it is given.
 */
const group = getDiffieHellman('modp15') as DiffieHellman

/** Groups with a name lack the method, but not what is behind it. */
const setExponent = (exponent: bigint): void => {
  const set: (this: DiffieHellman, key: Uint8Array) => void = DiffieHellman.prototype.setPrivateKey
  set.call(group, bytesOf(exponent))
}

const bytesOf = (value: bigint): Buffer => {
  const hex = value.toString(16)
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex')
}
const numberOf = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString('hex')}`)

/** An integer as it is hashed: big-endian, with a zero byte where its highest bit is set. */
function padded(value: bigint): Buffer {
  const bytes = bytesOf(value)
  return bytes[0]! >= 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes
}

/** The group, and integers as they are hashed: for whoever plays the client. */
export const srpGroup = { N, padded } as const

const sha256 = (...parts: readonly (string | Uint8Array)[]): Buffer => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

const power = (base: bigint, exponent: bigint): bigint => {
  setExponent(exponent)
  return numberOf(group.computeSecret(bytesOf(base)))
}

function generatorPower(exponent: bigint): bigint {
  setExponent(exponent)
  return numberOf(group.generateKeys())
}

const k = numberOf(sha256(padded(N), padded(2n)))

/**
 * The verifier of a password, hexadecimal.
 * @param identity pool name and user name, one after the other
 * @param salt hexadecimal
 */
export function srpVerifier(identity: string, password: string, salt: string): string {
  const inner = sha256(identity, ':', password)
  const x = numberOf(sha256(padded(BigInt(`0x${salt}`)), inner))
  return generatorPower(x).toString(16)
}

/**
 * The server's public value for a sign-in, hexadecimal.
 * @param secret of the server, 32 random bytes
 */
export function srpChallenge(verifier: string, secret: Uint8Array): string {
  const B = (k * BigInt(`0x${verifier}`) + generatorPower(numberOf(secret))) % N
  return B.toString(16)
}

/** True when a client's public value (hexadecimal) is one that SRP-6a allows. */
export function isSrpPublic(text: string): boolean {
  if (!/^[0-9a-fA-F]{1,770}$/.test(text)) return false
  const rest = BigInt(`0x${text}`) % N
  return rest > 1n && rest < N - 1n
}

interface Exchange {
  /** Public values of client and server, hexadecimal. */
  readonly A: string
  readonly B: string
  readonly verifier: string
  readonly secret: Uint8Array
}

/**
 * The signature with which a client proves the password, Base64; undefined when the client's value
 * leads nowhere.
 * @param message parts of what is signed: identity, secret block, timestamp
 */
export function srpSignature(
  { A: a, B: b, verifier, secret }: Exchange,
  message: readonly (string | Uint8Array)[],
): string | undefined {
  const A = BigInt(`0x${a}`)
  const u = numberOf(sha256(padded(A), padded(BigInt(`0x${b}`))))
  if (u === 0n) return undefined
  let S: bigint
  try {
    S = power((A * power(BigInt(`0x${verifier}`), u)) % N, numberOf(secret))
  } catch {
    return undefined
  }
  const key = hkdfSync('sha256', padded(S), padded(u), 'Caldera Derived Key', 16)
  const mac = createHmac('sha256', new Uint8Array(key))
  for (const part of message) mac.update(part)
  return mac.digest('base64')
}
