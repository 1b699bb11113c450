import { collection } from '../../kernel/store.ts'

/** What only the user knows or has, and what sign-ins leave behind. */
export interface CredentialRecord {
  readonly pool: string
  readonly sub: string
  /** Argon2id; undefined until there is a password. */
  readonly hash?: string | undefined
  /** What SRP needs beside it; hexadecimal. */
  readonly srp?: { readonly salt: string; readonly verifier: string } | undefined
  /** A temporary password is good until then. */
  readonly temporaryUntil?: Date | undefined
  /** Hashes of passwords before this one, newest first. */
  readonly history: readonly string[]
  /** Failed attempts since the last success or quiet time. */
  readonly failures: number
  readonly failedAt?: Date | undefined
  /** Ids of sign-in sessions that have been answered, until they expire. */
  readonly used: readonly Mark[]
  /** Sign-ins (`origin_jti`) whose tokens are revoked, until the last of them expires. */
  readonly revoked: readonly Mark[]
  /** Tokens of sign-ins up to then are revoked. */
  readonly signedOutAt?: Date | undefined
  /** When codes were sent to whoever gave the user's name, within the last hour. */
  readonly codesSent?: readonly Date[] | undefined
  readonly totp?: Totp | undefined
  /** One that waits for its first code; until then the old one serves. */
  readonly newTotp?: Totp | undefined
}

export interface Mark {
  readonly id: string
  readonly until: Date
}

export interface Totp {
  readonly secret: Uint8Array
  readonly verified: boolean
  readonly name?: string | undefined
  /** The time step of the last good code: no code is good twice. */
  readonly lastStep?: number | undefined
}

export const credentials = collection<CredentialRecord>('cognito.credentials')({
  scope: 'region',
  version: 1,
  key: ({ pool, sub }) => [pool, sub],
})

export const noCredentials = (pool: string, sub: string): CredentialRecord => ({
  pool,
  sub,
  history: [],
  failures: 0,
  used: [],
  revoked: [],
})

/** Marks that still count, with one more. */
export const marked = (marks: readonly Mark[], mark: Mark, now: Date): readonly Mark[] => [
  ...marks.filter(({ id, until }) => until > now && id !== mark.id),
  mark,
]
