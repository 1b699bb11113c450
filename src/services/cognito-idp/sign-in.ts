import type { CallContext } from '../../kernel/context.ts'
import { preAuthentication } from './authentication-triggers.ts'
import { afterSignUp, startChoice } from './choice-sign-in.ts'
import { type App, appOf, byClient } from './client-places.ts'
import { checkSecretHash } from './client-secrets.ts'
import { livingClient } from './clients.ts'
import { checkSignInPassword } from './compromised-passwords.ts'
import { fail, invalid, operation } from './contract.ts'
import { startCustom } from './custom-auth.ts'
import { checkDevice } from './device-records.ts'
import { adminOriginOf, originOf } from './origins.ts'
import { provePassword } from './password-sign-in.ts'
import { hasSrp } from './passwords.ts'
import { foundPool, onPool } from './pool-targets.ts'
import { rotates } from './refresh-rotation.ts'
import { checkOwnHash, refreshed } from './refresh-tokens.ts'
import { afterPassword } from './sign-in-end.ts'
import { openSession } from './sign-in-sessions.ts'
import { type Parameters, required, type Step, withDevice } from './sign-in-steps.ts'
import { startSrp } from './srp-sign-in.ts'
import { checkAddress } from './threat-protection.ts'
import { migrated } from './user-migration.ts'
import type { UserRecord } from './user-records.ts'
import { findUser } from './usernames.ts'

/** Whether the client's settings let a flow pass; what they do not say is AWS's default. */
export function isAllowed({ client }: App, flow: string, legacy: string): boolean {
  const flows: readonly string[] = client.settings.ExplicitAuthFlows ?? [
    'ALLOW_REFRESH_TOKEN_AUTH',
    'ALLOW_USER_SRP_AUTH',
    'ALLOW_CUSTOM_AUTH',
  ]
  const current = flows.some((name) => name.startsWith('ALLOW_'))
  if (current) return flows.includes(`ALLOW_${flow}`)
  // Before there were ALLOW_ names, SRP and refreshing were always on.
  return flow === 'USER_SRP_AUTH' || flow === 'REFRESH_TOKEN_AUTH' || flows.includes(legacy)
}

function checkFlow(app: App, flow: string, admin: boolean): void {
  const refuse = (message: string) => {
    throw invalid(message)
  }
  if (flow === 'REFRESH_TOKEN_AUTH' || flow === 'REFRESH_TOKEN') {
    // The flow answers without a refresh token, and so cannot serve a client whose tokens rotate.
    if (rotates(app) || !isAllowed(app, 'REFRESH_TOKEN_AUTH', ''))
      refuse('Auth flow not enabled for this client')
  } else if (flow === 'USER_SRP_AUTH') {
    if (!hasSrp(app.pool) || !isAllowed(app, flow, ''))
      refuse('USER_SRP_AUTH is not enabled for the client.')
  } else if (flow === 'USER_PASSWORD_AUTH') {
    if (!isAllowed(app, flow, flow)) refuse('USER_PASSWORD_AUTH flow not enabled for this client')
  } else if (flow === 'ADMIN_USER_PASSWORD_AUTH' || flow === 'ADMIN_NO_SRP_AUTH') {
    if (!admin || !isAllowed(app, 'ADMIN_USER_PASSWORD_AUTH', 'ADMIN_NO_SRP_AUTH'))
      refuse('Auth flow not enabled for this client')
  } else if (flow === 'USER_AUTH') {
    if (!isAllowed(app, flow, '')) refuse('USER_AUTH is not enabled for the client.')
  } else if (flow === 'CUSTOM_AUTH') {
    if (!isAllowed(app, flow, 'CUSTOM_AUTH_FLOW_ONLY'))
      refuse('CUSTOM_AUTH is not enabled for the client.')
  } else throw fail('NotImplemented', `Sallyport does not have the flow ${flow} yet.`)
}

