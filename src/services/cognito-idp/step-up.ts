import type { CallContext } from '../../kernel/context.ts'
import { bearerIn } from './access-tokens.ts'
import { type Level, levelNames, levelOf, levels } from './authentication-levels.ts'
import { credentialsOf } from './changing.ts'
import type { App } from './client-places.ts'
import { fail, invalid } from './contract.ts'
import { factorsOf, secondFor } from './factors.ts'
import type { FirstFactor, Person } from './first-factors.ts'
import type { PoolRecord } from './pool-records.ts'
import type { Method, Parameters } from './sign-in-steps.ts'
import type { Factor } from './user-records.ts'

/** What a sign-in is to reach, and what a token says has been proven already. */
export interface Aim {
  readonly target: Level
  readonly credit: readonly Method[]
  /** First factors that lead there; none where the credit holds one. */
  readonly factors: readonly FirstFactor[]
}

/** The levels of a list that are known, in its order. */
export function levelsIn(
  text: string,
  { settings }: Pick<PoolRecord, 'settings'>,
): readonly Level[] {
  const names = levelNames(settings)
  return text
    .split(' ')
    .map((name) => levels.find((level) => names[`Level${level}`]!.AcrValue === name))
    .filter((level) => level !== undefined)
}

/** The levels that are asked for, which must be known. */
function askedLevels(text: string, pool: PoolRecord): readonly Level[] {
  if (pool.settings.UserPoolTier === 'LITE')
    throw fail(
      'FeatureUnavailableInTierException',
      'Step-up authentication is not available in the LITE tier.',
    )
  const asked = levelsIn(text, pool)
  if (asked.length === 0) throw invalid('None of the TARGET_ACR_VALUES is valid.')
  return asked
}

/** What an access token of the same user credits, unless the sign-in is too long ago. */
async function creditOf(
  app: App,
  person: Person,
  { ACCESS_TOKEN: token, MAX_AGE: maxAge }: Parameters,
  ctx: CallContext,
): Promise<readonly Method[]> {
  if (maxAge !== undefined && !/^\d{1,9}$/.test(maxAge))
    throw invalid('MAX_AGE must be a number of seconds.')
  if (token === undefined) return []
  const { pool, user, amr, authTime } = await bearerIn(token, app.pool.id, ctx)
  if (pool.id !== app.pool.id || user.sub !== person.user?.sub)
    throw fail('NotAuthorizedException', 'The access token is of another user.')
  const age = ctx.now().getTime() / 1_000 - authTime
  return maxAge !== undefined && age > Number(maxAge) ? [] : amr
}

/** What a sign-in with TARGET_ACR_VALUES aims at; undefined where nothing was asked for. */
export async function aimOf(
  app: App,
  person: Person,
  parameters: Parameters,
  ctx: CallContext,
): Promise<Aim | undefined> {
  const { TARGET_ACR_VALUES: text } = parameters
  if (!text) {
    if (parameters.ACCESS_TOKEN !== undefined)
      throw invalid('ACCESS_TOKEN can be given only with TARGET_ACR_VALUES.')
    return undefined
  }
  const asked = askedLevels(text, app.pool)
  const credit = await creditOf(app, person, parameters, ctx)
  const second = person.user
    ? factorsOf(app.pool, person.user, await credentialsOf(ctx, person.user))
    : (['SMS_MFA', 'EMAIL_OTP', 'SOFTWARE_TOKEN_MFA'] as const)
  const hasMfa = app.pool.mfa.mode !== 'OFF'
  const ways = (level: Level) => waysTo(level, person.factors, hasMfa ? second : [])
  const target = asked.find((level) => ways(level).length > 0)
  if (target === undefined)
    throw invalid('The user has no factors that reach one of the TARGET_ACR_VALUES.')
  if ((levelOf(credit) ?? 0) >= target)
    throw invalid('The access token already meets the requested level.')
  const proven = credit.includes('pwd') && (target === 4 || secondFor(target, second).length > 0)
  return { target, credit, factors: proven ? [] : ways(target) }
}

/** First factors of a user that lead to a level. */
function waysTo(
  level: Level,
  first: readonly FirstFactor[],
  second: readonly Factor[],
): readonly FirstFactor[] {
  const withPassword = level === 1 || secondFor(level, second).length > 0
  return first.filter((factor) => {
    if (factor === 'PASSWORD' || factor === 'PASSWORD_SRP') return level !== 2 && withPassword
    return factor === 'WEB_AUTHN' ? level === 3 : level === 2
  })
}
