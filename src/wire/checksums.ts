import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'

/** A checksum that grows with the data; `digest` is base64, as AWS's headers and trailers have it. */
export interface Checksum {
  update(data: Uint8Array): void
  digest(): string
}

/** The flexible checksums of S3 by their header or trailer name. */
export const checksums: Readonly<Record<string, () => Checksum>> = {
  'x-amz-checksum-crc32': () => {
    let value = 0
    return {
      update: (data) => {
        value = crc32(data, value)
      },
      digest: () => base64Of(value),
    }
  },
  'x-amz-checksum-crc32c': () => {
    let value = 0xffffffff
    return {
      update: (data) => {
        for (const byte of data) value = crc32cTable[(value ^ byte) & 0xff]! ^ (value >>> 8)
      },
      digest: () => base64Of(~value),
    }
  },
  'x-amz-checksum-crc64nvme': crc64nvme,
  'x-amz-checksum-sha1': () => hashed('sha1'),
  'x-amz-checksum-sha256': () => hashed('sha256'),
}

function base64Of(value: number): string {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value | 0)
  return bytes.toString('base64')
}

function hashed(algorithm: string): Checksum {
  const hash = createHash(algorithm)
  return { update: (data) => void hash.update(data), digest: () => hash.digest('base64') }
}

/** Castagnoli's polynomial, reflected. */
const crc32cTable = Int32Array.from({ length: 256 }, (_, byte) => {
  let value = byte
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1
  return value
})

/** The NVMe polynomial, reflected, in two halves of 32 bits. */
const crc64Table = Array.from({ length: 256 }, (_, byte) => {
  let low = byte
  let high = 0
  for (let bit = 0; bit < 8; bit++) {
    const odd = low & 1
    low = (low >>> 1) | (high << 31)
    high >>>= 1
    if (odd) {
      low ^= 0xac4bc9b5
      high ^= 0x9a6c9329
    }
  }
  return [low | 0, high | 0] as const
})
const crc64Low = Int32Array.from(crc64Table, ([low]) => low)
const crc64High = Int32Array.from(crc64Table, ([, high]) => high)

function crc64nvme(): Checksum {
  let low = -1
  let high = -1
  return {
    update(data) {
      for (const byte of data) {
        const entry = (low ^ byte) & 0xff
        low = ((low >>> 8) | (high << 24)) ^ crc64Low[entry]!
        high = (high >>> 8) ^ crc64High[entry]!
      }
    },
    digest() {
      const bytes = Buffer.alloc(8)
      bytes.writeInt32BE(~high)
      bytes.writeInt32BE(~low, 4)
      return bytes.toString('base64')
    },
  }
}
