import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { getAwsChunkedEncodingStream } from '@smithy/core/serde'
import type { ServiceError } from '../kernel/errors.ts'
import { type ChunkedForm, decodeAwsChunked } from './aws-chunked.ts'
import { checksums } from './checksums.ts'
import { SigningKeys } from './sigv4.ts'

/** AWS's example with a trailing checksum, turned over byte by byte; other people's encoders. */

const keys = new SigningKeys('wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY')
const payload = Buffer.alloc(66_560, 'a')

const published: ChunkedForm = {
  seed: {
    key: keys.of('20130524', 'us-east-1', 's3'),
    signature: '106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e',
    timestamp: '20130524T000000Z',
    scope: '20130524/us-east-1/s3/aws4_request',
  },
  trailer: true,
  decodedLength: 66_560,
  announced: ['x-amz-checksum-crc32c'],
}

const encoded = Buffer.concat([
  Buffer.from(
    '10000;chunk-signature=b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2\r\n',
  ),
  payload.subarray(0, 65_536),
  Buffer.from(
    '\r\n400;chunk-signature=1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7\r\n',
  ),
  payload.subarray(65_536),
  Buffer.from(
    '\r\n0;chunk-signature=2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992\r\n',
  ),
  Buffer.from('x-amz-checksum-crc32c:sOO8/Q==\n\r\n'),
  Buffer.from(
    'x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n',
  ),
])

async function* pieces(bytes: Uint8Array, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function decoded(bytes: Uint8Array, form: ChunkedForm, size = 10_000): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const piece of decodeAwsChunked(pieces(bytes, size), form)) parts.push(piece)
  return Buffer.concat(parts)
}

test("AWS's published example with a trailing checksum, in pieces of any size", async () => {
  for (const size of [17, 8_192, 100_000])
    assert.deepEqual(await decoded(encoded, published, size), payload)
})

test('whatever byte is changed and wherever it ends, it is an error of S3', async () => {
  const end = encoded.length
  const framing = [...Array(100).keys(), ...Array.from({ length: 420 }, (_, i) => end - 420 + i)]
  for (const at of [...framing, 30_000, 65_621, 65_622, 65_623]) {
    const changed = Buffer.from(encoded)
    changed[at]! ^= 4
    // Of the line ends some are lenient; no change of one gives another payload.
    const outcome = await decoded(changed, published).catch((error: ServiceError) => error)
    if (outcome instanceof Error)
      assert.ok((outcome.status ?? 500) < 500, `byte ${at}: ${outcome.stack}`)
    else assert.deepEqual(outcome, payload, `byte ${at}`)
    if (at < end - 4)
      await assert.rejects(
        decoded(encoded.subarray(0, at), published),
        (error: ServiceError) => (error.status ?? 500) < 500,
        `cut at ${at}`,
      )
  }
})

test('a trailer that was changed, added or left out', async () => {
  const change = (from: string | RegExp, to: string) =>
    decoded(Buffer.from(encoded.toString('latin1').replace(from, to), 'latin1'), published)
  const code = (name: string) => (error: ServiceError) => {
    assert.equal(error.code, name, error.stack)
    return true
  }
  await assert.rejects(change('sOO8/Q==', 'sOO8/g=='), code('SignatureDoesNotMatch'))
  await assert.rejects(
    change('x-amz-checksum', 'x-amz-meta-a:b\nx-amz-checksum'),
    code('SignatureDoesNotMatch'),
  )
  await assert.rejects(change(/x-amz-trailer-signature.*\r\n/, ''), code('SignatureDoesNotMatch'))
  await assert.rejects(change(/x-amz-checksum-crc32c.*\n/, ''), code('SignatureDoesNotMatch'))
  await assert.rejects(change('sOO8/Q==', 'x'.repeat(10_000)), code('InvalidRequest'))
})

test('the published check values of the checksums', () => {
  for (const [name, hex] of [
    ['crc32', 'cbf43926'],
    ['crc32c', 'e3069283'],
    ['crc64nvme', 'ae8b14860a799888'],
    ['sha1', 'f7c3bc1d808e04732adf679965ccc34ca7ae3441'],
  ] as const) {
    const checksum = checksums[`x-amz-checksum-${name}`]!()
    for (const part of ['12', '345', '6789']) checksum.update(Buffer.from(part))
    assert.equal(Buffer.from(checksum.digest(), 'base64').toString('hex'), hex, name)
  }
})

interface Hashing {
  update(piece: Uint8Array): void
  digest(): Promise<Uint8Array>
}

for (const name of ['x-amz-checksum-crc32', 'x-amz-checksum-crc64nvme'])
  test(`the official SDK's own encoding, with ${name}`, async () => {
    const data = Buffer.alloc(100_000, 'sdk')
    const source = Readable.from([data.subarray(0, 65_536), data.subarray(65_536)])
    const checksum = checksums[name]!()
    const options = {
      base64Encoder: (bytes: Uint8Array) => Buffer.from(bytes).toString('base64'),
      bodyLengthChecker: (piece: Uint8Array) => piece.length,
      checksumLocationName: name,
      checksumAlgorithmFn: class implements Hashing {
        update(piece: Uint8Array) {
          checksum.update(piece)
        }
        async digest() {
          return new Uint8Array(Buffer.from(checksum.digest(), 'base64'))
        }
      },
      streamHasher: (Algorithm: new () => Hashing, body: Readable) => {
        const hash = new Algorithm()
        body.on('data', (piece: Uint8Array) => hash.update(piece))
        return new Promise((resolve) => body.on('end', () => resolve(hash.digest())))
      },
    }
    const stream: Readable = getAwsChunkedEncodingStream(source, options as never) as never
    const sent: Buffer[] = []
    for await (const piece of stream) sent.push(Buffer.from(piece))
    const form = { seed: undefined, trailer: true, decodedLength: data.length, announced: [name] }
    assert.deepEqual(await decoded(Buffer.concat(sent), form, 1_000), data)
    const broken = Buffer.concat(sent)
    broken[50]! ^= 1
    await assert.rejects(decoded(broken, form), (error: ServiceError) => error.code === 'BadDigest')
  })

test('nothing is read ahead, nothing is kept, and a source that is left is told', async () => {
  let made = 0
  let stopped = false
  const size = 64 * 1_024
  async function* endless() {
    try {
      yield Buffer.from('ffffffff\r\n')
      for (;;) {
        made++
        yield Buffer.alloc(size)
      }
    } finally {
      stopped = true
    }
  }
  const form = { seed: undefined, trailer: true, decodedLength: 0xffffffff, announced: [] }
  const reading = decodeAwsChunked(endless(), form)
  for (let i = 1; i <= 100; i++) {
    const { value } = await reading.next()
    assert.equal((value as Uint8Array).length, size)
    assert.equal(made, i)
  }
  await reading.return(undefined)
  assert.ok(stopped)
})
