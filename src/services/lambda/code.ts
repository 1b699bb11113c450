import { createHash } from 'node:crypto'
import type { CallContext } from '../../kernel/context.ts'
import { type CodeArchive, FunctionNotRun } from '../../kernel/functions.ts'
import { collection, type Readable, type Transaction } from '../../kernel/store.ts'
import { fail, invalid } from './contract.ts'
import type { Code } from './function-records.ts'

/** A piece of an archive. */
interface CodePiece {
  /** `function/<name>` or `layer/<name>`: whose code it is. */
  readonly holder: string
  /** Hex SHA-256 of the whole. */
  readonly digest: string
  readonly index: number
  readonly bytes: Uint8Array
}

const pieces = collection<CodePiece>('lambda.code')({
  scope: 'region',
  version: 1,
  key: ({ holder, digest, index }) => [holder, digest, index],
})

const pieceSize = 1_048_576
/** Bytes of an archive that comes with a request. */
const largestArchive = 52_428_800
/** Bytes of everything that is unpacked for one function, its layers included. */
export const largestUnzipped = 262_144_000

/** Code as requests bring it. */
export interface GivenCode {
  readonly ZipFile?: Uint8Array | undefined
  readonly S3Bucket?: string | undefined
  readonly S3Key?: string | undefined
  readonly ImageUri?: string | undefined
}

/** The bucket whose keys are folders of this machine, where that is allowed. */
const folderBucket = 'sallyport-folder'
/** The bucket whose keys are URLs. */
const urlBucket = 'sallyport-url'

/** Code as it was checked, with the bytes that have to be stored. */
export interface CheckedCode {
  readonly code: Code
  readonly archive: Uint8Array | undefined
}

/** Reads the code of a request; refuses archives that could not be unpacked. */
export function checkCode(given: GivenCode, ctx: Pick<CallContext, 'ports'>): CheckedCode {
  const { ZipFile, S3Bucket, S3Key = '', ImageUri } = given
  if (ImageUri !== undefined)
    throw invalid('Functions from container images are not run here. Upload a .zip archive.')
  if (ZipFile === undefined && S3Bucket === undefined)
    throw invalid('Please provide a source for function code.')
  if (ZipFile !== undefined && S3Bucket !== undefined)
    throw invalid('Please do not provide other FunctionCode parameters when providing a ZipFile.')
  if (ZipFile !== undefined) return checkArchive(ZipFile, ctx)
  if (S3Bucket !== folderBucket && S3Bucket !== urlBucket)
    throw invalid(
      'Code cannot be read from S3 here. Upload the .zip archive itself (ZipFile), at most 50 MB.',
    )
  if (!ctx.ports.functions.local)
    throw invalid(
      `The bucket ${S3Bucket} points to this machine: that is allowed by the start flag --functions-local only.`,
    )
  if (S3Bucket === folderBucket) {
    if (!S3Key.startsWith('/')) throw invalid('S3Key must be the absolute path of a folder.')
    return { code: { kind: 'folder', folder: S3Key }, archive: undefined }
  }
  const url = URL.parse(S3Key)
  if (url === null || !/^https?:$/.test(url.protocol))
    throw invalid('S3Key must be a URL that begins with http:// or https://.')
  return { code: { kind: 'url', url: url.href }, archive: undefined }
}

/** The same for an archive, of a function or a layer. */
export function checkArchive(
  archive: Uint8Array,
  ctx: Pick<CallContext, 'ports'>,
): CheckedCode & { readonly code: Code & { kind: 'archive' } } {
  if (archive.length === 0) throw invalid('Uploaded file must be a non-empty zip')
  if (archive.length > largestArchive)
    throw fail(
      'RequestTooLargeException',
      `Request must be smaller than ${largestArchive} bytes for the CreateFunction operation`,
    )
  unzippedSize(archive, ctx)
  const digest = createHash('sha256').update(archive).digest('hex')
  return { code: { kind: 'archive', digest, size: archive.length }, archive }
}

/** Bytes of an archive's content; refuses what cannot be unpacked. */
export function unzippedSize(archive: Uint8Array, ctx: Pick<CallContext, 'ports'>): number {
  try {
    return ctx.ports.functions.measure(archive)
  } catch (error) {
    if (!(error instanceof FunctionNotRun)) throw error
    if (/more than \d+ bytes$/.test(error.message))
      throw invalid(`Unzipped size must be smaller than ${largestUnzipped} bytes`)
    throw invalid(
      'Could not unzip uploaded file. Please check your file, then try to upload again.',
    )
  }
}

/** Stores an archive under its holder, in pieces. */
export async function keepCode(
  tx: Transaction,
  holder: string,
  { code, archive }: CheckedCode,
): Promise<void> {
  if (code.kind !== 'archive' || archive === undefined) return
  for (let index = 0; index * pieceSize < archive.length; index++) {
    const bytes = archive.subarray(index * pieceSize, (index + 1) * pieceSize)
    await tx.of(pieces).put({ holder, digest: code.digest, index, bytes })
  }
}

/** Removes an archive, or all of a holder. */
export async function dropCode(tx: Transaction, holder: string, digest?: string): Promise<void> {
  const prefix = digest === undefined ? [holder] : [holder, digest]
  for (;;) {
    const { records } = await tx.of(pieces).list({ prefix, limit: 20 })
    for (const piece of records) await tx.of(pieces).delete([holder, piece.digest, piece.index])
    if (records.length < 20) return
  }
}

/** A stored archive; throws when it is gone. */
export const storedArchive = (store: Readable, holder: string, digest: string): CodeArchive => ({
  digest,
  async load() {
    const parts: Uint8Array[] = []
    for (let index = 0; ; index++) {
      const piece = await store.of(pieces).get([holder, digest, index])
      if (piece === undefined) break
      parts.push(piece.bytes)
      if (piece.bytes.length < pieceSize) break
    }
    const archive = Buffer.concat(parts)
    if (createHash('sha256').update(archive).digest('hex') !== digest)
      throw new FunctionNotRun('code', 'the code of the function is not there any more')
    return archive
  },
})
