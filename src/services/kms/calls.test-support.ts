import assert from 'node:assert/strict'
import * as Kms from '@aws-sdk/client-kms'
import type { Account } from '../../../test/account.ts'
import type { Keys } from '../../../test/installation.ts'

// biome-ignore lint/suspicious/noExplicitAny: a test asserts the shape that it expects
export type Loose = any

/** Calls of KMS by name, with the official client. */
export const kmsOf =
  (account: () => Account, region = 'us-east-1') =>
  async (name: string, input: object = {}, credentials?: Keys): Promise<Loose> => {
    const { house } = account()
    const options = { endpoint: house.url, region, maxAttempts: 1 }
    const client = new Kms.KMSClient({ ...options, credentials: credentials ?? house.admin })
    try {
      const commands = Kms as unknown as Record<string, new (i: object) => never>
      const sender = client as { send(command: never): Promise<Loose> }
      return await sender.send(new commands[`${name}Command`]!(input))
    } finally {
      client.destroy()
    }
  }

export const refusedAs = (name: string, text?: string | RegExp) => (error: Error) => {
  assert.equal(error.name, name, error.message)
  if (typeof text === 'string') assert.equal(error.message, text)
  else if (text) assert.match(error.message, text)
  return true
}

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
