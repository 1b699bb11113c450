import type { RiskConfigurationType } from '@aws-sdk/client-cognito-identity-provider'
import type { Validated } from '../../kernel/contract.ts'
import { collection } from '../../kernel/store.ts'

export type RiskSettings = Pick<
  Validated<RiskConfigurationType>,
  | 'CompromisedCredentialsRiskConfiguration'
  | 'AccountTakeoverRiskConfiguration'
  | 'RiskExceptionConfiguration'
>

/** How a pool (`client` is empty), or one of its clients, answers to risk. */
export interface RiskRecord {
  readonly pool: string
  readonly client: string
  readonly settings: RiskSettings
  readonly modifiedAt: Date
}

export const riskConfigurations = collection<RiskRecord>('cognito.risk-configurations')({
  scope: 'region',
  version: 1,
  key: ({ pool, client }) => [pool, client],
  cached: 'cognito',
})
