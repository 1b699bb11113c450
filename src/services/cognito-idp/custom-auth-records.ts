import type { CallContext } from '../../kernel/context.ts'
import { collection, type Job } from '../../kernel/store.ts'
import type { App } from './client-places.ts'
import { fail } from './contract.ts'

/** One challenge of a custom sign-in, as functions hear of it. */
export interface Round {
  readonly challengeName: string
  readonly challengeResult: boolean
  readonly challengeMetadata?: string | undefined
}

/** Where a custom sign-in stands: what functions keep from the app is too much for a session. */
export interface CustomAuthRecord {
  readonly pool: string
  readonly id: string
  readonly rounds: readonly Round[]
  /** What VerifyAuthChallengeResponse compares with. */
  readonly secret?: Readonly<Record<string, string>> | undefined
  /** Of the challenge that waits for its answer. */
  readonly metadata?: string | undefined
}

export const customAuths = collection<CustomAuthRecord>('cognito.custom-auth')({
  scope: 'region',
  version: 1,
  key: ({ pool, id }) => [pool, id],
})

/** Keeps a state until it is asked for, or its session has expired. */
export async function keep(
  { pool, client }: App,
  state: Omit<CustomAuthRecord, 'pool' | 'id'>,
  ctx: CallContext,
): Promise<string> {
  const id = ctx.random.uuid()
  const minutes = client.settings.AuthSessionValidity ?? 3
  await ctx.store.transaction(async (tx) => {
    await tx.of(customAuths).create({ ...state, pool: pool.id, id })
    tx.schedule({
      type: 'cognito-idp.ForgetCustomAuth',
      key: id,
      dueAt: ctx.now().getTime() + minutes * 60_000,
      detail: { pool: pool.id, id },
    })
  })
  return id
}

/** The state behind a session, for the only time. */
export const take = ({ pool }: App, id: string, ctx: CallContext): Promise<CustomAuthRecord> =>
  ctx.store.transaction(async (tx) => {
    const record = await tx.of(customAuths).get([pool.id, id])
    if (record === undefined)
      throw fail(
        'NotAuthorizedException',
        'Invalid session for the user, session can only be used once.',
      )
    await tx.of(customAuths).delete([pool.id, id])
    return record
  })

/** A custom sign-in that nobody went on with. */
export async function forgetCustomAuth({ detail }: Job, ctx: CallContext): Promise<void> {
  const key = [String(detail.pool), String(detail.id)]
  await ctx.store.transaction(async (tx) => {
    await tx.of(customAuths).delete(key)
  })
}
