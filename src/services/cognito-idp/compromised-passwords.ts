import type { EventFilterType } from '@aws-sdk/client-cognito-identity-provider'
import type { CallContext } from '../../kernel/context.ts'
import { changeUser } from './changing.ts'
import type { App } from './client-places.ts'
import { fail } from './contract.ts'
import { noteEvent } from './event-notes.ts'
import { riskSettings } from './risk-configurations.ts'
import type { Progress } from './sign-in-steps.ts'
import { threatMode } from './threat-mode.ts'
import type { UserRecord } from './user-records.ts'

interface Finding {
  /** Others know the password. */
  readonly found: boolean
  /** The pool does not take it. */
  readonly refused: boolean
}

/** Whether a password is one that others know, and what the pool does then. */
export async function compromise(
  app: App,
  password: string,
  event: EventFilterType,
  ctx: CallContext,
): Promise<Finding> {
  const mode = threatMode(app.pool)
  if (mode === 'OFF') return { found: false, refused: false }
  const { CompromisedCredentialsRiskConfiguration: settings } = await riskSettings(app, ctx)
  const asked = settings?.EventFilter ?? [event]
  const found = asked.includes(event) && ctx.ports.compromised.has(password)
  const blocks = mode === 'ENFORCED' && settings?.Actions.EventAction === 'BLOCK'
  return { found, refused: found && blocks }
}

/**
 * Refuses a new password that others know.
 * @param who has proven that the account is theirs: the refusal is among their events
 * @returns whether others know it
 */
export async function checkCompromise(
  app: App,
  password: string,
  event: 'SIGN_UP' | 'PASSWORD_CHANGE',
  ctx: CallContext,
  who?: UserRecord,
): Promise<boolean> {
  const { found, refused } = await compromise(app, password, event, ctx)
  if (!refused) return found
  const mark = { ...compromisedMark(ctx), decision: 'Block' } as const
  if (who !== undefined)
    await noteEvent(app, who, { type: 'PasswordChange', response: 'Fail', mark }, ctx)
  throw fail('InvalidPasswordException', 'Provided password cannot be used for security reasons.')
}

/** Looks at the password of a sign-in, which was right; who has one that others know gets another first. */
export async function checkSignInPassword(
  app: App,
  user: UserRecord,
  password: string,
  progress: Progress,
  ctx: CallContext,
): Promise<Progress> {
  const { found, refused } = await compromise(app, password, 'SIGN_IN', ctx)
  // Who must choose another password at once has one of an administrator's.
  if (!found || user.status === 'UNCONFIRMED') return progress
  if (!refused || user.status === 'FORCE_CHANGE_PASSWORD') return { ...progress, compromised: true }
  const mark = { id: ctx.requestId, decision: 'Block', compromised: true } as const
  const challenges = [{ ChallengeName: 'Password', ChallengeResponse: 'Success' }] as const
  await noteEvent(app, user, { type: 'SignIn', response: 'Fail', mark, challenges }, ctx)
  await changeUser(ctx, user, { user: (old) => ({ ...old, status: 'RESET_REQUIRED' }) })
  throw fail(
    'PasswordResetRequiredException',
    'Password reset required for user due to security reasons',
  )
}

/** How the event of a password that others know is marked. */
export const compromisedMark = ({ requestId: id }: Pick<CallContext, 'requestId'>) =>
  ({ id, decision: 'NoRisk', compromised: true }) as const

/** Writes that a user has another password. */
export const notePassword = (
  app: App,
  user: UserRecord,
  type: 'PasswordChange' | 'ForgotPassword',
  compromised: boolean,
  ctx: CallContext,
): Promise<void> => {
  const mark = compromised ? compromisedMark(ctx) : undefined
  return noteEvent(app, user, { type, response: 'Pass', mark }, ctx)
}
