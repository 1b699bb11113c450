import type { Unseal } from './unseal.ts'

/** A passphrase whose slots cost next to nothing. */
export const passphrase = (text: string): Unseal => ({
  kind: 'passphrase',
  passphrase: text,
  parameters: { algorithm: 'argon2id', memory: 8, passes: 1, parallelism: 1 },
})
