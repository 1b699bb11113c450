import { crc32, deflateRawSync } from 'node:zlib'

/** What an entry of an archive is beside its content. */
export interface ZippedFile {
  readonly content: string | Uint8Array
  /** Type and permission bits; a plain file that all may read by default. */
  readonly mode?: number
  /** What the directory says of its size, when that is not the truth. */
  readonly claimedSize?: number
}

/** A zip archive of these files, packed as every tool does. */
export function zipOf(files: Readonly<Record<string, string | Uint8Array | ZippedFile>>): Buffer {
  const local: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const [name, given] of Object.entries(files)) {
    const file: ZippedFile =
      typeof given === 'string' || given instanceof Uint8Array ? { content: given } : given
    const content = Buffer.from(file.content)
    const packed = deflateRawSync(content)
    const path = Buffer.from(name)
    const facts = Buffer.alloc(26)
    facts.writeUInt16LE(20, 0)
    facts.writeUInt16LE(0x800, 2)
    facts.writeUInt16LE(8, 4)
    facts.writeUInt32LE(crc32(content), 10)
    facts.writeUInt32LE(packed.length, 14)
    facts.writeUInt32LE(file.claimedSize ?? content.length, 18)
    facts.writeUInt16LE(path.length, 22)
    const head = Buffer.from('504b0304', 'hex')
    local.push(head, facts, path, packed)
    const entry = Buffer.alloc(46)
    entry.write('504b0102', 'hex')
    entry.writeUInt16LE(0x031e, 4)
    facts.copy(entry, 6)
    entry.writeUInt32LE(((file.mode ?? 0o100644) << 16) >>> 0, 38)
    entry.writeUInt32LE(offset, 42)
    directory.push(entry, path)
    offset += 30 + path.length + packed.length
  }
  const list = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.write('504b0506', 'hex')
  end.writeUInt16LE(Object.keys(files).length, 8)
  end.writeUInt16LE(Object.keys(files).length, 10)
  end.writeUInt32LE(list.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...local, list, end])
}
