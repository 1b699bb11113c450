/** CPU of each step of a signed GetCallerIdentity and of an Encrypt: the journey is walked a step further each time. */
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
import { signedJson, signedQuery } from './signed-request.ts'

const steps = {
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
const calls = 20_000
const together = 32

const quiet = { debug() {}, info() {}, warn() {}, error: console.error }
const data = mkdtempSync(join(tmpdir(), 'sallyport-steps-'))
const app = await createApp(readConfig(['--data', data, '--port', '0'], {}, false), quiet)
const { house } = app
const { id: accessKeyId, secret: secretAccessKey } = app.madeKey!
const signer = { accessKeyId, secretAccessKey }

/** The request as the door hands it over. */
function requestOf(bytes: Buffer): HttpRequest {
  const [head = '', body = ''] = bytes.toString().split('\r\n\r\n')
  const headers: Record<string, string> = Object.create(null)
  for (const line of head.split('\r\n').slice(1)) {
    const colon = line.indexOf(':')
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 2)
  }
  return { method: 'POST', path: '/', query: '', headers, body: Buffer.from(body) }
}

/** What KMS answers to one call, by the whole journey. */
async function answerOf(
  bytes: Buffer,
): Promise<{ readonly KeyMetadata: { readonly KeyId: string } }> {
  const now = house.clock.now()
  const exchange = new Exchange(timedUuid(now, house.random), now, source, requestOf(bytes))
  await walk(Object.values(steps), exchange, house)
  if (exchange.error !== undefined) throw exchange.error
  return exchange.output as never
}

const source = { ip: '127.0.0.1', userAgent: 'sallyport-bench', secure: false }

/** Microseconds of CPU a call for the first steps of the journey. */
async function cost(request: HttpRequest, count: number, repeat = calls): Promise<number> {
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

const made = await answerOf(signedJson('kms', 'TrentService.CreateKey', {}, signer, 4566))
const { KeyId } = made.KeyMetadata
const Plaintext = Buffer.alloc(1_024, 7).toString('base64')
const EncryptionContext = { purpose: 'bench' }
const measured = {
  GetCallerIdentity: signedQuery('sts', { Action: 'GetCallerIdentity' }, signer, 4566),
  'Encrypt 1 KB': signedJson(
    'kms',
    'TrentService.Encrypt',
    { KeyId, Plaintext, EncryptionContext },
    signer,
    4566,
  ),
}
for (const [name, bytes] of Object.entries(measured)) {
  const request = requestOf(bytes)
  await cost(request, Object.keys(steps).length)
  console.log(`| step of ${name} | CPU µs |\n|---|--:|`)
  let sum = await cost(request, 0)
  console.log(`| (exchange and walk) | ${sum.toFixed(1)} |`)
  for (const [i, step] of Object.keys(steps).entries()) {
    const up = await cost(request, i + 1)
    console.log(`| ${step} | ${Math.max(0, up - sum).toFixed(1)} |`)
    sum = up
  }
  console.log(`| all | ${sum.toFixed(1)} |\n`)
}
await app.close()
rmSync(data, { recursive: true })
