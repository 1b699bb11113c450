import * as Logs from '@aws-sdk/client-cloudwatch-logs'
import type { Account } from '../../../test/account.ts'
import type { Keys } from '../../../test/installation.ts'

// biome-ignore lint/suspicious/noExplicitAny: a test asserts the shape that it expects
export type Loose = any

/** Calls of CloudWatch Logs by name, with the official client. */
export const logsOf =
  (account: () => Account, region = 'us-east-1') =>
  async (name: string, input: object = {}, credentials?: Keys): Promise<Loose> => {
    const { house } = account()
    const options = { endpoint: house.url, region, maxAttempts: 1 }
    const client = new Logs.CloudWatchLogsClient({
      ...options,
      credentials: credentials ?? house.admin,
    })
    try {
      const commands = Logs as unknown as Record<string, new (i: object) => never>
      const sender = client as { send(command: never): Promise<Loose> }
      return await sender.send(new commands[`${name}Command`]!(input))
    } finally {
      client.destroy()
    }
  }
