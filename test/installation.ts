import { AccessAnalyzerClient } from '@aws-sdk/client-accessanalyzer'
import { CloudTrailClient } from '@aws-sdk/client-cloudtrail'
import { IAMClient } from '@aws-sdk/client-iam'
import { OrganizationsClient } from '@aws-sdk/client-organizations'
import { STSClient } from '@aws-sdk/client-sts'
import { type App, createApp } from '../src/app.ts'
import { signed } from '../src/cli/administration-client.ts'
import { type Config, readConfig } from '../src/config.ts'
import type { ServiceEntry } from '../src/kernel/directory.ts'
import { services } from '../src/services/index.ts'
import { lightLabour } from './labour.ts'
import { temporaryFolder } from './temporary-folder.ts'

export interface Keys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/** An installation of its own on the memory store, and official clients for it. */
export interface Installation {
  readonly app: App
  readonly url: string
  readonly data: string
  readonly admin: Keys
  /** Clients with somebody's keys; the administrator's by default. */
  as(keys?: Keys): {
    iam: IAMClient
    sts: STSClient
    cloudtrail: CloudTrailClient
    accessanalyzer: AccessAnalyzerClient
    organizations: OrganizationsClient
  }
  /** A call of the administration interface; `null` keys leave it unsigned. */
  ask(method: 'GET' | 'POST', path: string, options?: Asked): Promise<Answer>
  close(): Promise<void>
}

interface Asked {
  readonly body?: object
  readonly keys?: Keys | null
}

interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: tests say what they expect of it
  readonly json: any
}

/** What a test has of its own. */
export interface Premises {
  /** Data of an installation that was there before. */
  readonly data?: string
  /** Its administrator; needed when it was there before. */
  readonly admin?: Keys
  /** Services beside the real ones. */
  readonly services?: readonly ServiceEntry[]
  /** Changes the composed house before it listens. */
  readonly prepare?: (app: App) => void
}

const quiet = { debug() {}, info() {}, warn() {}, error() {} }

/** @param flags as on the command line; `--store memory --port 0` is given */
export const install = (...flags: string[]): Promise<Installation> => installAt({}, ...flags)

/** As `install`, on premises of the test's own. */
export async function installAt(premises: Premises, ...flags: string[]): Promise<Installation> {
  const data = premises.data ?? temporaryFolder('test')
  // Not every machine that runs tests has sandboxes: those that are about them ask for one.
  const given = ['--store', 'memory', '--port', '0', '--data', data, '--functions', 'process']
  const args = [...given, ...flags]
  const config: Config = readConfig(args, {}, false)
  const entries = [...services, ...(premises.services ?? [])]
  const app = await createApp(config, quiet, entries, lightLabour)
  premises.prepare?.(app)
  const [url = ''] = await app.listen()
  const made = app.madeKey && { accessKeyId: app.madeKey.id, secretAccessKey: app.madeKey.secret }
  const admin: Keys = premises.admin ?? made!
  const open: { destroy(): void }[] = []
  return {
    app,
    url,
    data,
    admin,
    as(credentials = admin) {
      const options = { endpoint: url, region: 'us-east-1', credentials, maxAttempts: 1 }
      const clients = {
        iam: new IAMClient(options),
        sts: new STSClient(options),
        cloudtrail: new CloudTrailClient(options),
        accessanalyzer: new AccessAnalyzerClient(options),
        organizations: new OrganizationsClient(options),
      }
      open.push(...Object.values(clients))
      return clients
    },
    async ask(method, path, { body, keys = admin } = {}) {
      const target = new URL(`/_sallyport/${path}`, url)
      const payload = body === undefined ? '' : JSON.stringify(body)
      const headers = keys ? signed(method, target, payload, { ...keys, region: 'us-east-1' }) : {}
      const sent = { method, headers, ...(payload !== '' && { body: payload }) }
      const response = await fetch(target, sent)
      const text = await response.text()
      return {
        status: response.status,
        headers: response.headers,
        text,
        get json() {
          return JSON.parse(text)
        },
      }
    },
    async close() {
      for (const client of open) client.destroy()
      await app.close()
    },
  }
}
