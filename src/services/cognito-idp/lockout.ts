import { fail } from './contract.ts'
import type { CredentialRecord } from './credential-records.ts'

/** Attempts that cost nothing; the lock doubles from a second to a quarter of an hour. */
const free = 5
const quiet = 15 * 60_000

/** Failures that count by now: a quiet quarter of an hour forgives them. */
const counted = ({ failures, failedAt }: CredentialRecord, now: Date): number =>
  failedAt === undefined || now.getTime() - failedAt.getTime() >= quiet ? 0 : failures

/** Refuses attempts while the user is locked; they do not lengthen the lock. */
export function checkLock(credential: CredentialRecord, now: Date): void {
  const failures = counted(credential, now)
  if (failures < free) return
  const locked = Math.min(2 ** (failures - free) * 1_000, quiet)
  if (now.getTime() - credential.failedAt!.getTime() < locked)
    throw fail('NotAuthorizedException', 'Password attempts exceeded')
}

/** The credentials after one more failure. */
export const failedOnce = (old: CredentialRecord, now: Date): CredentialRecord => ({
  ...old,
  failures: counted(old, now) + 1,
  failedAt: now,
})
