import type { PageContext } from '../../kernel/page.ts'
import { collection } from '../../kernel/store.ts'

interface AttemptsRecord {
  readonly id: string
  /** Name in lower case: a name that nobody has is counted like one that somebody has. */
  readonly name: string
  readonly misses: number
  readonly lastMiss: number
}

export const attempts = collection<AttemptsRecord>('signin.attempts')({
  scope: 'account',
  version: 1,
  key: ({ id }) => [id],
  indexes: { name: { kind: 'blind', unique: true, of: ({ name }: AttemptsRecord) => name } },
})

/** Misses that cost nothing; each more doubles the time until the next password is looked at. */
const free = 5
const firstWait = 30_000
const longestWait = 900_000
/** Milliseconds after which misses are forgotten. */
const memory = 3_600_000

const waitAfter = (misses: number): number =>
  misses < free ? 0 : Math.min(longestWait, firstWait * 2 ** (misses - free))

const storeOf = (account: string, ctx: PageContext) => ctx.open({ account, region: 'us-east-1' })

const find = (account: string, name: string, ctx: PageContext) =>
  storeOf(account, ctx).of(attempts).findOne('name', name.toLowerCase())

/** Whether a password may be believed now, after too many wrong ones. */
export async function attemptsLeft(
  account: string,
  name: string,
  ctx: PageContext,
): Promise<boolean> {
  const known = await find(account, name, ctx)
  return known === undefined || ctx.now().getTime() >= known.lastMiss + waitAfter(known.misses)
}

/** Counts a wrong password. */
export function missed(account: string, name: string, ctx: PageContext): Promise<void> {
  const now = ctx.now().getTime()
  const id = ctx.random.uuid()
  return storeOf(account, ctx).transaction(async (tx) => {
    const known = await tx.of(attempts).findOne('name', name.toLowerCase())
    const recent = known !== undefined && now - known.lastMiss < memory
    await tx.of(attempts).put({
      id: known?.id ?? id,
      name: name.toLowerCase(),
      misses: recent ? known.misses + 1 : 1,
      lastMiss: now,
    })
    const key = known?.id ?? id
    tx.schedule({ type: 'signin.ForgetMisses', key, dueAt: now + memory, detail: { id: key } })
  })
}

/** Forgets the misses of somebody who got in. */
export async function passed(account: string, name: string, ctx: PageContext): Promise<void> {
  const known = await find(account, name, ctx)
  if (known !== undefined)
    await storeOf(account, ctx).transaction((tx) => tx.of(attempts).delete([known.id]))
}
