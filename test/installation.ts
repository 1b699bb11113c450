import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CloudTrailClient } from '@aws-sdk/client-cloudtrail'
import { IAMClient } from '@aws-sdk/client-iam'
import { STSClient } from '@aws-sdk/client-sts'
import { type App, createApp } from '../src/app.ts'
import { type Config, readConfig } from '../src/config.ts'

export interface Keys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/** An installation of its own on the memory store, and official clients for it. */
export interface Installation {
  readonly app: App
  readonly url: string
  readonly admin: Keys
  /** Clients with somebody's keys; the administrator's by default. */
  as(keys?: Keys): { iam: IAMClient; sts: STSClient; cloudtrail: CloudTrailClient }
  close(): Promise<void>
}

const quiet = { debug() {}, info() {}, warn() {}, error() {} }

/** @param flags as on the command line; `--store memory --port 0` is given */
export async function install(...flags: string[]): Promise<Installation> {
  const data = mkdtempSync(join(tmpdir(), 'sallyport-test-'))
  const args = ['--store', 'memory', '--port', '0', '--data', data, ...flags]
  const config: Config = readConfig(args, {}, false)
  const app = await createApp(config, quiet)
  const { url } = await app.listen()
  const admin = { accessKeyId: app.madeKey!.id, secretAccessKey: app.madeKey!.secret }
  const open: { destroy(): void }[] = []
  return {
    app,
    url,
    admin,
    as(credentials = admin) {
      const options = { endpoint: url, region: 'us-east-1', credentials, maxAttempts: 1 }
      const clients = {
        iam: new IAMClient(options),
        sts: new STSClient(options),
        cloudtrail: new CloudTrailClient(options),
      }
      open.push(...Object.values(clients))
      return clients
    },
    async close() {
      for (const client of open) client.destroy()
      await app.close()
    },
  }
}
