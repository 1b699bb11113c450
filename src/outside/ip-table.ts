import { isIPv4, isIPv6 } from 'node:net'
import type { IpPlace, IpPlaces } from '../kernel/ports.ts'
import { linesOf } from './file-lines.ts'

/** The value of an IPv4 address; of an IPv6 address its upper half, below which no table goes. */
function numberOf(ip: string): { readonly family: 4 | 6; readonly value: bigint } | undefined {
  const mapped = ip.replace(/^::ffff:(?=\d+\.)/i, '')
  if (isIPv4(mapped)) {
    const value = mapped.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n)
    return { family: 4, value }
  }
  if (!isIPv6(ip)) return undefined
  const [left = '', right] = ip.replace(/%.*$/, '').split('::')
  const head = left === '' ? [] : left.split(':')
  const tail = right === undefined || right === '' ? [] : right.split(':')
  const width = (part: string) => (part.includes('.') ? 2 : 1)
  const length = [...head, ...tail].reduce((sum, part) => sum + width(part), 0)
  const all = right === undefined ? head : [...head, ...Array(8 - length).fill('0'), ...tail]
  const upper = all.slice(0, 4).reduce((sum, part) => sum * 65_536n + BigInt(`0x${part}`), 0n)
  return { family: 6, value: upper }
}

/** The fields of a CSV line (RFC 4180). */
function fieldsOf(line: string): string[] {
  if (!line.includes('"')) return line.split(',')
  const fields: string[] = []
  for (const [, quoted, plain] of line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,"]*))/g))
    fields.push(quoted === undefined ? plain! : quoted.replaceAll('""', '"'))
  return fields
}

/** Networks of one family in order: where each begins and ends, and which place it is. */
class Ranges {
  #count = 0
  #inOrder = true
  #firsts = new BigUint64Array(1_024)
  #lasts = new BigUint64Array(1_024)
  #places = new Uint32Array(1_024)

  add(first: bigint, last: bigint, place: number): void {
    if (this.#count === this.#firsts.length) this.#take(this.#count * 2)
    if (this.#count > 0 && first < this.#firsts[this.#count - 1]!) this.#inOrder = false
    this.#firsts[this.#count] = first
    this.#lasts[this.#count] = last
    this.#places[this.#count++] = place
  }

  /** No more will come. */
  close(): void {
    const from = this.#firsts
    const order = Uint32Array.from({ length: this.#inOrder ? 0 : this.#count }, (_, i) => i)
    order.sort((a, b) => (from[a]! < from[b]! ? -1 : 1))
    this.#take(this.#count)
    if (this.#inOrder) return
    const [firsts, lasts, places] = [this.#firsts, this.#lasts, this.#places]
    this.#firsts = BigUint64Array.from(order, (i) => firsts[i]!)
    this.#lasts = BigUint64Array.from(order, (i) => lasts[i]!)
    this.#places = Uint32Array.from(order, (i) => places[i]!)
  }

  /** Room for so many, with what fits of those that are here. */
  #take(room: number): void {
    const firsts = new BigUint64Array(room)
    const lasts = new BigUint64Array(room)
    const places = new Uint32Array(room)
    firsts.set(this.#firsts.subarray(0, room))
    lasts.set(this.#lasts.subarray(0, room))
    places.set(this.#places.subarray(0, room))
    this.#firsts = firsts
    this.#lasts = lasts
    this.#places = places
  }

  find(value: bigint): number | undefined {
    let low = 0
    let high = this.#firsts.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#firsts[middle]! <= value) low = middle + 1
      else high = middle
    }
    const at = low - 1
    return at >= 0 && value <= this.#lasts[at]! ? this.#places[at] : undefined
  }
}

const numberIn = (text: string | undefined): number | undefined =>
  text === undefined || text.trim() === '' ? undefined : Number(text)

/**
 * Places by networks that do not overlap: lines of `network,country,city,latitude,longitude`, a first
 * line of names left out.
 * @throws Error when the file cannot be read or a line has another form
 */
export function readIpTable(path: string | undefined): IpPlaces {
  if (path === undefined) return { of: () => undefined }
  const ranges = { 4: new Ranges(), 6: new Ranges() }
  const places: IpPlace[] = []
  const known = new Map<string, number>()
  let number = 0
  for (const line of linesOf(path)) {
    number++
    if (line === '' || (number === 1 && /^"?network/i.test(line))) continue
    const [network = '', country, city, latitude, longitude] = fieldsOf(line)
    const [address = '', prefix] = network.split('/')
    const begin = numberOf(address)
    const bits = begin?.family === 4 ? 32 : 64
    const length = Math.min(Number(prefix ?? bits), bits)
    const at = { latitude: numberIn(latitude), longitude: numberIn(longitude) }
    const wrong = Number.isNaN(at.latitude) || Number.isNaN(at.longitude)
    if (begin === undefined || !Number.isInteger(length) || length < 0 || wrong)
      throw new Error(`line ${number} is not of this form`)
    const text = JSON.stringify([country, city, at])
    let place = known.get(text)
    if (place === undefined) {
      place = places.push({ country: country || undefined, city: city || undefined, ...at }) - 1
      known.set(text, place)
    }
    const rest = BigInt(bits - length)
    const first = (begin.value >> rest) << rest
    ranges[begin.family].add(first, first + (1n << rest) - 1n, place)
  }
  ranges[4].close()
  ranges[6].close()
  return {
    of(ip) {
      const asked = numberOf(ip)
      const place = asked && ranges[asked.family].find(asked.value)
      return place === undefined ? undefined : places[place]
    },
  }
}
