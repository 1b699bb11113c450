import type { CallContext } from '../../kernel/context.ts'
import type { App } from './client-places.ts'
import type { UserRecord } from './user-records.ts'

type What = 'reset' | 'confirm'

/**
 * Sends a code later, or nothing to nobody: for clients that hide who exists, both take the same work
 * and the same time.
 */
export async function sendLater(
  what: What,
  { pool, client, metadata = {}, from }: App,
  user: UserRecord | undefined,
  ctx: CallContext,
): Promise<void> {
  const sub = user?.sub ?? ''
  await ctx.store.transaction(async (tx) => {
    tx.schedule({
      type: 'cognito-idp.SendHidden',
      key: ctx.random.uuid(),
      dueAt: ctx.now().getTime(),
      detail: {
        what,
        pool: pool.id,
        client: client.id,
        sub,
        metadata: JSON.stringify(metadata),
        from: JSON.stringify(from ?? null),
      },
    })
  })
}
