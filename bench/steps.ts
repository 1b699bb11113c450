/** CPU of each step of a signed GetCallerIdentity: the journey is walked a step further each time. */
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
import { loadTargets } from '../src/gateway/steps/load-targets.ts'
import { parse } from '../src/gateway/steps/parse.ts'
import { record } from '../src/gateway/steps/record.ts'
import { serialize } from '../src/gateway/steps/respond.ts'
import { findRoute } from '../src/gateway/steps/route.ts'
import { throttle } from '../src/gateway/steps/throttle.ts'
import { validate } from '../src/gateway/steps/validate.ts'
import type { HttpRequest } from '../src/kernel/http.ts'
import { timedUuid } from '../src/kernel/ids.ts'
import { signedQuery } from './signed-request.ts'

const steps = {
  findRoute,
  collectBody,
  authenticate,
  parse,
  validate,
  loadTargets,
  authorize,
  throttle,
  handle,
  serialize,
  record,
}
const calls = 20_000
const together = 32

const quiet = { debug() {}, info() {}, warn() {}, error: console.error }
const data = mkdtempSync(join(tmpdir(), 'sallyport-steps-'))
const app = await createApp(readConfig(['--data', data, '--port', '0'], {}, false), quiet)
const { house } = app
const { id: accessKeyId, secret: secretAccessKey } = app.madeKey!
const bytes = signedQuery(
  'sts',
  { Action: 'GetCallerIdentity' },
  { accessKeyId, secretAccessKey },
  4566,
).toString()
const [head = '', body = ''] = bytes.split('\r\n\r\n')
const headers: Record<string, string> = Object.create(null)
for (const line of head.split('\r\n').slice(1)) {
  const colon = line.indexOf(':')
  headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 2)
}
const request: HttpRequest = {
  method: 'POST',
  path: '/',
  query: '',
  headers,
  body: Buffer.from(body),
}
const source = { ip: '127.0.0.1', userAgent: 'sallyport-bench', secure: false }

/** Microseconds of CPU a call for the first steps of the journey. */
async function cost(count: number, repeat = calls): Promise<number> {
  const some = Object.values(steps).slice(0, count)
  let left = repeat
  const before = process.cpuUsage()
  await Promise.all(
    Array.from({ length: together }, async () => {
      while (left-- > 0) {
        const now = house.clock.now()
        const exchange = new Exchange(timedUuid(now, house.random), now, source, request)
        await walk(some, exchange, house)
        if (exchange.error !== undefined) throw exchange.error
      }
    }),
  )
  const used = process.cpuUsage(before)
  return (used.user + used.system) / repeat
}

await cost(Object.keys(steps).length)
console.log('| step of GetCallerIdentity | CPU µs |\n|---|--:|')
let sum = await cost(0)
console.log(`| (exchange and walk) | ${sum.toFixed(1)} |`)
for (const [i, name] of Object.keys(steps).entries()) {
  const up = await cost(i + 1)
  console.log(`| ${name} | ${Math.max(0, up - sum).toFixed(1)} |`)
  sum = up
}
console.log(`| all | ${sum.toFixed(1)} |`)
await app.close()
rmSync(data, { recursive: true })
