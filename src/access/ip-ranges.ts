/** IP addresses and CIDR ranges, IPv4 and IPv6. */

export interface IpRange {
  /** 16-bit groups: 2 of an IPv4 address, 8 of an IPv6 address. */
  readonly groups: readonly number[]
  /** Significant leading bits. */
  readonly prefix: number
}

const OCTET = /^(?:0|[1-9]\d{0,2})$/
const GROUP = /^[0-9a-fA-F]{1,4}$/
const PREFIX = /^(?:0|[1-9]\d{0,2})$/

function parseV4(text: string): readonly number[] | undefined {
  const octets = text.split('.', 5)
  if (octets.length !== 4) return undefined
  const [a, b, c, d] = octets.map((octet) => (OCTET.test(octet) ? Number(octet) : 256))
  if (a! > 255 || b! > 255 || c! > 255 || d! > 255) return undefined
  return [a! * 256 + b!, c! * 256 + d!]
}

/** Groups of one side of `::`; an embedded IPv4 address may close the text. */
function parseGroups(text: string, closing: boolean): readonly number[] | undefined {
  if (text === '') return []
  const groups: number[] = []
  const parts = text.split(':', 9)
  for (const [index, part] of parts.entries()) {
    if (GROUP.test(part)) groups.push(Number.parseInt(part, 16))
    else {
      const v4 = closing && index === parts.length - 1 ? parseV4(part) : undefined
      if (v4 === undefined) return undefined
      groups.push(...v4)
    }
  }
  return groups
}

function parseV6(text: string): readonly number[] | undefined {
  const gap = text.indexOf('::')
  if (gap < 0) {
    const groups = parseGroups(text, true)
    return groups?.length === 8 ? groups : undefined
  }
  const left = parseGroups(text.slice(0, gap), false)
  const right = parseGroups(text.slice(gap + 2), true)
  if (left === undefined || right === undefined) return undefined
  const zeros = 8 - left.length - right.length
  return zeros < 1 ? undefined : [...left, ...new Array<number>(zeros).fill(0), ...right]
}

function isMapped(groups: readonly number[]): boolean {
  return groups[5] === 0xffff && groups.slice(0, 5).every((group) => group === 0)
}

/**
 * Reads an address or a CIDR range; undefined when the text is none. IPv4 addresses written in
 * their IPv6 form (`::ffff:a.b.c.d`) are IPv4 addresses.
 */
export function parseRange(text: string): IpRange | undefined {
  if (text.length > 49) return undefined
  const slash = text.indexOf('/')
  const address = slash < 0 ? text : text.slice(0, slash)
  const groups = address.includes(':') ? parseV6(address) : parseV4(address)
  if (groups === undefined) return undefined
  const bits = groups.length * 16
  let prefix = bits
  if (slash >= 0) {
    const digits = text.slice(slash + 1)
    if (!PREFIX.test(digits)) return undefined
    prefix = Number(digits)
    if (prefix > bits) return undefined
  }
  if (bits === 128 && prefix >= 96 && isMapped(groups)) {
    return { groups: groups.slice(6), prefix: prefix - 96 }
  }
  return { groups, prefix }
}

let lastText = ''
let lastAddress: IpRange | undefined

/**
 * Reads a single address; undefined when the text is none or is a range. The last answer is kept,
 * because every policy of a request asks about the same address.
 */
export function parseAddress(text: string): IpRange | undefined {
  if (text === lastText) return lastAddress
  lastAddress = text.includes('/') ? undefined : parseRange(text)
  lastText = text
  return lastAddress
}

/** Whether an address lies in a range; the families never meet. */
export function contains(range: IpRange, address: IpRange): boolean {
  if (range.groups.length !== address.groups.length) return false
  let bits = range.prefix
  for (let index = 0; bits > 0; index++, bits -= 16) {
    const shift = bits >= 16 ? 0 : 16 - bits
    if (range.groups[index]! >> shift !== address.groups[index]! >> shift) return false
  }
  return true
}
