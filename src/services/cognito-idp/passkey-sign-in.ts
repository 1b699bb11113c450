import { provenCount, WebAuthnFault } from '../../crypto/webauthn.ts'
import type { CallContext } from '../../kernel/context.ts'
import { changeUserIn, credentialsOf } from './changing.ts'
import type { App } from './client-places.ts'
import { invalid } from './contract.ts'
import type { CredentialRecord } from './credential-records.ts'
import { factorsOf } from './factors.ts'
import { checkLock } from './lockout.ts'
import { isPasskeyMfa, type PasskeyRecord, passkeys, relyingPartyOf } from './passkey-records.ts'
import { incorrect, noteFailure } from './password-sign-in.ts'
import { signedIn } from './sign-in-end.ts'
import { type SignInSession, spent } from './sign-in-sessions.ts'
import { type Method, progressOf, type Step } from './sign-in-steps.ts'
import type { UserRecord } from './user-records.ts'

const timeout = 180_000

/** The challenge of a sign-in by passkey, to be kept in its session. */
export const newPasskeyChallenge = ({ random }: Pick<CallContext, 'random'>): string =>
  Buffer.from(random.bytes(32)).toString('base64url')

/** What a browser wants to know for `navigator.credentials.get`. */
export async function requestOptions(
  { pool }: App,
  challenge: string,
  known: readonly Pick<PasskeyRecord, 'credentialId' | 'transports'>[],
  ctx: CallContext,
): Promise<string> {
  return JSON.stringify({
    challenge,
    timeout,
    rpId: await relyingPartyOf(pool, ctx),
    allowCredentials: known.map(({ credentialId: id, transports }) => ({
      type: 'public-key',
      id,
      ...(transports.length > 0 && { transports }),
    })),
    userVerification: pool.mfa.webAuthn?.UserVerification ?? 'preferred',
  })
}

interface Assertion {
  readonly id: string
  readonly response: {
    readonly clientDataJSON: string
    readonly authenticatorData: string
    readonly signature: string
    readonly userHandle?: string | undefined
  }
}

function assertionIn(text: string): Assertion {
  let value: Partial<Assertion> | null
  try {
    value = JSON.parse(text)
  } catch {
    throw invalid('CREDENTIAL is not JSON.')
  }
  const { id, response } = value ?? {}
  const { clientDataJSON, authenticatorData, signature, userHandle } = response ?? {}
  const texts = [id, clientDataJSON, authenticatorData, signature, userHandle ?? '']
  if (texts.some((one) => typeof one !== 'string'))
    throw invalid('CREDENTIAL is not the JSON form of an assertion.')
  return value as Assertion
}

const bytes = (text: string) => Buffer.from(text, 'base64url')

/** Answers WEB_AUTHN: the passkey signs the session's challenge. */
export async function answerPasskey(
  app: App,
  user: UserRecord | undefined,
  session: SignInSession,
  text: string,
  ctx: CallContext,
): Promise<Step> {
  const { id, response } = assertionIn(text)
  const credential = user && (await credentialsOf(ctx, user))
  if (credential !== undefined) checkLock(credential, ctx.now())
  if (user === undefined || credential === undefined) throw incorrect()
  const { pool } = app
  const found = await ctx.store.of(passkeys).findOne('credential', `${pool.id}|${id}`)
  const owner = response.userHandle || undefined
  const own = owner === undefined || bytes(owner).toString() === user.sub
  const needsMore = pool.mfa.mode === 'ON' || factorsOf(pool, user, credential).length > 0
  const expected = {
    relyingParty: (await relyingPartyOf(pool, ctx)) ?? '',
    requireVerification:
      pool.mfa.webAuthn?.UserVerification === 'required' ||
      (isPasskeyMfa(pool.mfa) && pool.mfa.mode !== 'OFF' && needsMore),
  }
  const assertion = {
    clientDataJSON: bytes(response.clientDataJSON),
    authenticatorData: bytes(response.authenticatorData),
    signature: bytes(response.signature),
  }
  try {
    if (found?.sub !== user.sub || !own) throw new WebAuthnFault('signature')
    await ctx.store.transaction(async (tx) => {
      const passkey = await tx.of(passkeys).get([found.pool, found.sub, found.id])
      if (passkey === undefined) throw new WebAuthnFault('signature')
      const { passkeyChallenge = '' } = session
      const signCount = provenCount(assertion, passkeyChallenge, passkey, expected)
      await tx.of(passkeys).put({ ...passkey, signCount })
      const now = ctx.now()
      const changes = { credential: (old: CredentialRecord) => spent(old, session, now) }
      await changeUserIn(tx, user, changes, now)
    })
  } catch (error) {
    if (!(error instanceof WebAuthnFault)) throw error
    await noteFailure(user, ctx)
    throw incorrect()
  }
  const method: Method = found.attachment === 'cross-platform' ? 'hwk' : 'swk'
  return signedIn(app, user, { ...progressOf(session), amr: [...session.amr, method] }, ctx)
}
