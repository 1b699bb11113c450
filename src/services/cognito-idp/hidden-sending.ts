import type { CallContext } from '../../kernel/context.ts'
import type { Job } from '../../kernel/store.ts'
import { livingClient } from './clients.ts'
import { noteEvent } from './event-notes.ts'
import { livingPool } from './pool-targets.ts'
import { recoveryDestination, sendReset } from './recovery.ts'
import { resendConfirmation } from './sign-up.ts'
import { users } from './user-records.ts'

/** Whether a delivery failed for a reason that trying again does not change. */
const isFinal = (error: unknown): boolean =>
  error instanceof Error && error.name.endsWith('Exception')

/** Does what `sendLater` put off. */
export async function sendHidden({ detail }: Job, ctx: CallContext): Promise<void> {
  const key = [String(detail.pool), String(detail.sub)]
  const user = await ctx.store.of(users).get(key)
  if (user === undefined) return
  try {
    const pool = await livingPool(ctx.store, user.pool)
    const client = await livingClient(ctx.store, user.pool, String(detail.client))
    const metadata = JSON.parse(String(detail.metadata))
    const from = JSON.parse(String(detail.from ?? 'null')) ?? undefined
    const app = { pool, client, from, ...(Object.keys(metadata).length > 0 && { metadata }) }
    if (detail.what === 'confirm') await resendConfirmation(app, user, ctx)
    else {
      const to = recoveryDestination(pool, user, 'self')
      if (to === undefined) return
      await sendReset(ctx, app, user, to)
      await noteEvent(app, user, { type: 'ForgotPassword', response: 'InProgress' }, ctx)
    }
  } catch (error) {
    if (!isFinal(error)) throw error
    ctx.log.warn('a code could not be sent', { cause: String(error) })
  }
}
