import type { AuthenticationResultType } from '@aws-sdk/client-cognito-identity-provider'
import type { CallContext } from '../../kernel/context.ts'
import { timedUuid } from '../../kernel/ids.ts'
import { levelOf } from './authentication-levels.ts'
import { postAuthentication } from './authentication-triggers.ts'
import { changeUser, credentialsOf } from './changing.ts'
import type { App } from './client-places.ts'
import { fail } from './contract.ts'
import type { CredentialRecord } from './credential-records.ts'
import { deviceGroupKey, deviceOf } from './device-records.ts'
import { nextFactor } from './factors.ts'
import { newRefreshToken } from './refresh-tokens.ts'
import { newSession } from './sign-in-sessions.ts'
import type { SignIn } from './sign-in-steps.ts'
import { type Progress, progressOf, type Step } from './sign-in-steps.ts'
import { judged, noteStep } from './threat-protection.ts'
import { newTokens } from './tokens.ts'
import type { UserRecord } from './user-records.ts'
import { noteSignIn } from './user-session-records.ts'

const notAuthorized = (message: string) => fail('NotAuthorizedException', message)

/** What follows when the password has been proven. */
export async function afterPassword(
  app: App,
  user: UserRecord,
  credential: CredentialRecord,
  proven: Progress,
  ctx: CallContext,
): Promise<Step> {
  if (!user.enabled) throw notAuthorized('User is disabled.')
  if (user.status === 'UNCONFIRMED')
    throw fail('UserNotConfirmedException', 'User is not confirmed.')
  const progress = await judged(app, user, proven, ctx)
  if (user.status !== 'FORCE_CHANGE_PASSWORD') return afterFirstFactor(app, user, progress, ctx)
  if (credential.temporaryUntil !== undefined && credential.temporaryUntil <= ctx.now())
    throw notAuthorized('Temporary password has expired and must be reset by an administrator.')
  const missing = app.pool.schema
    .filter(({ Name, Required }) => Required && Name !== 'sub' && !user.attributes[Name!])
    .map(({ Name }) => `userAttributes.${Name}`)
  const ChallengeName = 'NEW_PASSWORD_REQUIRED'
  const step = {
    ChallengeName,
    Session: await newSession(
      app,
      { ...progressOf(progress), sub: user.sub, challenge: ChallengeName },
      ctx,
    ),
    ChallengeParameters: {
      USER_ID_FOR_SRP: user.username,
      requiredAttributes: JSON.stringify(missing),
      userAttributes: JSON.stringify(user.attributes),
    },
  } as const
  return noteStep(app, user, progress, step, ctx)
}

/** A second factor where there is one, else tokens. */
export async function afterFirstFactor(
  app: App,
  user: UserRecord,
  progress: Progress,
  ctx: CallContext,
): Promise<Step> {
  const next = await nextFactor(app, user, progress, ctx)
  return next === undefined
    ? signedIn(app, user, progress, ctx)
    : noteStep(app, user, progress, next, ctx)
}

/** The tokens of a new sign-in. */
export async function signedIn(
  app: App,
  user: UserRecord,
  proven: Progress,
  ctx: CallContext,
  kind: 'standard' | 'custom' = 'standard',
): Promise<Step> {
  const progress = await judged(app, user, proven, ctx, kind)
  const { amr, target = 0, risk } = progress
  // Who began without a password has not been asked for a second factor yet.
  if (proven.risk === undefined && risk?.ask) return afterFirstFactor(app, user, progress, ctx)
  // All or nothing: a level that was asked for and not reached gives no tokens.
  if ((levelOf(amr) ?? 0) < target) throw notAuthorized('The requested level was not reached.')
  if ((await credentialsOf(ctx, user)).failures > 0)
    await changeUser(ctx, user, {
      credential: (old) => ({ ...old, failures: 0, failedAt: undefined }),
    })
  const now = ctx.now().getTime()
  const device = await deviceOf(app, user, progress, ctx)
  const signIn: SignIn = {
    origin: timedUuid(now, ctx.random),
    authTime: Math.floor(now / 1_000),
    device: device?.key,
    amr,
    event: risk?.id,
  }
  await noteSignIn(app, user, signIn, ctx)
  const result = await resultOf(app, user, signIn, progress, ctx)
  await postAuthentication(app, user, device?.isNew ?? false, ctx)
  const NewDeviceMetadata = device?.isNew
    ? { DeviceKey: device.key, DeviceGroupKey: deviceGroupKey(app.pool, user) }
    : undefined
  const step = {
    ChallengeParameters: {},
    AuthenticationResult: {
      ...result,
      ...(NewDeviceMetadata && { NewDeviceMetadata }),
    },
  }
  return noteStep<Step>(app, user, progress, step, ctx)
}

/** The tokens of a sign-in; sign-in pages end otherwise. */
async function resultOf(
  app: App,
  user: UserRecord,
  signIn: SignIn,
  { renewed }: Progress,
  ctx: CallContext,
): Promise<AuthenticationResultType> {
  if (app.ending !== undefined) {
    await app.ending(user, signIn)
    return {}
  }
  const [tokens, RefreshToken] = await Promise.all([
    newTokens(app, user, signIn, ctx, renewed ? 'NewPasswordChallenge' : 'Authentication'),
    newRefreshToken(app, user, signIn, ctx),
  ])
  return { ...tokens, RefreshToken }
}
