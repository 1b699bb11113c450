import type { CallContext } from '../../kernel/context.ts'
import { credentialsOf } from './changing.ts'
import type { App } from './client-places.ts'
import { fail } from './contract.ts'
import {
  type DeviceRecord,
  deviceGroupKey,
  foundDevice,
  rememberedDevice,
} from './device-records.ts'
import { checkLock } from './lockout.ts'
import { incorrect, noteFailure, noteProof } from './password-sign-in.ts'
import { signedIn } from './sign-in-end.ts'
import { newSession, type SignInSession, spent } from './sign-in-sessions.ts'
import { type Parameters, progressOf, required, type Step } from './sign-in-steps.ts'
import { newBlock, openClaim } from './srp-blocks.ts'
import { type UserRecord, users } from './user-records.ts'

const notAuthorized = () => fail('NotAuthorizedException', 'Invalid session for the user.')

/** The device that answers, which must be the one that the sign-in named. */
async function deviceIn(
  user: UserRecord,
  named: string | undefined,
  answers: Parameters,
  ctx: CallContext,
): Promise<DeviceRecord> {
  const key = required(answers, 'DEVICE_KEY')
  if (key !== named) throw notAuthorized()
  return foundDevice(ctx.store, user, key)
}

/** Answers DEVICE_SRP_AUTH: the device's public value for the server's. */
export async function startDeviceSrp(
  app: App,
  user: UserRecord,
  session: SignInSession,
  answers: Parameters,
  ctx: CallContext,
): Promise<Step> {
  const device = await deviceIn(user, session.device, answers, ctx)
  const A = required(answers, 'SRP_A')
  const { salt, verifier } = device.srp
  const { username, sub } = user
  const begin = { ...progressOf(session), id: session.id, A, verifier, username, sub }
  const block = await newBlock('device', app, begin, ctx)
  const challenge = 'DEVICE_PASSWORD_VERIFIER'
  return {
    ChallengeName: challenge,
    Session: await newSession(app, { ...progressOf(session), sub, challenge }, ctx),
    ChallengeParameters: {
      SALT: salt,
      ...block,
      DEVICE_KEY: device.key,
      USERNAME: username,
    },
  }
}

/** Ends the exchange: the device takes the place of the second factor. */
export async function endDeviceSrp(app: App, answers: Parameters, ctx: CallContext): Promise<Step> {
  const { block, isProven } = await openClaim('device', app, answers, ctx)
  const user = await ctx.store.of(users).get([block.pool, block.sub!])
  if (user === undefined) throw notAuthorized()
  if (!user.enabled) throw fail('NotAuthorizedException', 'User is disabled.')
  checkLock(await credentialsOf(ctx, user), ctx.now())
  const device = await deviceIn(user, block.device, answers, ctx)
  const identity = deviceGroupKey(app.pool, user) + device.key
  if (!isProven(device.srp.verifier, identity)) {
    await noteFailure(user, ctx)
    throw incorrect()
  }
  // It may have been forgotten, or its pool have changed, between the two calls.
  if ((await rememberedDevice(app, user, block, ctx)) === undefined) throw notAuthorized()
  await noteProof(user, ctx, (old) => spent(old, block, ctx.now()))
  return signedIn(app, user, block, ctx)
}
