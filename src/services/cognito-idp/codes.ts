import { timingSafeEqual } from 'node:crypto'
import type { CallContext } from '../../kernel/context.ts'
import type { Transaction } from '../../kernel/store.ts'
import { type CodeRecord, codes, type Purpose } from './code-records.ts'
import { fail } from './contract.ts'
import type { Destination } from './messages.ts'
import type { UserRecord } from './user-records.ts'

const hour = 3_600_000

/** Milliseconds that codes live, and how many of them a user gets and may try per hour. */
const rules: Readonly<Record<Purpose, { life: number; sends: number; attempts: number }>> = {
  confirm: { life: 24 * hour, sends: 5, attempts: 15 },
  reset: { life: hour, sends: 20, attempts: 15 },
  'verify-email': { life: 24 * hour, sends: 5, attempts: 15 },
  'verify-phone_number': { life: 24 * hour, sends: 5, attempts: 15 },
}

const digits = '0123456789'

export const tooMany = () =>
  fail('LimitExceededException', 'Attempt limit exceeded, please try after some time.')

export const mismatch = () =>
  fail('CodeMismatchException', 'Invalid verification code provided, please try again.')

export const expired = () =>
  fail('ExpiredCodeException', 'Invalid code provided, please request a code again.')

/** Makes a code, in place of one that was there; whoever asks too often is refused. */
export async function newCode(
  tx: Transaction,
  { pool, sub }: Pick<UserRecord, 'pool' | 'sub'>,
  purpose: Purpose,
  { attribute, address }: Destination,
  ctx: Pick<CallContext, 'now' | 'random'>,
): Promise<string> {
  const now = ctx.now()
  const recent = (time: Date) => now.getTime() - time.getTime() < hour
  const old = await tx.of(codes).get([pool, sub, purpose])
  const sent = (old?.sent ?? []).filter(recent)
  const { life, sends } = rules[purpose]
  if (sent.length >= sends) throw tooMany()
  const code = ctx.random.text(6, digits)
  const record: CodeRecord = {
    pool,
    sub,
    purpose,
    code,
    attribute,
    address,
    expiresAt: new Date(now.getTime() + life),
    open: true,
    sent: [...sent, now],
    failed: (old?.failed ?? []).filter(recent),
  }
  await tx.of(codes).put(record)
  return code
}

/** How an attempt with a code ended. A good code is used up with it. */
export type Attempt =
  | { readonly good: CodeRecord }
  | {
      readonly refused: () => Error
      /** There was never a code. */
      readonly none?: boolean
    }

/**
 * Tries a code within the transaction that does what it permits. A refusal is returned, not thrown, so
 * that the failed attempt is kept: throw it after the commit.
 * @param how `look` leaves a good code good
 */
export async function tryCode(
  tx: Transaction,
  { pool, sub }: Pick<UserRecord, 'pool' | 'sub'>,
  purpose: Purpose,
  given: string,
  now: Date,
  how: 'use' | 'look' = 'use',
): Promise<Attempt> {
  const record = await tx.of(codes).get([pool, sub, purpose])
  if (record === undefined) return { refused: expired, none: true }
  const failed = record.failed.filter((time) => now.getTime() - time.getTime() < hour)
  if (failed.length >= rules[purpose].attempts) return { refused: tooMany }
  const a = Buffer.from(given)
  const b = Buffer.from(record.code)
  if (a.length !== b.length || !timingSafeEqual(a, b)) {
    await tx.of(codes).put({ ...record, failed: [...failed, now] })
    return { refused: mismatch }
  }
  if (!record.open || record.expiresAt <= now) return { refused: expired }
  if (how === 'use') await tx.of(codes).put({ ...record, open: false, failed })
  return { good: record }
}
