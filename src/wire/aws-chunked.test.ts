import assert from 'node:assert/strict'
import { createHmac, hash } from 'node:crypto'
import { test } from 'node:test'
import { ServiceError } from '../kernel/errors.ts'
import { type ChunkedForm, decodeAwsChunked } from './aws-chunked.ts'
import { checksums } from './checksums.ts'
import { SigningKeys } from './sigv4.ts'

// The example of AWS's documentation: 66,560 letters a in chunks of 64 KiB, 1 KiB and nothing.
const scope = '20130524/us-east-1/s3/aws4_request'
const key = new SigningKeys('wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY').of(
  '20130524',
  'us-east-1',
  's3',
)
const seed = {
  key,
  scope,
  timestamp: '20130524T000000Z',
  signature: '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9',
}
const signatures = [
  'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648',
  '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497',
  'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9',
]
const published =
  `10000;chunk-signature=${signatures[0]}\r\n${'a'.repeat(65_536)}\r\n` +
  `400;chunk-signature=${signatures[1]}\r\n${'a'.repeat(1_024)}\r\n` +
  `0;chunk-signature=${signatures[2]}\r\n\r\n`
const form: ChunkedForm = { seed, trailer: false, decodedLength: 66_560, announced: [] }

async function* inPieces(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text, 'latin1')
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function decoded(text: string, how: ChunkedForm = form, size = 1_000): Promise<string> {
  let all = ''
  for await (const piece of decodeAwsChunked(inPieces(text, size), how))
    all += Buffer.from(piece).toString('latin1')
  return all
}

const refused = (code: string) => (error: unknown) =>
  error instanceof ServiceError && error.code === code

test("AWS's published example, in pieces of any size", async () => {
  for (const size of [7, 1_000, 100_000])
    assert.equal(await decoded(published, form, size), 'a'.repeat(66_560))
})

test('a changed byte, a cut end, a wrong length, a small chunk in the middle', async () => {
  const changed = `${published.slice(0, 500)}b${published.slice(501)}`
  await assert.rejects(decoded(changed), refused('SignatureDoesNotMatch'))
  await assert.rejects(decoded(published.slice(0, 60_000)), refused('IncompleteBody'))
  await assert.rejects(
    decoded(published, { ...form, decodedLength: 66_559 }),
    refused('IncompleteBody'),
  )
  await assert.rejects(
    decoded(published, { ...form, decodedLength: 66_561 }),
    refused('IncompleteBody'),
  )
  const chain = { ...form, seed: { ...seed, signature: '0'.repeat(64) } }
  await assert.rejects(decoded(published, chain), refused('SignatureDoesNotMatch'))
  const small = sign(['abc', 'def', ''])
  await assert.rejects(
    decoded(small.text, { ...form, decodedLength: 6 }),
    refused('InvalidChunkSizeError'),
  )
})

/** Signs chunks as a client does; returns the last signature too. */
function sign(chunks: readonly string[]): { text: string; last: string } {
  let last = seed.signature
  let text = ''
  for (const chunk of chunks) {
    const told = `AWS4-HMAC-SHA256-PAYLOAD\n${seed.timestamp}\n${scope}\n${last}\n${hash('sha256', '')}\n${hash('sha256', chunk)}`
    last = createHmac('sha256', key).update(told).digest('hex')
    const end = chunk === '' ? '' : '\r\n'
    text += `${chunk.length.toString(16)};chunk-signature=${last}\r\n${chunk}${end}`
  }
  return { text, last }
}

test('signed trailers carry a checksum', async () => {
  const name = 'x-amz-checksum-crc32c'
  const sum = checksums[name]!()
  sum.update(Buffer.from('hello'))
  const line = `${name}:${sum.digest()}`
  const { text, last } = sign(['hello', ''])
  const told = `AWS4-HMAC-SHA256-TRAILER\n${seed.timestamp}\n${scope}\n${last}\n${hash('sha256', `${line}\n`)}`
  const signature = createHmac('sha256', key).update(told).digest('hex')
  const how = { ...form, trailer: true, decodedLength: 5, announced: [name] }
  const whole = `${text}${line}\r\nx-amz-trailer-signature:${signature}\r\n\r\n`
  assert.equal(await decoded(whole, how), 'hello')
  const forged = whole.replace(sum.digest(), 'AAAAAA==')
  await assert.rejects(decoded(forged, how), refused('SignatureDoesNotMatch'))
})

test('unsigned trailers: the checksum must be right', async () => {
  const how = { ...form, seed: undefined, trailer: true, decodedLength: 9 }
  for (const [name, value] of Object.entries({
    'x-amz-checksum-crc32': 'y/Q5Jg==',
    'x-amz-checksum-crc32c': '4waSgw==',
    'x-amz-checksum-crc64nvme': 'rosUhgp5mIg=',
    'x-amz-checksum-sha1': '98O8HYCOBHMq32eZZczDTKeuNEE=',
    'x-amz-checksum-sha256': 'FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU=',
  })) {
    const announced = [name]
    const body = `9\r\n123456789\r\n0\r\n${name}:${value}\r\n\r\n`
    assert.equal(await decoded(body, { ...how, announced }), '123456789', name)
    const other = body.replace('123456789\r', '123456780\r')
    await assert.rejects(decoded(other, { ...how, announced }), refused('BadDigest'), name)
  }
})

test('garbage is refused, whatever it is', async () => {
  const garbage = [
    '',
    'x',
    '\r\n\r\n',
    'zz\r\n',
    `${'1'.repeat(5_000)}\r\n`,
    '-1\r\n',
    '5;x=1\r\nhello\r\n',
    'ffffffff;chunk-signature=\r\n',
    `5;chunk-signature=${'0'.repeat(64)}\r\nhel`,
  ]
  for (const text of garbage)
    await assert.rejects(
      decoded(text),
      (error) => error instanceof ServiceError,
      JSON.stringify(text.slice(0, 40)),
    )
})
