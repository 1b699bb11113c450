import { pbkdf2, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { compare } from 'bcryptjs'

/** How password hashes that come from elsewhere may have been made, in Cognito's words. */
export type HashAlgorithm = 'ARGON2ID' | 'BCRYPT' | 'SCRYPT' | 'PBKDF2_SHA256'

/**
 * A hash that was not made here, in one of the usual texts:
 * - bcrypt: `$2a$12$`, `$2b$...`, `$2y$...`
 * - scrypt: `$scrypt$ln=16,r=8,p=1$<salt>$<hash>`, Base64 without padding
 * - PBKDF2 with HMAC-SHA-256: `$pbkdf2-sha256$29000$<salt>$<hash>` (also `i=29000`), or
 *   `pbkdf2_sha256$600000$<salt as it is>$<hash>`
 */
type Foreign =
  | { readonly algorithm: 'BCRYPT' }
  | { readonly algorithm: 'SCRYPT'; readonly N: number; readonly r: number; readonly p: number }
  | { readonly algorithm: 'PBKDF2_SHA256'; readonly iterations: number }

interface Parsed {
  readonly by: Foreign
  readonly salt: Buffer
  readonly hash: Buffer
}

/** Costs beyond these would let one who writes hashes hold up everybody's sign-ins. */
const most = {
  /** 2^13 rounds: a second of one core, in steps between which others are served. */
  bcrypt: 13,
  /** Bytes of memory. */
  scryptMemory: 256 * 1_048_576,
  scryptLanes: 16,
  /** N times r times p. */
  scryptWork: 2 ** 22,
  pbkdf2: 2_000_000,
}

const bytesOf = (text: string): Buffer => Buffer.from(text.replaceAll('.', '+'), 'base64')

function parsed(encoded: string): Parsed | undefined {
  const bcrypt = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/.exec(encoded)
  if (bcrypt !== null) {
    const cost = Number(bcrypt[1])
    if (cost < 4 || cost > most.bcrypt) return undefined
    return { by: { algorithm: 'BCRYPT' }, salt: Buffer.alloc(0), hash: Buffer.alloc(0) }
  }
  const scryptForm =
    /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/
  const [, ln, r, p, salt, hash] = scryptForm.exec(encoded) ?? []
  if (hash !== undefined)
    return scryptOf({ N: 2 ** Number(ln), r: Number(r), p: Number(p) }, bytesOf(salt!), hash)
  const [, iterations, coded, made] =
    /^\$pbkdf2-sha256\$(?:i=)?(\d{1,7})\$([A-Za-z0-9+/.]{6,172})\$([A-Za-z0-9+/.]{22,86})$/.exec(
      encoded,
    ) ?? []
  if (made !== undefined) return pbkdf2Of(Number(iterations), bytesOf(coded!), made)
  const [, count, text, end] =
    /^pbkdf2_sha256\$(\d{1,7})\$([!-#%-~]{1,128})\$([A-Za-z0-9+/]{22,86}={0,2})$/.exec(encoded) ??
    []
  return end === undefined ? undefined : pbkdf2Of(Number(count), Buffer.from(text!), end)
}

function scryptOf(
  { N, r, p }: { readonly N: number; readonly r: number; readonly p: number },
  salt: Buffer,
  hash: string,
): Parsed | undefined {
  if (N < 2 || r < 1 || p < 1 || p > most.scryptLanes) return undefined
  if (128 * N * r > most.scryptMemory || N * r * p > most.scryptWork) return undefined
  return { by: { algorithm: 'SCRYPT', N, r, p }, salt, hash: bytesOf(hash) }
}

function pbkdf2Of(iterations: number, salt: Buffer, hash: string): Parsed | undefined {
  if (iterations < 1 || iterations > most.pbkdf2) return undefined
  return { by: { algorithm: 'PBKDF2_SHA256', iterations }, salt, hash: bytesOf(hash) }
}

/** Whether a hash has none of our own forms. */
export const isForeign = (encoded: string): boolean => !encoded.startsWith('$argon2id$')

/** How a foreign hash was made; undefined for an unknown form, and for absurd costs. */
export const foreignAlgorithm = (encoded: string): HashAlgorithm | undefined =>
  encoded.length > 512 ? undefined : parsed(encoded)?.by.algorithm

/**
 * Whether the password is the one that was hashed, compared in constant time. Takes as long as the
 * hash has it, which is not as long as for one of ours.
 * @throws for a hash that `foreignAlgorithm` does not know
 */
export async function isForeignPassword(password: string, encoded: string): Promise<boolean> {
  const known = parsed(encoded)
  if (known === undefined) throw new Error('a password hash of unknown form')
  const { by, salt, hash } = known
  if (by.algorithm === 'BCRYPT') return compare(password, encoded)
  const derived =
    by.algorithm === 'SCRYPT'
      ? await scryptHash(password, salt, hash.length, by)
      : await promisify(pbkdf2)(password, salt, by.iterations, hash.length, 'sha256')
  return timingSafeEqual(derived, hash)
}

const scryptHash = (
  password: string,
  salt: Buffer,
  length: number,
  { N, r, p }: { readonly N: number; readonly r: number; readonly p: number },
): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    // What the algorithm needs, and room for its lanes.
    const maxmem = 128 * r * (N + p + 2) * 2
    scrypt(password, salt, length, { N, r, p, maxmem }, (error, key) =>
      error === null ? resolve(key) : reject(error),
    )
  })
