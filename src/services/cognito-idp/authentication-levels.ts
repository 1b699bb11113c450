import type { AcrLevelConfigType } from '@aws-sdk/client-cognito-identity-provider'
import { fail, invalid } from './contract.ts'
import type { PoolRecord, PoolSettings } from './pool-records.ts'
import type { Method, SignIn } from './sign-in-steps.ts'

/** From a password alone (1) to a password and an authenticator app (4). */
export const levels = [1, 2, 3, 4] as const
export type Level = (typeof levels)[number]

type Names = Readonly<Record<string, AcrLevelConfigType>>

/** What the levels of a pool are called, the default where nothing else was chosen. */
export const levelNames = ({ AcrConfiguration: chosen }: Pick<PoolSettings, 'AcrConfiguration'>) =>
  Object.fromEntries(
    levels.map((level) => {
      const AcrValue = chosen?.[`Level${level}`]?.AcrValue ?? `urn:cognito:loa:${level}`
      return [`Level${level}`, { AcrValue }]
    }),
  )

/** Refuses names of levels that could be taken for each other. */
export function checkLevelNames(chosen: Names | undefined, tier: string): void {
  if (chosen === undefined) return
  if (tier === 'LITE')
    throw fail(
      'FeatureUnavailableInTierException',
      'AcrConfiguration is not available in the LITE tier.',
    )
  for (const [key, { AcrValue: name = '' }] of Object.entries(chosen))
    if (!/^Level[1-4]$/.test(key) || !/^[^ "\\]{1,64}$/.test(name))
      throw invalid(
        'AcrConfiguration has Level1 to Level4, each with an AcrValue of 1 to 64 characters.',
      )
  const names = Object.values(levelNames({ AcrConfiguration: { ...chosen } }))
  if (new Set(names.map(({ AcrValue }) => AcrValue)).size < levels.length)
    throw invalid('Every AcrValue must be unique, among the default ones too.')
}

/** The level that methods reach; undefined for none that there is a level of. */
export function levelOf(methods: readonly Method[]): Level | undefined {
  const has = new Set(methods)
  const sent = has.has('sms') || has.has('email_otp')
  if (has.has('pwd') && has.has('otp')) return 4
  if (has.has('swk') || has.has('hwk') || (has.has('pwd') && sent)) return 3
  if (sent) return 2
  return has.has('pwd') ? 1 : undefined
}

/** Each method once, with `mfa` where there are two or more. */
export function methodsClaim(methods: readonly Method[]): readonly Method[] {
  const distinct = [...new Set(methods)].filter((method) => method !== 'mfa')
  return distinct.length > 1 ? [...distinct, 'mfa'] : distinct
}

/** The level of a sign-in: of another provider's what that claims. */
export const levelReached = ({
  amr = [],
  federated,
}: Pick<SignIn, 'amr' | 'federated'>): Level | undefined =>
  federated === undefined ? levelOf(amr) : federated.level

/** The claims of a sign-in, for all of its tokens. What another provider claims stands as it is. */
export function levelClaims({ settings }: PoolRecord, signIn: Pick<SignIn, 'amr' | 'federated'>) {
  const { amr: methods = [], federated } = signIn
  if (settings.UserPoolTier === 'LITE' || methods.length === 0) return {}
  const level = levelReached(signIn)
  const acr = level && levelNames(settings)[`Level${level}`]!.AcrValue
  const amr = federated === undefined ? methodsClaim(methods) : methods
  return { ...(acr !== undefined && { acr }), amr }
}
