import type { CallContext } from '../../kernel/context.ts'
import { changed, checkedAttributes, checkRequired, checkWritable } from './attributes.ts'
import { changeUser, credentialsOf } from './changing.ts'
import type { App } from './client-places.ts'
import { checkCompromise } from './compromised-passwords.ts'
import { fail } from './contract.ts'
import { checkHistory, checkPassword, newPassword, withPassword } from './passwords.ts'
import { afterFirstFactor } from './sign-in-end.ts'
import { type SignInSession, spent } from './sign-in-sessions.ts'
import { progressOf, required, type Step } from './sign-in-steps.ts'
import type { UserRecord } from './user-records.ts'

const prefix = 'userAttributes.'

/** Answers NEW_PASSWORD_REQUIRED: the temporary password goes, missing attributes come. */
export async function answerNewPassword(
  app: App,
  user: UserRecord,
  session: SignInSession,
  answers: Readonly<Record<string, string>>,
  ctx: CallContext,
): Promise<Step> {
  const { pool } = app
  const password = required(answers, 'NEW_PASSWORD')
  const list = Object.entries(answers)
    .filter(([name]) => name.startsWith(prefix))
    .map(([name, Value]) => ({ Name: name.slice(prefix.length), Value }))
  checkWritable(
    pool,
    app.client,
    list.map(({ Name }) => Name),
  )
  const wanted = checkedAttributes(pool, list, user.attributes)
  checkRequired(pool, { ...user.attributes, ...wanted })
  checkPassword(pool, password)
  await checkCompromise(app, password, 'PASSWORD_CHANGE', ctx, user)
  await checkHistory(pool, await credentialsOf(ctx, user), password, ctx)
  const made = await newPassword(pool, user.username, password, ctx)
  const confirmed = await changeUser(ctx, user, {
    user(old) {
      if (old.status !== 'FORCE_CHANGE_PASSWORD')
        throw fail('NotAuthorizedException', 'Invalid session for the user.')
      return { ...old, status: 'CONFIRMED', attributes: changed(old.attributes, wanted) }
    },
    credential: (old) => withPassword(spent(old, session, ctx.now()), made, pool),
  })
  return afterFirstFactor(app, confirmed, { ...progressOf(session), renewed: true }, ctx)
}
