import { createHmac, timingSafeEqual } from 'node:crypto'

/** Seconds that a code lives: the default of RFC 6238, and what every authenticator app assumes. */
const period = 30

/** The number of the time step that holds this moment (RFC 6238, section 4.2). */
export const timeStep = (time: Date): number => Math.floor(time.getTime() / (period * 1_000))

/**
 * The one-time password of a time step: RFC 6238 over HMAC-SHA-1.
 * @param digits length of the code
 */
export function totp(secret: Uint8Array, step: number, digits = 6): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const mac = createHmac('sha1', secret).update(counter).digest()
  // Dynamic truncation: RFC 4226, section 5.3.
  const offset = mac[mac.length - 1]! & 0x0f
  const number = mac.readUInt32BE(offset) & 0x7fffffff
  return String(number % 10 ** digits).padStart(digits, '0')
}

/**
 * Which of the steps the code belongs to; undefined when to none. Takes the same time whatever the
 * answer is.
 */
export function stepOfCode(
  secret: Uint8Array,
  code: string,
  steps: Iterable<number>,
): number | undefined {
  const given = Buffer.from(code)
  let found: number | undefined
  for (const step of steps) {
    const expected = Buffer.from(totp(secret, step))
    if (given.length === expected.length && timingSafeEqual(given, expected)) found = step
  }
  return found
}
