import {
  algorithms,
  clientDataOf,
  type RegisteredKey,
  registeredKey,
  WebAuthnFault,
} from '../../crypto/webauthn.ts'
import type { CallContext } from '../../kernel/context.ts'
import { timedUuid } from '../../kernel/ids.ts'
import { bearerOf, withToken } from './access-tokens.ts'
import { changeUserIn } from './changing.ts'
import type { App } from './client-places.ts'
import { fail, invalid, operation } from './contract.ts'
import { allowedBy } from './first-factors.ts'
import {
  type PasskeyRecord,
  passkeyQuota,
  passkeys,
  passkeysOf,
  relyingPartyOf,
} from './passkey-records.ts'
import { spent } from './sign-in-sessions.ts'
import type { UserRecord } from './user-records.ts'

/** What the challenge of a registration says, sealed: whichever node is answered can go on. */
interface Challenge {
  readonly id: string
  readonly pool: string
  readonly client: string
  readonly sub: string
  readonly relyingParty: string
  /** Milliseconds since 1970. */
  readonly expiresAt: number
}

const bound = 'cognito-idp/passkey'
const minute = 60_000

/** Who gets a passkey, and through which app. */
interface Registering extends App {
  readonly user: UserRecord
}

const tooMany = () =>
  fail('LimitExceededException', `A user can have at most ${passkeyQuota} passkeys.`)

/** The pool's relying party; refuses pools that take no passkeys. */
async function relyingPartyFor({ pool }: App, ctx: CallContext): Promise<string> {
  if (!allowedBy(pool).includes('WEB_AUTHN'))
    throw fail('WebAuthnNotEnabledException', 'Passkeys are not enabled for the user pool.')
  const relyingParty = await relyingPartyOf(pool, ctx)
  if (relyingParty === undefined)
    throw fail(
      'WebAuthnConfigurationMissingException',
      'The user pool has neither a relying party id nor a domain.',
    )
  return relyingParty
}

export const StartWebAuthnRegistration = operation('StartWebAuthnRegistration', {
  access: withToken,
  async handle(input, ctx) {
    return { CredentialCreationOptions: await creationOptions(bearerOf(input), ctx) }
  },
})

/** What a browser wants to know for `navigator.credentials.create`. */
export async function creationOptions(app: Registering, ctx: CallContext) {
  const { pool, client, user } = app
  const relyingParty = await relyingPartyFor(app, ctx)
  const known = await passkeysOf(ctx.store, user)
  if (known.length >= passkeyQuota) throw tooMany()
  const challenge: Challenge = {
    id: ctx.random.uuid(),
    pool: pool.id,
    client: client.id,
    sub: user.sub,
    relyingParty,
    expiresAt: ctx.now().getTime() + 5 * minute,
  }
  const seal = await ctx.ports.seals.ready('cognito-idp.passkey')
  const sealed = seal.seal(new TextEncoder().encode(JSON.stringify(challenge)), bound)
  return {
    rp: { id: relyingParty, name: relyingParty },
    user: { ...person(user), id: Buffer.from(user.sub).toString('base64url') },
    challenge: Buffer.from(sealed).toString('base64url'),
    pubKeyCredParams: Object.values(algorithms).map((alg) => ({ type: 'public-key', alg })),
    timeout: minute,
    excludeCredentials: known.map(({ credentialId: id, transports }) => ({
      type: 'public-key',
      id,
      ...(transports.length > 0 && { transports: [...transports] }),
    })),
    authenticatorSelection: {
      requireResidentKey: true,
      residentKey: 'required',
      userVerification: pool.mfa.webAuthn?.UserVerification ?? 'preferred',
    },
  }
}

/** The name by which a person knows the account: where the user name is a UUID, the address. */
function person({ username, sub, attributes }: UserRecord) {
  const name = username === sub ? (attributes.email ?? attributes.phone_number ?? sub) : username
  return { name, displayName: attributes.name ?? name }
}

/** What the browser made, taken apart; it may hold anything. */
interface Answered {
  readonly id: string
  readonly clientDataJSON: Uint8Array
  readonly attestationObject: Uint8Array
  readonly transports: readonly string[]
  readonly attachment: PasskeyRecord['attachment']
}

const notSupported = () =>
  fail('WebAuthnCredentialNotSupportedException', 'The passkey credential is not supported.')

const transportNames = new Set(['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb'])

