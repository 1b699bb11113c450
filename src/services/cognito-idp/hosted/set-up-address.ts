import { changed, checkedAttributes, checkWritable } from '../attributes.ts'
import { changeUser } from '../changing.ts'
import type { App } from '../client-places.ts'
import { fail } from '../contract.ts'
import { challengeOf, factorsToSetUp } from '../factors.ts'
import { checkSession, type SignInSession, spent } from '../sign-in-sessions.ts'
import type { Step } from '../sign-in-steps.ts'
import { users } from '../user-records.ts'
import { sent, type Visit } from './visit.ts'

/** The attribute that codes of a second factor are sent to; undefined for an app. */
export const addressOf = (way: string): 'email' | 'phone_number' | undefined =>
  way === 'EMAIL_OTP' ? 'email' : way === 'SMS_MFA' ? 'phone_number' : undefined

/**
 * Gives a user who has no second factor an address for codes, and sends the first one there. It is verified
 * when the code comes back.
 */
export async function withAddress(visit: Visit, app: App, session: SignInSession): Promise<Step> {
  const { ctx } = visit
  const { pool, client } = app
  checkSession(session, app, 'MFA_SETUP')
  const way = factorsToSetUp(pool).find((one) => one === sent(visit, 'way'))
  const Name = way && addressOf(way)
  const user = await ctx.store.of(users).get([pool.id, session.sub])
  // Who has an address already has a second factor.
  if (Name === undefined || !user?.enabled || user.attributes[Name] !== undefined)
    throw fail('NotAuthorizedException', 'Invalid session for the user.')
  checkWritable(pool, client, [Name])
  const wanted = checkedAttributes(
    pool,
    [{ Name, Value: sent(visit, 'address').trim() }],
    user.attributes,
  )
  const reachable = await changeUser(ctx, user, {
    user: (old) => ({ ...old, attributes: changed(old.attributes, wanted) }),
    credential: (old) => spent(old, session, ctx.now()),
  })
  return challengeOf(way!, app, reachable, session, ctx)
}
