/**
 * KMS limits how often it may be called, and so does a self-hosted one with `--throttle`. Backing off
 * keeps a client alive; reusing a data key for a while spares the calls.
 *
 *     node examples/data-key-cache.ts <number of messages>
 */
import { createCipheriv, randomBytes } from 'node:crypto'
import { CreateKeyCommand, GenerateDataKeyCommand, KMSClient } from '@aws-sdk/client-kms'

const messages = Number(process.argv[2] ?? 1_000)
// `adaptive` slows down by itself when it is told ThrottlingException, and tries again.
const kms = new KMSClient({ maxAttempts: 8, retryMode: 'adaptive' })
const { KeyMetadata } = await kms.send(new CreateKeyCommand({ Description: 'cached' }))

let calls = 0
kms.middlewareStack.add(
  (next) => (args) => {
    calls++
    return next(args)
  },
  { step: 'finalizeRequest' },
)

interface DataKey {
  readonly plain: Uint8Array
  readonly wrapped: Uint8Array
}

/** A data key for a stretch of time and a number of messages: what leaks with it is bounded by both. */
class DataKeyCache {
  readonly #longest: number
  readonly #most: number
  #key: DataKey | undefined
  #made = 0
  #used = 0

  /** @param longest milliseconds that a key is used */
  constructor(longest: number, most: number) {
    this.#longest = longest
    this.#most = most
  }

  async get(): Promise<DataKey> {
    const old = Date.now() - this.#made > this.#longest || this.#used >= this.#most
    if (this.#key === undefined || old) {
      const made = await kms.send(
        new GenerateDataKeyCommand({ KeyId: KeyMetadata!.KeyId!, KeySpec: 'AES_256' }),
      )
      this.#key = { plain: made.Plaintext!, wrapped: made.CiphertextBlob! }
      this.#made = Date.now()
      this.#used = 0
    }
    this.#used++
    return this.#key
  }
}

const cache = new DataKeyCache(60_000, 500)
for (let i = 0; i < messages; i++) {
  const { plain, wrapped } = await cache.get()
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', plain, nonce)
  cipher.setAAD(wrapped)
  Buffer.concat([nonce, cipher.update(`message ${i}`), cipher.final(), cipher.getAuthTag()])
}
console.log(`${messages} messages, ${calls} calls of KMS`)
