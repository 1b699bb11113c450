import type { AccountTakeoverActionType } from '@aws-sdk/client-cognito-identity-provider'
import { contains, parseAddress, parseRange } from '../../access/ip-ranges.ts'
import type { CallContext } from '../../kernel/context.ts'
import { authEvents } from './auth-event-records.ts'
import { credentialsOf } from './changing.ts'
import type { App } from './client-places.ts'
import { fail } from './contract.ts'
import { devices } from './device-records.ts'
import { noteEvent } from './event-notes.ts'
import { riskFactors } from './factors.ts'
import { seenFrom } from './origins.ts'
import { riskLevel } from './risk.ts'
import { riskSettings } from './risk-configurations.ts'
import type { Progress, RiskMark, Step } from './sign-in-steps.ts'
import { threatMode } from './threat-mode.ts'
import type { UserRecord } from './user-records.ts'

const blocked = () => fail('NotAuthorizedException', 'Unable to login because of security reasons.')

const isWithin = (ip: string | undefined, ranges: readonly string[] = []): boolean => {
  const address = ip === undefined ? undefined : parseAddress(ip)
  if (address === undefined) return false
  return ranges.some((text) => {
    const range = parseRange(text)
    return range !== undefined && contains(range, address)
  })
}

/** Refuses addresses that the pool always blocks. */
export async function checkAddress(app: App, ctx: CallContext): Promise<void> {
  if (threatMode(app.pool) !== 'ENFORCED') return
  const { RiskExceptionConfiguration } = await riskSettings(app, ctx)
  const { ip } = app.from ?? seenFrom(app, undefined, ctx)
  if (isWithin(ip, RiskExceptionConfiguration?.BlockedIPRangeList))
    throw fail('NotAuthorizedException', 'Request not allowed due to security reasons.')
}

/** Events that a risk is judged by; the newest. */
const remembered = 50

async function levelOf(app: App, user: UserRecord, { device }: Progress, ctx: CallContext) {
  const { pool, sub } = user
  const { records } = await ctx.store
    .of(authEvents)
    .list({ prefix: [pool, sub], limit: remembered })
  const known =
    device !== undefined && (await ctx.store.of(devices).get([pool, sub, device])) !== undefined
  const here = app.from ?? seenFrom(app, undefined, ctx)
  return riskLevel(records, here, { now: ctx.now().getTime(), knownDevice: known })
}

type Action = Pick<AccountTakeoverActionType, 'EventAction' | 'Notify'>

/** What a sign-in's risk leads to, by what the user could prove besides. */
async function marked(
  app: App,
  user: UserRecord,
  progress: Progress,
  { EventAction: action, Notify }: Action,
  ctx: CallContext,
): Promise<Pick<RiskMark, 'decision' | 'ask' | 'notify'>> {
  const asks = action === 'MFA_IF_CONFIGURED' || action === 'MFA_REQUIRED'
  const credential = await credentialsOf(ctx, user)
  const can = asks && riskFactors(app.pool, user, credential, progress).length > 0
  const told = (notify: RiskMark['notify']) => (Notify ? { notify } : {})
  if (action === 'BLOCK' || (action === 'MFA_REQUIRED' && !can))
    return { decision: 'Block', ...told('Block') }
  if (can) return { decision: 'AccountTakeover', ask: true, ...told('Mfa') }
  return { decision: 'AccountTakeover', ...told('NoAction') }
}

/**
 * Judges a sign-in whose first factor has been proven; refuses it where the pool blocks such a risk.
 * @returns the progress with what was found; judged once, whatever follows
 */
export async function judged(
  app: App,
  user: UserRecord,
  progress: Progress,
  ctx: CallContext,
  kind: 'standard' | 'custom' = 'standard',
): Promise<Progress> {
  const mode = threatMode(app.pool, kind)
  if (mode === 'OFF' || progress.risk !== undefined) return progress
  const settings = await riskSettings(app, ctx)
  const { ip } = app.from ?? seenFrom(app, undefined, ctx)
  const enforced = mode === 'ENFORCED'
  const skipped = enforced && isWithin(ip, settings.RiskExceptionConfiguration?.SkippedIPRangeList)
  const level = skipped ? undefined : await levelOf(app, user, progress, ctx)
  const actions = settings.AccountTakeoverRiskConfiguration?.Actions
  const action = enforced && level !== undefined ? actions?.[`${level}Action`] : undefined
  const mark: RiskMark = {
    id: ctx.requestId,
    level,
    decision: level === undefined ? 'NoRisk' : 'AccountTakeover',
    compromised: progress.compromised,
    ...(action !== undefined && (await marked(app, user, progress, action, ctx))),
  }
  if (mark.decision === 'Block') {
    const challenges = firstProven(progress)
    await noteEvent(app, user, { type: 'SignIn', response: 'Fail', mark, challenges }, ctx)
    throw blocked()
  }
  return { ...progress, risk: mark }
}

const firstProven = ({ amr }: Progress) =>
  amr.includes('pwd')
    ? [{ ChallengeName: 'Password' as const, ChallengeResponse: 'Success' as const }]
    : []

/** Writes how far a judged sign-in has come: it goes on, or has its tokens. */
export async function noteStep<S extends Step | undefined>(
  app: App,
  user: UserRecord,
  progress: Progress,
  step: S,
  ctx: CallContext,
): Promise<S> {
  const { risk: mark, amr } = progress
  if (mark === undefined) return step
  const response = step?.ChallengeName === undefined ? 'Pass' : 'InProgress'
  const mfa = amr.includes('mfa')
    ? [{ ChallengeName: 'Mfa' as const, ChallengeResponse: 'Success' as const }]
    : []
  const challenges = [...firstProven(progress), ...mfa]
  await noteEvent(app, user, { type: 'SignIn', response, mark, challenges }, ctx)
  return step
}

/** Writes that a password was wrong. */
export const noteWrongPassword = (app: App, user: UserRecord, ctx: CallContext): Promise<void> =>
  noteEvent(
    app,
    user,
    {
      type: 'SignIn',
      response: 'Fail',
      challenges: [{ ChallengeName: 'Password', ChallengeResponse: 'Failure' }],
    },
    ctx,
  )

/** Does a step that proves a second factor; when it fails, that is written. */
export async function withNoted(
  app: App,
  user: UserRecord,
  progress: Progress,
  ctx: CallContext,
  prove: () => Promise<Step>,
): Promise<Step> {
  try {
    return await prove()
  } catch (error) {
    const wrong = error instanceof Error && error.name === 'CodeMismatchException'
    if (wrong && progress.risk !== undefined)
      await noteEvent(
        app,
        user,
        {
          type: 'SignIn',
          response: 'Fail',
          mark: progress.risk,
          challenges: [
            ...firstProven(progress),
            { ChallengeName: 'Mfa', ChallengeResponse: 'Failure' },
          ],
        },
        ctx,
      )
    throw error
  }
}
