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
  as(keys?: Keys): Clients
  /** A client of a service; the same one each time, because making it takes longer than a call. */
  client<C extends Client>(
    Service: new (options: ClientOptions) => C,
    keys?: Keys,
    region?: string,
  ): C
  /** A call of the administration interface; `null` keys leave it unsigned. */
  ask(method: 'GET' | 'POST', path: string, options?: Asked): Promise<Answer>
  close(): Promise<void>
}

interface Client {
  destroy(): void
}

interface ClientOptions {
  readonly endpoint: string
  readonly region: string
  readonly credentials: Keys
  readonly maxAttempts: number
}

interface Clients {
  readonly iam: IAMClient
  readonly sts: STSClient
  readonly cloudtrail: CloudTrailClient
  readonly accessanalyzer: AccessAnalyzerClient
  readonly organizations: OrganizationsClient
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
  const clients = new Map<string, Client>()
  const client: Installation['client'] = (Service, credentials = admin, region = 'us-east-1') => {
    const name = JSON.stringify([Service.name, credentials, region])
    const known = clients.get(name)
    if (known instanceof Service) return known
    const fresh = new Service({ endpoint: url, region, credentials, maxAttempts: 1 })
    clients.set(name, fresh)
    return fresh
  }
  return {
    app,
    url,
    data,
    admin,
    client,
    as: (keys) => ({
      get iam() {
        return client(IAMClient, keys)
      },
      get sts() {
        return client(STSClient, keys)
      },
      get cloudtrail() {
        return client(CloudTrailClient, keys)
      },
      get accessanalyzer() {
        return client(AccessAnalyzerClient, keys)
      },
      get organizations() {
        return client(OrganizationsClient, keys)
      },
    }),
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
      for (const one of clients.values()) one.destroy()
      await app.close()
    },
  }
}
