import type { CredentialRecord } from './credential-records.ts'
import type { SignIn } from './sign-in-steps.ts'

/** Milliseconds since 1970 of a UUID that begins with its time (RFC 9562, version 7). */
const timeOf = (uuid: string): number => Number.parseInt(uuid.replace('-', '').slice(0, 12), 16)

/** Whether the tokens of a sign-in were revoked, alone or with all others of their user. */
export function isRevoked(
  { revoked, signedOutAt }: CredentialRecord,
  { origin, authTime }: Partial<SignIn>,
): boolean {
  if (origin !== undefined && revoked.some(({ id }) => id === origin)) return true
  if (signedOutAt === undefined) return false
  const time = origin === undefined ? (authTime ?? 0) * 1_000 : timeOf(origin)
  return time <= signedOutAt.getTime()
}
