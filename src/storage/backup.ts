import { createHash } from 'node:crypto'
import { frameOf, rowOf } from './backup-frames.ts'
import type { Driver, DumpRow } from './driver.ts'

const MAGIC = Buffer.from('sallyport backup 1\n')
const HASH = 32

/**
 * A consistent copy of a database, as a stream of bytes. Everything in it is as sealed as it is
 * stored: it is useless without a way to unseal that the store had. Any driver can take it back.
 */
export async function* backup(driver: Driver): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256').update(MAGIC)
  yield MAGIC
  let pieces: Buffer[] = []
  let size = 0
  for await (const row of driver.dump()) {
    const frame = frameOf(row)
    hash.update(frame)
    pieces.push(frame)
    size += frame.length
    if (size < 65536) continue
    yield Buffer.concat(pieces)
    pieces = []
    size = 0
  }
  // A frame of length 0 ends the rows; the hash shows that none is missing.
  const end = Buffer.alloc(4)
  yield Buffer.concat([...pieces, end, hash.update(end).digest()])
}

/** Fills an empty database from a backup; nothing is written unless all of it is sound. */
export async function restore(driver: Driver, source: AsyncIterable<Uint8Array>): Promise<void> {
  const [row] = await driver.read.sweep(undefined, 1)
  if (row || (await driver.read.meta('barrier'))) {
    throw new Error('the store is not empty: restore into a new one')
  }
  await driver.load(rowsOf(source))
}

async function* rowsOf(source: AsyncIterable<Uint8Array>): AsyncGenerator<DumpRow> {
  const reader = new FrameReader(source)
  const hash = createHash('sha256')
  const magic = await reader.take(MAGIC.length)
  if (!magic.equals(MAGIC)) throw new Error('this is no backup of Sallyport')
  hash.update(magic)
  for (;;) {
    const length = await reader.take(4)
    hash.update(length)
    if (length.readUInt32BE() === 0) break
    const frame = await reader.take(length.readUInt32BE())
    hash.update(frame)
    yield rowOf(frame)
  }
  if (!(await reader.take(HASH)).equals(hash.digest())) {
    throw new Error('the backup is damaged: its content does not match its hash')
  }
}

/** Cuts a stream into pieces of known length. */
class FrameReader {
  private readonly source: AsyncIterator<Uint8Array>
  private rest: Buffer = Buffer.alloc(0)

  constructor(source: AsyncIterable<Uint8Array>) {
    this.source = source[Symbol.asyncIterator]()
  }

  async take(length: number): Promise<Buffer> {
    const pieces = [this.rest]
    let size = this.rest.length
    while (size < length) {
      const { value, done } = await this.source.next()
      if (done) throw new Error('the backup is incomplete: it ends too early')
      pieces.push(Buffer.from(value.buffer, value.byteOffset, value.byteLength))
      size += value.length
    }
    const all = pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces)
    this.rest = all.subarray(length)
    return all.subarray(0, length)
  }
}
