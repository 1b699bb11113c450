import type { DumpRow } from './driver.ts'

const tables = ['meta', 'records', 'entries', 'segments'] as const
const NUMBER = 0
const TEXT = 1
const BYTES = 2

/** Length, table, and each field with its kind and length. */
export function frameOf({ table, fields }: DumpRow): Buffer {
  const pieces: Uint8Array[] = [Buffer.alloc(4), Buffer.of(tables.indexOf(table))]
  for (const field of fields) {
    const [kind, bytes] = encoded(field)
    const head = Buffer.alloc(5)
    head[0] = kind
    head.writeUInt32BE(bytes.length, 1)
    pieces.push(head, bytes)
  }
  const frame = Buffer.concat(pieces)
  frame.writeUInt32BE(frame.length - 4)
  return frame
}

/** Reads a frame without its length. */
export function rowOf(frame: Buffer): DumpRow {
  const table = tables[frame[0]!]
  if (!table) throw new Error('the backup is damaged: it names an unknown table')
  const fields: (number | string | Uint8Array)[] = []
  for (let at = 1; at < frame.length; ) {
    const end = at + 5 + frame.readUInt32BE(at + 1)
    fields.push(decoded(frame[at]!, frame.subarray(at + 5, end)))
    at = end
  }
  return { table, fields }
}

function encoded(field: DumpRow['fields'][number]): [number, Uint8Array] {
  if (typeof field === 'string') return [TEXT, Buffer.from(field, 'utf8')]
  if (typeof field !== 'number') return [BYTES, field]
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleBE(field)
  return [NUMBER, bytes]
}

function decoded(kind: number, bytes: Buffer): DumpRow['fields'][number] {
  if (kind === NUMBER) return bytes.readDoubleBE()
  if (kind === TEXT) return bytes.toString('utf8')
  return Buffer.from(bytes)
}
