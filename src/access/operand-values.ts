/** Values of condition operators: numbers, dates, Booleans and binaries as policies write them. */

const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?$/
const EPOCH = /^-?(?:\d{1,3}|\d{5,15})(?:\.\d{1,9})?$/
const DATE =
  /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:?\d\d)?)?)?)?$/
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/
const MINUTE = 60_000

/** An integer or decimal; undefined when the text is none. */
export function parseNumber(text: string): number | undefined {
  return NUMBER.test(text) ? Number(text) : undefined
}

function zoneMinutes(zone: string | undefined): number {
  if (zone === undefined || zone === 'Z') return 0
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2))
  return zone.startsWith('-') ? -minutes : minutes
}

/**
 * Milliseconds of a date in one of the W3C forms of ISO 8601 (UTC when no zone is given; four digits
 * are a year) or in seconds since 1970. Undefined when the text is none.
 */
export function parseDate(text: string): number | undefined {
  if (EPOCH.test(text)) return Number(text) * 1000
  const parts = DATE.exec(text)
  if (parts === null) return undefined
  const [year, month, day, hour, minute, second] = parts
    .slice(1, 7)
    .map((part) => Number(part ?? 0))
  const monthIndex = parts[2] === undefined ? 0 : month! - 1
  const date = parts[3] === undefined ? 1 : day!
  if (hour! > 24 || minute! > 59 || second! > 60) return undefined
  const midnight = new Date(0)
  midnight.setUTCFullYear(year!, monthIndex, date)
  if (midnight.getUTCMonth() !== monthIndex || midnight.getUTCDate() !== date) return undefined
  const fraction = Number(`0.${parts[7] ?? '0'}`)
  const time = ((hour! * 60 + minute!) * 60 + second! + fraction) * 1000
  return midnight.getTime() + time - zoneMinutes(parts[8]) * MINUTE
}

/** `true` or `false` in any case. */
export function parseBoolean(text: string): boolean | undefined {
  const lower = text.toLowerCase()
  if (lower === 'true') return true
  return lower === 'false' ? false : undefined
}

/** The canonical base64 of the bytes that a base64 text stands for. */
export function parseBinary(text: string): string | undefined {
  if (!BASE64.test(text) || text.length % 4 === 1) return undefined
  return Buffer.from(text, 'base64').toString('base64')
}
