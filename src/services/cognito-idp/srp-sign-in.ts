import { srpVerifier } from '../../crypto/srp.ts'
import type { CallContext } from '../../kernel/context.ts'
import { credentialsOf } from './changing.ts'
import type { App } from './client-places.ts'
import { fail } from './contract.ts'
import { checkDevice } from './device-records.ts'
import { checkLock } from './lockout.ts'
import { incorrect, noteFailure, noteProof, unknownUser } from './password-sign-in.ts'
import { poolName } from './passwords.ts'
import { hides, pretended, pretendedSub } from './pretence.ts'
import { spent } from './sign-in-sessions.ts'
import {
  type Parameters,
  type Progress,
  progressOf,
  type Step,
  withDevice,
} from './sign-in-steps.ts'
import { newBlock, openClaim } from './srp-blocks.ts'
import { noteWrongPassword } from './threat-protection.ts'
import { type UserRecord, users } from './user-records.ts'

/** Salt, verifier and id of a user who does not exist: always the same for the same name. */
function stranger({ pool }: App, name: string) {
  const salt = pretended(pool, 'salt', name).slice(0, 32)
  const sub = pretendedSub(pool, name)
  const username = pool.usernameAttributes.length > 0 ? sub : name
  const password = pretended(pool, 'password', name)
  return { username, sub, srp: { salt, verifier: srpVerifier(username, password, salt) } }
}

/** Begins SRP: the client's public value for the server's. */
export async function startSrp(
  app: App,
  user: UserRecord | undefined,
  { name, A, ...progress }: Progress & { readonly name: string; readonly A: string },
  ctx: CallContext,
): Promise<Step> {
  if (user === undefined && !hides(app)) throw unknownUser(app)
  if (user?.status === 'RESET_REQUIRED')
    throw fail('PasswordResetRequiredException', 'Password reset required for the user')
  const stand = stranger(app, name)
  const srp = (user && (await credentialsOf(ctx, user)).srp) ?? stand.srp
  const username = user?.username ?? stand.username
  const { verifier, salt } = srp
  const begin = { ...progressOf(progress), A, verifier, username, sub: user?.sub ?? stand.sub }
  const { SECRET_BLOCK, SRP_B } = await newBlock('user', app, begin, ctx)
  return {
    ChallengeName: 'PASSWORD_VERIFIER',
    ChallengeParameters: {
      SALT: salt,
      SECRET_BLOCK,
      SRP_B,
      USERNAME: username,
      USER_ID_FOR_SRP: username,
    },
  }
}

/** Ends SRP: the client's signature proves the password. */
export async function proveSrp(app: App, answers: Parameters, ctx: CallContext) {
  const { block, isProven } = await openClaim('user', app, answers, ctx)
  const user = await ctx.store.of(users).get([block.pool, block.sub])
  const credential = user && (await credentialsOf(ctx, user))
  if (credential !== undefined) checkLock(credential, ctx.now())
  const { verifier } = credential?.srp ?? stranger(app, block.username).srp
  const good = isProven(verifier, poolName(app.pool.id) + block.username)
  if (user === undefined || credential === undefined) throw unknownUser(app)
  if (!good || credential.srp === undefined) {
    await noteFailure(user, ctx)
    await noteWrongPassword(app, user, ctx)
    throw incorrect()
  }
  const progress = withDevice({ ...block, amr: [...block.amr, 'pwd'] }, answers)
  // A client that names a device which is gone answers the same block again without it.
  await checkDevice(app, user, progress, ctx)
  await noteProof(user, ctx, (old) => spent(old, block, ctx.now()))
  return { user, credential, progress }
}