interface Start {
  readonly AuthFlow: string
  readonly AuthParameters?: Parameters | undefined
  readonly Session?: string | undefined
  readonly ClientMetadata?: Parameters | undefined
}

async function start(
  app: App,
  { AuthFlow: flow, AuthParameters: parameters = {}, Session, ClientMetadata: metadata }: Start,
  admin: boolean,
  ctx: CallContext,
): Promise<Step> {
  checkFlow(app, flow, admin)
  if (flow === 'REFRESH_TOKEN_AUTH' || flow === 'REFRESH_TOKEN') {
    const token = required(parameters, 'REFRESH_TOKEN')
    const prove = (user: UserRecord) => checkOwnHash(app, user, parameters.SECRET_HASH)
    const AuthenticationResult = await refreshed(
      app,
      { token, prove, device: parameters.DEVICE_KEY, occasion: 'RefreshTokens' },
      ctx,
    )
    return { ChallengeParameters: {}, AuthenticationResult }
  }
  if (flow === 'USER_AUTH' && Session !== undefined) {
    await checkAddress(app, ctx)
    const step = await afterSignUp(app, await openSession(Session, ctx), ctx)
    if (step !== undefined) return step
  }
  const name = required(parameters, 'USERNAME')
  checkSecretHash(app.client, name, parameters.SECRET_HASH)
  return begun({ ...app, metadata }, flow, parameters, ctx)
}

/**
 * Begins a sign-in by a flow, which the caller has found allowed.
 * @param app its metadata is for the functions before a sign-in
 */
export async function begun(
  { metadata, ...app }: App,
  flow: string,
  parameters: Parameters,
  ctx: CallContext,
): Promise<Step> {
  const name = required(parameters, 'USERNAME')
  await checkAddress(app, ctx)
  // What the app passes on here reaches the functions before a sign-in, and none after it.
  await preAuthentication({ ...app, metadata }, name, ctx)
  if (flow === 'CUSTOM_AUTH')
    return startCustom(app, parameters, withDevice({ amr: [] }, parameters), ctx)
  if (flow === 'USER_AUTH') return startChoice(app, parameters, ctx)
  if (flow === 'USER_SRP_AUTH') {
    const A = required(parameters, 'SRP_A')
    const user = await findUser(ctx.store, app.pool, name)
    return startSrp(app, user, { ...withDevice({ amr: [] }, parameters), name, A }, ctx)
  }
  const password = required(parameters, 'PASSWORD')
  const found =
    (await findUser(ctx.store, app.pool, name)) ??
    (await migrated({ ...app, metadata }, { name, password }, ctx))
  const { user, credential } = await provePassword(app, found, password, ctx)
  const proven = withDevice({ amr: ['pwd'] }, parameters)
  const progress = await checkSignInPassword(app, user, password, proven, ctx)
  await checkDevice(app, user, progress, ctx)
  return afterPassword(app, user, credential, progress, ctx)
}

/** The client of an administrator's call, which is one of the pool's. */
export async function adminApp(
  target: PoolTarget,
  input: { readonly UserPoolId: string; readonly ClientId: string },
  ctx: CallContext,
): Promise<App> {
  const pool = foundPool(target, input)
  return { pool, client: await livingClient(ctx.store, pool.id, input.ClientId) }
}

type PoolTarget = Awaited<ReturnType<typeof onPool.targets>>[0]

export const InitiateAuth = operation('InitiateAuth', {
  access: {
    kind: 'public',
    why: 'sign-in is open to whoever knows the client id',
    locate: byClient,
  },
  async handle(input, ctx) {
    const app = await appOf(input, ctx)
    return start({ ...app, from: originOf(app, input.UserContextData, ctx) }, input, false, ctx)
  },
})

export const AdminInitiateAuth = operation('AdminInitiateAuth', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const app = await adminApp(target, input, ctx)
    return start({ ...app, from: adminOriginOf(app, input.ContextData, ctx) }, input, true, ctx)
  },
})
