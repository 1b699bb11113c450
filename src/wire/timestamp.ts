import type { TimestampFormat } from './schema/shape.ts'

const ISO =
  /^(\d{4})-(\d\d)-(\d\d)[tT](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[zZ]|([-+])(\d\d):(\d\d))$/
/** Forms that AWS's query services take although the specification asks for RFC 3339. */
const LENIENT = /^\d{4}-\d\d-\d\d(?:[tT]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:[zZ])?)?$/
const HTTP = /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d(?:\.\d{1,9})? GMT$/
const EPOCH = /^-?\d{1,15}(?:\.\d{1,9})?(?:[eE]\+?\d{1,2})?$/

/** Text in one of the three wire forms. */
export function formatTimestamp(value: Date, format: TimestampFormat): string {
  switch (format) {
    case 'date-time':
      return value.toISOString().replace('.000Z', 'Z')
    case 'http-date':
      return value.toUTCString()
    case 'epoch-seconds':
      return String(value.getTime() / 1000)
  }
}

/**
 * Reads a timestamp as text. AWS takes any of its three forms wherever it takes one, because
 * clients of different ages send different forms; so do we. Undefined when it is none of them.
 */
export function parseTimestamp(text: string): Date | undefined {
  if (text.length > 40) return undefined
  if (ISO.test(text)) return valid(Date.parse(text.toUpperCase()))
  if (EPOCH.test(text)) return fromEpoch(Number(text))
  if (HTTP.test(text)) return valid(Date.parse(text))
  if (LENIENT.test(text)) {
    const utc = text.length === 10 || /[zZ]$/.test(text) ? text : `${text}Z`
    return valid(Date.parse(utc.toUpperCase()))
  }
  return undefined
}

/** Seconds since 1970, with a fraction down to milliseconds. */
export function fromEpoch(seconds: number): Date | undefined {
  return valid(Math.round(seconds * 1000))
}

function valid(milliseconds: number): Date | undefined {
  const date = new Date(milliseconds)
  return Number.isNaN(date.getTime()) ? undefined : date
}
