import type { PoolRecord } from './pool-records.ts'

export type ThreatMode = 'OFF' | 'AUDIT' | 'ENFORCED'

/** Sign-ins by the pool's functions have a mode of their own. */
export function threatMode(
  { settings }: PoolRecord,
  kind: 'standard' | 'custom' = 'standard',
): ThreatMode {
  const addOns = settings.UserPoolAddOns
  if (settings.UserPoolTier !== 'PLUS') return 'OFF'
  if (kind === 'standard') return addOns?.AdvancedSecurityMode ?? 'OFF'
  return addOns?.AdvancedSecurityAdditionalFlows?.CustomAuthMode ?? 'OFF'
}
