import { argon2, timingSafeEqual } from 'node:crypto'
import { refuseInside } from '../kernel/inside.ts'
import type { Passwords } from '../kernel/ports.ts'
import {
  foreignAlgorithm,
  type HashAlgorithm,
  isForeign,
  isForeignPassword,
} from './foreign-passwords.ts'

/** What a hash costs. Kept in the hash, so that a later raise leaves older hashes readable. */
interface Cost {
  /** KiB. */
  readonly memory: number
  readonly passes: number
  readonly lanes: number
}

/** Argon2id with 19 MiB, two passes, one lane: the first choice of OWASP's password storage sheet. */
export const today: Cost = { memory: 19_456, passes: 2, lanes: 1 }
const hashLength = 32
/** Bytes of the salt that `hashPassword` takes. */
export const saltLength = 16

type Engine = (password: string, salt: Uint8Array, cost: Cost, length: number) => Promise<Buffer>

/** Node's own Argon2, where the native package is not installed. */
export const nodeEngine: Engine = (password, salt, { memory, passes, lanes }, length) =>
  new Promise((resolve, reject) => {
    const parameters = {
      message: password,
      nonce: salt,
      memory,
      passes,
      parallelism: lanes,
      tagLength: length,
    }
    argon2('argon2id', parameters, (error, hash) => {
      if (error === null) resolve(hash)
      else reject(error)
    })
  })

/** The native package, which is optional; both give the same bytes. */
async function nativeEngine(): Promise<Engine | undefined> {
  try {
    const { hashRaw } = await import('@node-rs/argon2')
    return (password, salt, { memory, passes, lanes }, length) =>
      hashRaw(password, {
        salt,
        memoryCost: memory,
        timeCost: passes,
        parallelism: lanes,
        outputLen: length,
      })
  } catch {
    return undefined
  }
}

let chosen: Promise<Engine> | undefined
function engine(): Promise<Engine> {
  refuseInside('password hashing')
  chosen ??= nativeEngine().then((native) => native ?? nodeEngine)
  return chosen
}

const unpadded = (bytes: Uint8Array): string =>
  Buffer.from(bytes).toString('base64').replace(/=+$/, '')

/**
 * Hashes a password with Argon2id (RFC 9106) on the thread pool. Not inside a transaction.
 * @param salt sixteen random bytes
 * @returns a text in the PHC string format, which says how it was made
 */
export async function hashPassword(
  password: string,
  salt: Uint8Array,
  cost: Cost = today,
  using?: Engine,
): Promise<string> {
  const hash = await (using ?? (await engine()))(password, salt, cost, hashLength)
  const { memory, passes, lanes } = cost
  return `$argon2id$v=19$m=${memory},t=${passes},p=${lanes}$${unpadded(salt)}$${unpadded(hash)}`
}

/**
 * Whether the password is the one that was hashed; compared in constant time. Without a hash the
 * same work is done and the answer is false, so that nobody learns by the clock who exists.
 * @param encoded what `hashPassword` gave, or a hash from elsewhere that `hashAlgorithm` knows; anything
 *   else is a fault of the store, and throws
 */
export async function isPassword(
  password: string,
  encoded: string | undefined,
  usual: Cost = today,
): Promise<boolean> {
  if (encoded !== undefined && isForeign(encoded)) {
    refuseInside('password hashing')
    return isForeignPassword(password, encoded)
  }
  const { cost, salt, hash } = encoded === undefined ? { ...nobody, cost: usual } : parsed(encoded)
  const given = await (await engine())(password, salt, cost, hash.length)
  return timingSafeEqual(given, hash) && encoded !== undefined
}

/** How a hash was made, where its password can be verified here and at a cost that is not absurd. */
export function hashAlgorithm(encoded: string): HashAlgorithm | undefined {
  if (isForeign(encoded)) return foreignAlgorithm(encoded)
  let known: ReturnType<typeof parsed>
  try {
    known = parsed(encoded)
  } catch {
    return undefined
  }
  const { cost, salt, hash } = known
  const { memory, passes, lanes } = cost
  const bounded =
    lanes >= 1 &&
    lanes <= most.lanes &&
    memory >= 8 * lanes &&
    memory <= most.memory &&
    passes >= 1 &&
    memory * passes <= most.work
  return bounded && salt.length >= 8 && hash.length >= 16 ? 'ARGON2ID' : undefined
}

/** Whether another algorithm or cost would be chosen today. */
export const isOutdated = (encoded: string, { memory, passes, lanes }: Cost = today): boolean =>
  !encoded.startsWith(`$argon2id$v=19$m=${memory},t=${passes},p=${lanes}$`)

/** Passwords as they are kept at this cost. */
export const passwordsAt = (cost: Cost): Passwords => ({
  hash: (password, salt) => hashPassword(password, salt, cost),
  matches: (password, encoded) => isPassword(password, encoded, cost),
  isOutdated: (encoded) => isOutdated(encoded, cost),
})

/** What a hash from elsewhere may cost at most: KiB, lanes, and KiB times passes. */
const most = { memory: 262_144, lanes: 16, work: 1_048_576 }

const nobody = { salt: Buffer.alloc(saltLength), hash: Buffer.alloc(hashLength) }

function parsed(encoded: string): { cost: Cost; salt: Buffer; hash: Buffer } {
  const form =
    /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{11,86})$/
  const [, memory, passes, lanes, salt = '', hash = ''] = form.exec(encoded) ?? []
  if (hash === '') throw new Error('a password hash of unknown form')
  return {
    cost: { memory: Number(memory), passes: Number(passes), lanes: Number(lanes) },
    salt: Buffer.from(salt, 'base64'),
    hash: Buffer.from(hash, 'base64'),
  }
}
