import type { CallContext } from '../../kernel/context.ts'
import type { App } from './client-places.ts'
import { hides } from './pretence.ts'
import { ask, attributesFor, hookOf, metadataOf } from './triggers.ts'
import type { UserRecord } from './user-records.ts'
import { findUser } from './usernames.ts'

/** Lets the pool's function refuse a sign-in before anything was proven. */
export async function preAuthentication(app: App, name: string, ctx: CallContext): Promise<void> {
  if (hookOf(app.pool, 'PreAuthentication') === undefined) return
  const user = await findUser(ctx.store, app.pool, name)
  // Where the client tells who exists, the function hears of nobody else.
  if (user === undefined && !hides(app)) return
  const request = {
    userAttributes: user === undefined ? {} : attributesFor(user),
    validationData: app.metadata ?? {},
    ...(hides(app) && { userNotFound: user === undefined }),
  }
  const asked = {
    source: 'PreAuthentication_Authentication',
    userName: user?.username ?? name,
    request,
    response: {},
  }
  await ask('PreAuthentication', app, asked, ctx)
}

/** Tells the pool's function that somebody has signed in. */
export async function postAuthentication(
  app: App,
  user: UserRecord,
  newDeviceUsed: boolean,
  ctx: CallContext,
): Promise<void> {
  const request = { userAttributes: attributesFor(user), newDeviceUsed, ...metadataOf(app) }
  const source = 'PostAuthentication_Authentication'
  await ask(
    'PostAuthentication',
    app,
    { source, userName: user.username, request, response: {} },
    ctx,
  )
}
