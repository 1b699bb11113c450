import { timeStep, totp } from '../src/crypto/totp.ts'
import type { Installation } from './installation.ts'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** The bytes of a base32 text (RFC 4648, section 6). */
export function fromBase32(text: string): Uint8Array {
  const bits = [...text].map((c) => alphabet.indexOf(c).toString(2).padStart(5, '0')).join('')
  return Uint8Array.from(bits.match(/.{8}/g) ?? [], (byte) => Number.parseInt(byte, 2))
}

/** What an authenticator app does with the seed that it was told in base32. */
export interface Authenticator {
  /** The code of the current time step of the installation's clock, or of one some steps away. */
  code(steps?: number): string
  /** Two consecutive codes; the second one is of the current time step, or some steps away. */
  pair(steps?: number): { AuthenticationCode1: string; AuthenticationCode2: string }
}

export function authenticator(seed: Uint8Array, { app }: Pick<Installation, 'app'>): Authenticator {
  const secret = fromBase32(Buffer.from(seed).toString())
  const code = (steps = 0) => totp(secret, timeStep(new Date(app.house.clock.now())) + steps)
  return {
    code,
    pair: (steps = 0) => ({
      AuthenticationCode1: code(steps - 1),
      AuthenticationCode2: code(steps),
    }),
  }
}
