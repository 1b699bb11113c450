import { createHash, timingSafeEqual } from 'node:crypto'
import { isSrpPublic, srpChallenge, srpSignature, srpVerifier } from '../../crypto/srp.ts'
import type { CallContext } from '../../kernel/context.ts'
import { credentialsOf } from './changing.ts'
import type { App } from './client-places.ts'
import { fail, invalid } from './contract.ts'
import { checkLock } from './lockout.ts'
import { incorrect, noteFailure, noteProof, unknownUser } from './password-sign-in.ts'
import { poolName } from './passwords.ts'
import { hides, pretended, pretendedSub } from './pretence.ts'
import { afterPassword } from './sign-in-end.ts'
import { spent } from './sign-in-sessions.ts'
import type { Step } from './sign-in-steps.ts'
import { type UserRecord, users } from './user-records.ts'

/** The server's side of an exchange, sealed into the SECRET_BLOCK. */
interface Block {
  readonly id: string
  readonly pool: string
  readonly client: string
  /** Undefined when there is no such user. */
  readonly sub?: string | undefined
  readonly username: string
  readonly A: string
  readonly B: string
  /** Hexadecimal. */
  readonly secret: string
  readonly expiresAt: number
}

const bound = 'cognito-idp/srp'

/** Salt, verifier and id of a user who does not exist: always the same for the same name. */
function stranger({ pool }: App, name: string) {
  const salt = pretended(pool, 'salt', name).slice(0, 32)
  const username = pool.usernameAttributes.length > 0 ? pretendedSub(pool, name) : name
  const password = pretended(pool, 'password', name)
  return { username, srp: { salt, verifier: srpVerifier(username, password, salt) } }
}

/** Begins SRP: the client's public value for the server's. */
export async function startSrp(
  app: App,
  user: UserRecord | undefined,
  { name, A }: { readonly name: string; readonly A: string },
  ctx: CallContext,
): Promise<Step> {
  if (!isSrpPublic(A)) throw invalid('Invalid SRP_A.')
  if (user === undefined && !hides(app)) throw unknownUser(app)
  if (user?.status === 'RESET_REQUIRED')
    throw fail('PasswordResetRequiredException', 'Password reset required for the user')
  const stand = stranger(app, name)
  const srp = (user && (await credentialsOf(ctx, user)).srp) ?? stand.srp
  const username = user?.username ?? stand.username
  const secret = ctx.random.bytes(32)
  const B = srpChallenge(srp.verifier, secret)
  const minutes = app.client.settings.AuthSessionValidity ?? 3
  const block: Block = {
    id: ctx.random.uuid(),
    pool: app.pool.id,
    client: app.client.id,
    sub: user?.sub,
    username,
    A,
    B,
    secret: Buffer.from(secret).toString('hex'),
    expiresAt: ctx.now().getTime() + minutes * 60_000,
  }
  const seal = await ctx.ports.seals.ready('cognito-idp.srp')
  const sealed = seal.seal(new TextEncoder().encode(JSON.stringify(block)), bound)
  return {
    ChallengeName: 'PASSWORD_VERIFIER',
    ChallengeParameters: {
      SALT: srp.salt,
      SECRET_BLOCK: Buffer.from(sealed).toString('base64'),
      SRP_B: B,
      USERNAME: username,
      USER_ID_FOR_SRP: username,
    },
  }
}

const equal = (a: string, b: string): boolean =>
  timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest())

/** Ends SRP: the client's signature proves the password. */
export async function endSrp(
  app: App,
  answers: Readonly<Record<string, string>>,
  ctx: CallContext,
): Promise<Step> {
  const signature = answers.PASSWORD_CLAIM_SIGNATURE
  const text = answers.PASSWORD_CLAIM_SECRET_BLOCK
  const stamp = answers.TIMESTAMP
  if (signature === undefined) throw missing('PASSWORD_CLAIM_SIGNATURE')
  if (text === undefined) throw missing('PASSWORD_CLAIM_SECRET_BLOCK')
  if (stamp === undefined) throw missing('TIMESTAMP')
  const sealed = Buffer.from(text, 'base64')
  const seal = await ctx.ports.seals.ready('cognito-idp.srp')
  const opened = seal.open(sealed.toString(), bound)
  if (opened === undefined) throw incorrect()
  const block: Block = JSON.parse(new TextDecoder().decode(opened))
  if (block.pool !== app.pool.id || block.client !== app.client.id) throw incorrect()
  if (block.expiresAt <= ctx.now().getTime())
    throw fail('NotAuthorizedException', 'Invalid session for the user, session is expired.')
  const user =
    block.sub === undefined ? undefined : await ctx.store.of(users).get([block.pool, block.sub])
  const credential = user && (await credentialsOf(ctx, user))
  if (credential !== undefined) checkLock(credential, ctx.now())
  const { verifier } = credential?.srp ?? stranger(app, block.username).srp
  const { A, B } = block
  const secret = Buffer.from(block.secret, 'hex')
  const identity = poolName(app.pool.id) + block.username
  const expected = srpSignature({ A, B, verifier, secret }, [identity, sealed, stamp])
  const good = expected !== undefined && equal(expected, signature)
  if (user === undefined || credential === undefined) throw unknownUser(app)
  if (!good || credential.srp === undefined) {
    await noteFailure(user, ctx)
    throw incorrect()
  }
  await noteProof(user, ctx, (old) => spent(old, block, ctx.now()))
  return afterPassword(app, user, credential, { amr: ['pwd'] }, ctx)
}

const missing = (name: string) => invalid(`Missing required parameter ${name}`)
