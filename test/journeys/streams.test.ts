import assert from 'node:assert/strict'
import { createHmac, hash } from 'node:crypto'
import { type IncomingMessage, request } from 'node:http'
import { after, before, test } from 'node:test'
import type * as S3 from '@aws-sdk/client-s3'
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { defineService, operationsOf } from '../../src/kernel/service.ts'
import { SigningKeys } from '../../src/wire/sigv4.ts'
import { canonicalRequest } from '../../src/wire/sigv4-canonical.ts'
import { type Installation, installAt } from '../installation.ts'

/** Bodies in both directions are streams: nothing is buffered, and the slower side sets the pace. */

const operation = operationsOf<typeof S3>()
const mebibyte = 1024 * 1024
const large = 192 * mebibyte

let received = 0
let framing: string | undefined
let produced = 0

async function* zeros(bytes: number): AsyncGenerator<Uint8Array> {
  const chunk = new Uint8Array(256 * 1024)
  for (let sent = 0; sent < bytes; sent += chunk.length) {
    produced += chunk.length
    yield chunk
  }
}

/** The smallest bucket: it takes objects and forgets them, and gives zeros. */
const blackHole = defineService<typeof S3>()({
  name: 's3',
  contract: () => import('@aws-sdk/client-s3'),
  operations: {
    PutObject: operation('PutObject', {
      access: { kind: 'iam', targets: () => [{ resource: '*', record: undefined }] },
      async handle(input) {
        received = 0
        for await (const chunk of input.Body ?? []) received += (chunk as Uint8Array).length
        return { ETag: `"${received}"` }
      },
    }),
    GetObject: operation('GetObject', {
      access: { kind: 'iam', targets: () => [{ resource: '*', record: undefined }] },
      handle() {
        produced = 0
        return { Body: zeros(large), ContentLength: large }
      },
    }),
  },
  notYet: { others: 'this is a test' },
})

let house: Installation
before(async () => {
  const load = async () => blackHole
  house = await installAt({ services: [{ name: 's3', signingName: 's3', load }] })
})
after(() => house.close())

function headersFor(method: string, path: string, payloadHash: string): Record<string, string> {
  const { accessKeyId, secretAccessKey } = house.admin
  const timestamp = new Date().toISOString().replace(/[-:]|\.\d{3}/g, '')
  const date = timestamp.slice(0, 8)
  const headers = {
    host: new URL(house.url).host,
    'x-amz-content-sha256': payloadHash,
    'x-amz-date': timestamp,
  }
  const signedHeaders = Object.keys(headers)
  const canonical = canonicalRequest(
    { method, path, query: '', headers, body: new Uint8Array() },
    { signedHeaders, payloadHash, normalizePath: false },
  )
  const scope = `${date}/us-east-1/s3/aws4_request`
  const toSign = `AWS4-HMAC-SHA256\n${timestamp}\n${scope}\n${hash('sha256', canonical)}`
  const key = new SigningKeys(secretAccessKey).of(date, 'us-east-1', 's3')
  const signature = createHmac('sha256', key).update(toSign).digest('hex')
  const names = signedHeaders.join(';')
  return {
    ...headers,
    authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
  }
}

function ask(
  method: string,
  path: string,
  payloadHash: string,
  body?: AsyncIterable<Uint8Array>,
  length = 0,
): Promise<IncomingMessage> {
  const headers = { ...headersFor(method, path, payloadHash), 'content-length': String(length) }
  return new Promise((resolve, reject) => {
    const call = request(new URL(path, house.url), { method, headers }, resolve)
    call.on('error', reject)
    const send = async () => {
      for await (const chunk of body ?? [])
        if (!call.write(chunk)) await new Promise((go) => call.once('drain', go))
      call.end()
    }
    send().catch(reject)
  })
}

const text = async (answer: IncomingMessage): Promise<string> => {
  let all = ''
  for await (const chunk of answer) all += chunk
  return all
}

test('a large object is taken as it comes, in constant memory', async () => {
  const before = process.memoryUsage().rss
  const answer = await ask('PUT', '/bucket/large', 'UNSIGNED-PAYLOAD', zeros(large), large)
  assert.equal(answer.statusCode, 200, await text(answer))
  assert.equal(received, large)
  const grown = (process.memoryUsage().rss - before) / mebibyte
  assert.ok(grown < 120, `${grown.toFixed(0)} MiB more after ${large / mebibyte} MiB`)
})

test('what is given waits for a reader who is slow', async () => {
  const answer = await ask('GET', '/bucket/large', hash('sha256', ''))
  assert.equal(answer.statusCode, 200)
  answer.pause()
  await new Promise((resolve) => setTimeout(resolve, 300))
  const ahead = produced
  assert.ok(ahead < large / 4, `${ahead} bytes were made for a reader who read none`)
  let read = 0
  for await (const chunk of answer) read += chunk.length
  assert.equal(read, large)
})

test('a body that is not what was signed is refused at its end', async () => {
  const other = hash('sha256', 'something else')
  const answer = await ask('PUT', '/bucket/forged', other, zeros(mebibyte), mebibyte)
  assert.equal(answer.statusCode, 400)
  assert.match(await text(answer), /<Code>XAmzContentSHA256Mismatch<\/Code>/)
})

test("the official client's own stream, in chunks with a checksum behind them", async () => {
  const { Readable } = await import('node:stream')
  const client = new S3Client({
    endpoint: house.url,
    region: 'us-east-1',
    credentials: house.admin,
    forcePathStyle: true,
    maxAttempts: 1,
  })
  client.middlewareStack.add(
    (next) => (args) => {
      framing = (args.request as { headers: Record<string, string> }).headers[
        'x-amz-content-sha256'
      ]
      return next(args)
    },
    { step: 'finalizeRequest', priority: 'low' },
  )
  const Body = Readable.from(zeros(mebibyte))
  const put = new PutObjectCommand({ Bucket: 'b', Key: 'k', Body, ContentLength: mebibyte })
  const { ETag } = await client.send(put)
  assert.equal(ETag, `"${mebibyte}"`)
  assert.match(framing ?? '', /^STREAMING-/)
  client.destroy()
})
