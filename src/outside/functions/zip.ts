import { crc32, inflateRawSync } from 'node:zlib'

/** One entry of an archive. */
export interface ZipEntry {
  /** With `/` between its parts; relative, without `..`. */
  readonly path: string
  readonly kind: 'file' | 'folder' | 'link'
  /** Permission bits; 0 when the archive tells none. */
  readonly mode: number
  readonly size: number
  read(): Buffer
}

/** The bytes are no zip archive, or one that may not be unpacked; the message says why. */
export class BadArchive extends Error {
  override readonly name = 'BadArchive'
}

/** Bytes of everything in an archive: what Lambda takes at most. */
export const largestUnzipped = 262_144_000
const mostEntries = 65_535
const endSignature = 0x06054b50
const directorySignature = 0x02014b50
const localSignature = 0x04034b50

/**
 * Reads the directory of a zip archive (APPNOTE 6.3, without zip64, encryption and multiple disks).
 * Nothing is unpacked before all names and sizes are known to be within the limits.
 * @throws BadArchive
 */
export function readZip(bytes: Uint8Array): readonly ZipEntry[] {
  const zip = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const end = endOf(zip)
  const count = zip.readUInt16LE(end + 10)
  const entries: ZipEntry[] = []
  const seen = new Set<string>()
  let at = zip.readUInt32LE(end + 16)
  let total = 0
  for (let i = 0; i < count && i < mostEntries; i++) {
    const entry = entryAt(zip, at)
    at += entry.length
    if (entry.path === '') continue
    if (seen.has(entry.path)) throw new BadArchive(`${entry.path} is in the archive twice`)
    seen.add(entry.path)
    total += entry.size
    if (total > largestUnzipped)
      throw new BadArchive(`the archive unpacks to more than ${largestUnzipped} bytes`)
    entries.push(entry)
  }
  if (!entries.some(({ kind }) => kind === 'file')) throw new BadArchive('the archive is empty')
  return entries
}

function endOf(zip: Buffer): number {
  // A comment of up to 65,535 bytes may follow.
  const first = Math.max(0, zip.length - 22 - 65_535)
  for (let at = zip.length - 22; at >= first; at--)
    if (zip.readUInt32LE(at) === endSignature) return at
  throw new BadArchive('this is no zip archive')
}

interface Located extends ZipEntry {
  /** Bytes of its record in the directory. */
  readonly length: number
}

function entryAt(zip: Buffer, at: number): Located {
  if (at + 46 > zip.length || zip.readUInt32LE(at) !== directorySignature)
    throw new BadArchive('the directory of the archive is broken')
  const flags = zip.readUInt16LE(at + 8)
  const method = zip.readUInt16LE(at + 10)
  const sum = zip.readUInt32LE(at + 16)
  const packed = zip.readUInt32LE(at + 20)
  const size = zip.readUInt32LE(at + 24)
  const nameLength = zip.readUInt16LE(at + 28)
  const length = 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32)
  const attributes = zip.readUInt32LE(at + 38) >>> 16
  const local = zip.readUInt32LE(at + 42)
  const name = zip.toString('utf8', at + 46, at + 46 + nameLength)
  if (at + length > zip.length) throw new BadArchive('the directory of the archive is broken')
  if (flags & 1) throw new BadArchive(`${name} is encrypted`)
  if (method !== 0 && method !== 8) throw new BadArchive(`${name} is packed in an unknown way`)
  const path = checkedPath(name)
  const type = attributes & 0o170000
  const kind = name.endsWith('/') ? 'folder' : type === 0o120000 ? 'link' : 'file'
  if (kind === 'file' && type !== 0 && type !== 0o100000)
    throw new BadArchive(`${name} is neither a file nor a folder`)
  return {
    path,
    kind,
    mode: attributes & 0o777,
    size,
    length,
    read: () => unpacked(zip, { local, method, packed, size, sum, name }),
  }
}

/** A path that stays where it is unpacked. */
function checkedPath(name: string): string {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.')
  const leaves = name.startsWith('/') || parts.includes('..')
  if (leaves || /[\0\\]/.test(name) || name.length > 4_096)
    throw new BadArchive(`${name.slice(0, 100)} would be unpacked elsewhere`)
  return parts.join('/')
}

interface Packed {
  readonly local: number
  readonly method: number
  readonly packed: number
  readonly size: number
  readonly sum: number
  readonly name: string
}

function unpacked(zip: Buffer, { local, method, packed, size, sum, name }: Packed): Buffer {
  const broken = () => new BadArchive(`${name} is broken`)
  if (local + 30 > zip.length || zip.readUInt32LE(local) !== localSignature) throw broken()
  const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28)
  if (start + packed > zip.length) throw broken()
  const data = zip.subarray(start, start + packed)
  let content: Buffer
  try {
    // What unpacks to more than the directory says is not unpacked further.
    content = method === 0 ? data : inflateRawSync(data, { maxOutputLength: Math.max(1, size) })
  } catch {
    throw broken()
  }
  if (content.length !== size || crc32(content) !== sum) throw broken()
  return content
}
