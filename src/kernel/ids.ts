import type { Random } from './ports.ts'

const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** AWS's prefixes of unique ids, and AMFA for devices, whose ids nobody is told. */
export type IdPrefix =
  | 'AKIA'
  | 'ASIA'
  | 'AIDA'
  | 'AROA'
  | 'AGPA'
  | 'AIPA'
  | 'ANPA'
  | 'APKA'
  | 'ACCA'
  | 'ASCA'
  | 'AMFA'

/** A unique id: the prefix and seventeen characters (`AIDA...`), as IAM makes them. */
export const uniqueId = (prefix: IdPrefix, random: Random): string =>
  prefix + random.text(17, base32)

/**
 * An access key id of 20 characters that names its account, so that routing needs no lookup:
 * after the prefix one marker bit, the account in 40 bits, and chance.
 */
export function accessKeyId(prefix: 'AKIA' | 'ASIA', account: string, random: Random): string {
  let value = (1n << 39n) + BigInt(account) / 2n
  let head = ''
  for (let i = 0; i < 8; i++) {
    head = base32[Number(value & 31n)] + head
    value >>= 5n
  }
  const half = BigInt(account) % 2n === 0n ? base32.slice(0, 16) : base32.slice(16)
  return prefix + head + random.text(1, half) + random.text(7, base32)
}

/** The account that an access key id names; undefined for ids of another form. */
export function accountOfAccessKey(id: string): string | undefined {
  if (!/^A[A-Z]{3}[A-Z2-7]{16}$/.test(id)) return undefined
  let value = 0n
  for (const c of id.slice(4, 13)) value = (value << 5n) + BigInt(base32.indexOf(c))
  // 45 bits were read: the marker, 40 bits of account (its lowest in the ninth character), 4 of chance.
  if (value >> 44n !== 1n) return undefined
  const account = (value >> 4n) & ((1n << 40n) - 1n)
  return account > 999_999_999_999n ? undefined : account.toString().padStart(12, '0')
}

/**
 * A time-ordered UUID (RFC 9562, version 7). Request and event ids are of this kind, so that the
 * event log knows where to look for one.
 * @param time milliseconds since 1970
 */
export function timedUuid(time: number, random: Random): string {
  const millisecond = Math.floor(time)
  if (millisecond !== stampedAt) {
    const text = millisecond.toString(16).padStart(12, '0')
    stampedAt = millisecond
    stamp = `${text.slice(0, 8)}-${text.slice(8)}-7`
  }
  return stamp + random.uuid().slice(15)
}

/** Ids of one millisecond share their beginning. */
let stampedAt = -1
let stamp = ''
