import * as cloudtrail from '@aws-sdk/client-cloudtrail'
import * as iam from '@aws-sdk/client-iam'
import * as sts from '@aws-sdk/client-sts'
import type { Client } from './client.ts'

type Sender = { send(command: unknown): Promise<Record<string, unknown>>; destroy(): void }
type Maker = new (options: object) => Sender
type CommandMaker = new (input: object) => unknown

const modules = {
  iam: { module: iam, client: iam.IAMClient as unknown as Maker },
  sts: { module: sts, client: sts.STSClient as unknown as Maker },
  cloudtrail: { module: cloudtrail, client: cloudtrail.CloudTrailClient as unknown as Maker },
}

/** Codes as the wire has them, where the SDK names its classes otherwise. */
const wireCode = (name: string): string =>
  /^(NoSuchEntity|DeleteConflict|EntityAlreadyExists|LimitExceeded)Exception$/.test(name)
    ? name.slice(0, -'Exception'.length)
    : name

/** Drives the AWS SDK for JavaScript v3. */
export function sdkV3(endpoint: string): Client {
  return {
    name: 'SDK v3 for JavaScript',
    async call(service, operation, input, credentials) {
      const { module, client: Make } = modules[service]
      const client = new Make({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 })
      const Command = (module as unknown as Record<string, CommandMaker>)[`${operation}Command`]!
      try {
        const { $metadata: _, ...output } = await client.send(new Command(input))
        return { ok: true, output: JSON.parse(JSON.stringify(output)) }
      } catch (error) {
        const { name, message, $metadata } = error as Error & { $metadata?: unknown }
        if ($metadata === undefined) throw error
        return { ok: false, code: wireCode(name), message }
      } finally {
        client.destroy()
      }
    },
    close() {},
  }
}
