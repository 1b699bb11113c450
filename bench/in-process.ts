/** An installation inside the measuring process: no sockets, so that only its own work is measured. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createApp } from '../src/app.ts'
import { readConfig } from '../src/config.ts'
import { Exchange } from '../src/gateway/exchange.ts'
import { walk } from '../src/gateway/pipeline.ts'
import { authenticate } from '../src/gateway/steps/authenticate.ts'
import { authorize } from '../src/gateway/steps/authorize.ts'
import { collectBody } from '../src/gateway/steps/collect.ts'
import { handle } from '../src/gateway/steps/handle.ts'
import { loadBounds } from '../src/gateway/steps/load-memberships.ts'
import { loadTargets } from '../src/gateway/steps/load-targets.ts'
import { parse } from '../src/gateway/steps/parse.ts'
import { record } from '../src/gateway/steps/record.ts'
import { serialize } from '../src/gateway/steps/respond.ts'
import { findRoute } from '../src/gateway/steps/route.ts'
import { throttle } from '../src/gateway/steps/throttle.ts'
import { validate } from '../src/gateway/steps/validate.ts'
import type { HttpRequest } from '../src/kernel/http.ts'
import { timedUuid } from '../src/kernel/ids.ts'
import type { Signer } from './signed-request.ts'

/** The journey of a call, in its order. */
export const steps = {
  findRoute,
  collectBody,
  authenticate,
  parse,
  validate,
  loadTargets,
  loadBounds,
  authorize,
  throttle,
  handle,
  serialize,
  record,
}

const together = 32
const source = { ip: '127.0.0.1', userAgent: 'sallyport-bench', secure: false }

/** The request as the door hands it over. */
export function requestOf(bytes: Buffer): HttpRequest {
  const [head = '', body = ''] = bytes.toString().split('\r\n\r\n')
  const headers: Record<string, string> = Object.create(null)
  for (const line of head.split('\r\n').slice(1)) {
    const colon = line.indexOf(':')
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 2)
  }
  return { method: 'POST', path: '/', query: '', headers, body: Buffer.from(body) }
}

/** Opens an installation on sqlite. */
export async function openInProcess() {
  const quiet = { debug() {}, info() {}, warn() {}, error: console.error }
  const data = mkdtempSync(join(tmpdir(), 'sallyport-bench-'))
  const app = await createApp(readConfig(['--data', data, '--port', '0'], {}, false), quiet)
  const { house } = app
  const { id: accessKeyId, secret: secretAccessKey } = app.madeKey!
  const admin: Signer = { accessKeyId, secretAccessKey }

  const go = async (request: HttpRequest, some: Parameters<typeof walk>[0]): Promise<unknown> => {
    const now = house.clock.now()
    const exchange = new Exchange(timedUuid(now, house.random), now, source, request)
    await walk(some, exchange, house)
    if (exchange.error !== undefined) throw exchange.error
    return exchange.output
  }
  const whole = Object.values(steps)

  /** Works through calls, 32 at a time. */
  const each = async (calls: number, one: (i: number) => Promise<unknown>): Promise<void> => {
    let next = 0
    const worker = async () => {
      while (next < calls) await one(next++)
    }
    await Promise.all(Array.from({ length: together }, worker))
  }
  return {
    admin,
    each,
    /** What the whole journey answers. */
    answer: (request: HttpRequest) => go(request, whole),
    /** Microseconds of CPU a call for some steps of the journey. */
    async cost(requests: readonly HttpRequest[], some = whole, calls = 20_000): Promise<number> {
      const before = process.cpuUsage()
      await each(calls, (i) => go(requests[i % requests.length]!, some))
      const used = process.cpuUsage(before)
      return (used.user + used.system) / calls
    },
    async close(): Promise<void> {
      await app.close()
      rmSync(data, { recursive: true })
    },
  }
}
