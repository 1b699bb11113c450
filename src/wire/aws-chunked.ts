import { createHash, createHmac, hash, type KeyObject, timingSafeEqual } from 'node:crypto'
import { ServiceError } from '../kernel/errors.ts'
import { ChunkReader } from './aws-chunked-reader.ts'
import { type Checksum, checksums } from './checksums.ts'

/** What chunk signatures are chained from: the request's own signature. */
export interface ChunkSeed {
  readonly key: KeyObject
  readonly signature: string
  /** `YYYYMMDDTHHMMSSZ`. */
  readonly timestamp: string
  /** `date/region/service/aws4_request`. */
  readonly scope: string
}

export interface ChunkedForm {
  /** Undefined for the unsigned form. */
  readonly seed: ChunkSeed | undefined
  readonly trailer: boolean
  /** `x-amz-decoded-content-length`. */
  readonly decodedLength: number
  /** Names that `x-amz-trailer` announces, in lower case. */
  readonly announced: readonly string[]
}

/** The literals that `x-amz-content-sha256` may hold for a body in chunks. */
export const chunkedForms: Readonly<Record<string, { signed: boolean; trailer: boolean }>> = {
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD': { signed: true, trailer: false },
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER': { signed: true, trailer: true },
  'STREAMING-UNSIGNED-PAYLOAD-TRAILER': { signed: false, trailer: true },
}

const trailerSignature = 'x-amz-trailer-signature'
const emptyHash = hash('sha256', '')
/** Only the last chunk of a signed body may be smaller. */
const smallestChunk = 8_192

const refuse = (code: string, status: number, message: string): ServiceError =>
  new ServiceError(code, message, { status })

const mismatch = () =>
  refuse(
    'SignatureDoesNotMatch',
    403,
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
  )

/**
 * Takes S3's chunk framing off a body while it streams. Signatures are verified in constant time,
 * each at the end of its chunk; lengths and checksums at the end. A consumer must not keep what it
 * read before the stream has ended well.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
 */
export async function* decodeAwsChunked(
  body: AsyncIterable<Uint8Array>,
  form: ChunkedForm,
): AsyncGenerator<Uint8Array> {
  const reader = new ChunkReader(body)
  try {
    yield* chunksOf(reader, form)
  } finally {
    await reader.stop()
  }
}

async function* chunksOf(reader: ChunkReader, form: ChunkedForm): AsyncGenerator<Uint8Array> {
  const sums = new Map<string, Checksum>()
  for (const name of form.announced) {
    const make = Object.hasOwn(checksums, name) ? checksums[name] : undefined
    if (make !== undefined) sums.set(name, make())
  }
  let previous = form.seed?.signature ?? ''
  let length = 0
  let short = false
  for (;;) {
    const { size, signature } = headerOf(await reader.line())
    if (size > 0 && short && form.seed !== undefined)
      throw refuse(
        'InvalidChunkSizeError',
        403,
        'Only the last chunk is allowed to have a size less than 8192 bytes',
      )
    short = size < smallestChunk
    length += size
    if (length > form.decodedLength) throw incomplete()
    const digest = form.seed && createHash('sha256')
    for await (const piece of reader.take(size)) {
      digest?.update(piece)
      for (const sum of sums.values()) sum.update(piece)
      yield piece
    }
    if (form.seed !== undefined && digest !== undefined) {
      const told = `AWS4-HMAC-SHA256-PAYLOAD\n${form.seed.timestamp}\n${form.seed.scope}\n${previous}\n${emptyHash}\n${digest.digest('hex')}`
      previous = verified(form.seed.key, told, signature)
    }
    if (size === 0) break
    await reader.lineEnd()
  }
  if (length !== form.decodedLength) throw incomplete()
  const signedTrailer = form.trailer && form.seed !== undefined
  const trailers = await trailersOf(reader, form.trailer, signedTrailer)
  if (form.seed !== undefined && form.trailer) {
    const { timestamp, scope, key } = form.seed
    const signed = [...trailers].filter(([name]) => name !== trailerSignature)
    const text = signed.map(([name, value]) => `${name}:${value}\n`).join('')
    const told = `AWS4-HMAC-SHA256-TRAILER\n${timestamp}\n${scope}\n${previous}\n${hash('sha256', text)}`
    verified(key, told, trailers.get(trailerSignature))
  }
  checkSums(sums, trailers)
}

/** `400;chunk-signature=ad80...`: a size in hexadecimal, and a signature where there are any. */
function headerOf(line: string): { size: number; signature: string | undefined } {
  const [, digits, signature] =
    /^([0-9a-fA-F]{1,8})(?:;chunk-signature=([0-9a-f]{64}))?$/.exec(line) ?? []
  if (digits === undefined)
    throw refuse('InvalidRequest', 400, 'The chunk header of the request body is malformed.')
  return { size: Number.parseInt(digits, 16), signature }
}

function verified(key: KeyObject, told: string, given: string | undefined): string {
  const expected = createHmac('sha256', key).update(told).digest()
  const bytes = Buffer.from(given ?? '', 'hex')
  if (bytes.length !== expected.length || !timingSafeEqual(bytes, expected)) throw mismatch()
  return given!
}

async function trailersOf(
  reader: ChunkReader,
  expected: boolean,
  signed: boolean,
): Promise<Map<string, string>> {
  const trailers = new Map<string, string>()
  for (;;) {
    const line = await reader.line()
    if (line === '') {
      // In AWS's example an empty line stands between the trailers and their signature.
      const signatureFollows = signed && trailers.size > 0 && !trailers.has(trailerSignature)
      if (!signatureFollows || (await reader.ended())) return trailers
      continue
    }
    const colon = line.indexOf(':')
    if (!expected || colon < 1 || trailers.size >= 16)
      throw refuse(
        'MalformedTrailerError',
        400,
        'The request contained trailing data that was not well-formed or did not conform to our published schema.',
      )
    trailers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim())
  }
}

function checkSums(
  sums: ReadonlyMap<string, Checksum>,
  trailers: ReadonlyMap<string, string>,
): void {
  for (const [name, sum] of sums) {
    const algorithm = name.slice('x-amz-checksum-'.length).toUpperCase()
    if (trailers.get(name) !== sum.digest())
      throw refuse(
        'BadDigest',
        400,
        `The ${algorithm} you specified did not match the calculated checksum.`,
      )
  }
}

const incomplete = () =>
  refuse(
    'IncompleteBody',
    400,
    'You did not provide the number of bytes specified by the Content-Length HTTP header',
  )
