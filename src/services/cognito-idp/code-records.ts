import { collection } from '../../kernel/store.ts'

/** What a code is for: to confirm an account, to reset a password, to verify an address. */
export type Purpose = 'confirm' | 'reset' | 'verify-email' | 'verify-phone_number'

export interface CodeRecord {
  readonly pool: string
  readonly sub: string
  readonly purpose: Purpose
  readonly code: string
  readonly attribute: 'email' | 'phone_number'
  /** The address that it was sent to: a code says nothing about another. */
  readonly address: string
  readonly expiresAt: Date
  /** False once it has been used, or guessed at too often. */
  readonly open: boolean
  /** When codes for this were sent, and when attempts with them failed, within the last hour. */
  readonly sent: readonly Date[]
  readonly failed: readonly Date[]
}

export const codes = collection<CodeRecord>('cognito.codes')({
  scope: 'region',
  version: 1,
  key: ({ pool, sub, purpose }) => [pool, sub, purpose],
})
