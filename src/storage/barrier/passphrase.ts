import * as crypto from 'node:crypto'
import { promisify } from 'node:util'

/** argon2id's cost; kept in the slot, so that it can grow. */
export interface Parameters {
  readonly algorithm: 'argon2id' | 'scrypt'
  /** KiB for argon2id; N for scrypt. */
  readonly memory: number
  readonly passes: number
  readonly parallelism: number
}

/** The cost of new slots: 64 MiB, about 0.1 s. */
export const newPassphraseParameters = (): Parameters =>
  typeof crypto.argon2 === 'function'
    ? { algorithm: 'argon2id', memory: 65536, passes: 3, parallelism: 4 }
    : { algorithm: 'scrypt', memory: 131072, passes: 8, parallelism: 1 }

const MOST_MEMORY = 1024 * 1024

/** 32 bytes from a passphrase. */
export async function deriveFromPassphrase(
  passphrase: string,
  salt: Buffer,
  { algorithm, memory, passes, parallelism }: Parameters,
): Promise<Buffer> {
  // The header is not authenticated before the key is known: refuse absurd costs.
  if (memory > MOST_MEMORY || passes > 64 || parallelism > 64) {
    throw new Error('the passphrase slot asks for too much work: its header is damaged')
  }
  const message = passphrase.normalize('NFC')
  if (algorithm === 'scrypt') {
    const options = { N: memory, r: passes, p: parallelism, maxmem: 512 * 1024 * 1024 }
    return promisify<string, Buffer, number, crypto.ScryptOptions, Buffer>(crypto.scrypt)(
      message,
      salt,
      32,
      options,
    )
  }
  // The native package is twice as fast, and may be missing.
  const native = await import('@node-rs/argon2').catch(() => undefined)
  if (native) {
    const cost = { memoryCost: memory, timeCost: passes, parallelism, outputLen: 32 }
    // 2 is argon2id; the package's const enum does not survive type stripping.
    return native.hashRaw(message, { ...cost, salt, algorithm: 2 })
  }
  return promisify(crypto.argon2)('argon2id', {
    message,
    nonce: salt,
    memory,
    passes,
    parallelism,
    tagLength: 32,
  })
}