function answered(document: unknown): Answered {
  const { id, type, response, authenticatorAttachment: attachment } = fieldsOf(document)
  const { clientDataJSON, attestationObject, transports = [] } = fieldsOf(response)
  const texts = [id, clientDataJSON, attestationObject]
  if (type !== 'public-key' || texts.some((text) => typeof text !== 'string'))
    throw invalid('Credential is not the JSON form of a new passkey.')
  const known = Array.isArray(transports) ? transports.filter((one) => transportNames.has(one)) : []
  return {
    id: String(id),
    clientDataJSON: Buffer.from(String(clientDataJSON), 'base64url'),
    attestationObject: Buffer.from(String(attestationObject), 'base64url'),
    transports: [...new Set(known)],
    attachment:
      attachment === 'platform' || attachment === 'cross-platform' ? attachment : undefined,
  }
}

const fieldsOf = (value: unknown): Partial<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {}

/** The error that AWS has for a ceremony that went wrong. */
function refusal(error: unknown): unknown {
  if (!(error instanceof WebAuthnFault)) return error
  if (error.reason === 'origin')
    return fail(
      'WebAuthnOriginNotAllowedException',
      "The origin of the passkey does not go with the user pool's relying party id.",
    )
  if (error.reason === 'relying-party')
    return fail(
      'WebAuthnRelyingPartyMismatchException',
      "The passkey is of another relying party than the user pool's.",
    )
  return notSupported()
}

const noChallenge = () =>
  fail(
    'WebAuthnChallengeNotFoundException',
    'The challenge of StartWebAuthnRegistration is not there, or has expired.',
  )

async function openChallenge(text: string, ctx: CallContext): Promise<Challenge> {
  const seal = await ctx.ports.seals.ready('cognito-idp.passkey')
  const opened = seal.open(Buffer.from(text, 'base64url').toString(), bound)
  if (opened === undefined) throw noChallenge()
  const challenge: Challenge = JSON.parse(new TextDecoder().decode(opened))
  if (challenge.expiresAt <= ctx.now().getTime()) throw noChallenge()
  return challenge
}

export const CompleteWebAuthnRegistration = operation('CompleteWebAuthnRegistration', {
  access: withToken,
  async handle(input, ctx) {
    await registered(bearerOf(input), input.Credential, ctx)
    return {}
  },
})

/** Keeps the passkey that a browser has made. */
export async function registered(
  app: Registering,
  document: unknown,
  ctx: CallContext,
): Promise<void> {
  const { pool, client, user } = app
  const relyingParty = await relyingPartyFor(app, ctx)
  const made = answered(document)
  let challenge: Challenge
  let key: RegisteredKey
  try {
    const data = clientDataOf(made.clientDataJSON)
    challenge = await openChallenge(data.challenge, ctx)
    if (challenge.pool !== pool.id || challenge.sub !== user.sub) throw noChallenge()
    if (challenge.client !== client.id)
      throw fail(
        'WebAuthnClientMismatchException',
        'The access token is of another app client than the one that began the registration.',
      )
    if (challenge.relyingParty !== relyingParty) throw new WebAuthnFault('relying-party')
    const requireVerification = pool.mfa.webAuthn?.UserVerification === 'required'
    key = registeredKey(data, made.attestationObject, { relyingParty, requireVerification })
  } catch (error) {
    throw refusal(error)
  }
  const credentialId = Buffer.from(key.credentialId).toString('base64url')
  if (credentialId !== made.id) throw notSupported()
  const { publicKey, algorithm, signCount } = key
  const { attachment, transports } = made
  const record: PasskeyRecord = {
    pool: pool.id,
    sub: user.sub,
    id: timedUuid(ctx.now().getTime(), ctx.random),
    credentialId,
    publicKey,
    algorithm,
    signCount,
    relyingParty,
    attachment,
    transports,
    name: attachment === 'cross-platform' ? 'Security key' : 'Passkey',
    createdAt: ctx.now(),
  }
  await ctx.store.transaction(async (tx) => {
    await changeUserIn(tx, user, { credential: (old) => used(old, challenge, ctx) }, ctx.now())
    const index = `${pool.id}|${credentialId}`
    if ((await tx.of(passkeys).findOne('credential', index)) !== undefined) throw notSupported()
    if ((await passkeysOf(tx, user)).length >= passkeyQuota) throw tooMany()
    await tx.of(passkeys).create(record)
  })
}

function used(old: Parameters<typeof spent>[0], challenge: Challenge, ctx: CallContext) {
  if (old.used.some(({ id }) => id === challenge.id)) throw noChallenge()
  return spent(old, challenge, ctx.now())
}
