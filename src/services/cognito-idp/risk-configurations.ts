import type { RiskConfigurationType } from '@aws-sdk/client-cognito-identity-provider'
import { parseRange } from '../../access/ip-ranges.ts'
import type { CallContext } from '../../kernel/context.ts'
import type { App } from './client-places.ts'
import { livingClient } from './clients.ts'
import { fail, invalid, operation } from './contract.ts'
import type { PoolRecord } from './pool-records.ts'
import { foundPool, livingPool, onPool } from './pool-targets.ts'
import {
  type RiskRecord,
  type RiskSettings,
  riskConfigurations,
} from './risk-configuration-records.ts'

/** What AWS calls its defaults: risky sign-ins and known passwords are refused, and nobody is told. */
const cognitoDefaults: RiskSettings = {
  CompromisedCredentialsRiskConfiguration: { Actions: { EventAction: 'BLOCK' } },
  AccountTakeoverRiskConfiguration: {
    Actions: {
      LowAction: { EventAction: 'BLOCK', Notify: false },
      MediumAction: { EventAction: 'BLOCK', Notify: false },
      HighAction: { EventAction: 'BLOCK', Notify: false },
    },
  },
}

/** What is to be done about risk in an app: as its client has it, or its pool, or Cognito. */
export const riskSettings = (
  { pool, client }: App,
  ctx: Pick<CallContext, 'store' | 'cached' | 'account' | 'region'>,
): RiskSettings | Promise<RiskSettings> =>
  ctx.cached('cognito', ctx.account, `risk/${ctx.region}/${pool.id}/${client.id}`, async () => {
    const of = ctx.store.of(riskConfigurations)
    const own = (await of.get([pool.id, client.id])) ?? (await of.get([pool.id, '']))
    return own?.settings ?? cognitoDefaults
  })

/** Refuses what only pools with threat protection have. */
export function checkProtected({ settings }: PoolRecord): void {
  if ((settings.UserPoolAddOns?.AdvancedSecurityMode ?? 'OFF') === 'OFF')
    throw fail(
      'UserPoolAddOnNotEnabledException',
      'Threat protection is not enabled for this user pool.',
    )
}

function check({
  AccountTakeoverRiskConfiguration: takeover,
  RiskExceptionConfiguration: exceptions = {},
}: RiskSettings): void {
  const { LowAction, MediumAction, HighAction } = takeover?.Actions ?? {}
  const notify = takeover?.NotifyConfiguration
  if (notify === undefined && [LowAction, MediumAction, HighAction].some((one) => one?.Notify))
    throw invalid('NotifyConfiguration is required when Notify is true.')
  for (const mail of [notify?.BlockEmail, notify?.MfaEmail, notify?.NoActionEmail])
    if (mail !== undefined && mail.HtmlBody === undefined && mail.TextBody === undefined)
      throw invalid('An email template needs an HtmlBody or a TextBody.')
  const { BlockedIPRangeList: blocked = [], SkippedIPRangeList: skipped = [] } = exceptions
  for (const range of [...blocked, ...skipped])
    if (!range.includes('/') || parseRange(range) === undefined)
      throw invalid(`Invalid IP range: ${range}. Ranges are written in CIDR notation.`)
}

export const SetRiskConfiguration = operation('SetRiskConfiguration', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const { id: pool } = foundPool(target, input)
    const { UserPoolId: _, ClientId, ...settings } = input
    check(settings)
    const client = ClientId ?? ''
    const record: RiskRecord = { pool, client, settings, modifiedAt: ctx.now() }
    const isEmpty = Object.values(settings).every((value) => value === undefined)
    await ctx.store.transaction(async (tx) => {
      checkProtected(await livingPool(tx, pool))
      if (client !== '') await livingClient(tx, pool, client)
      // What says nothing stands for nothing: the level above speaks again.
      if (isEmpty) await tx.of(riskConfigurations).delete([pool, client])
      else await tx.of(riskConfigurations).put(record)
    })
    return { RiskConfiguration: shape(record) }
  },
})

export const DescribeRiskConfiguration = operation('DescribeRiskConfiguration', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const pool = foundPool(target, input)
    checkProtected(pool)
    const { ClientId: client = '' } = input
    if (client !== '') await livingClient(ctx.store, pool.id, client)
    const record = await ctx.store.of(riskConfigurations).get([pool.id, client])
    const names = { UserPoolId: pool.id, ...(client !== '' && { ClientId: client }) }
    return { RiskConfiguration: record === undefined ? names : shape(record) }
  },
})

const shape = ({ pool, client, settings, modifiedAt }: RiskRecord) =>
  ({
    UserPoolId: pool,
    ...(client !== '' && { ClientId: client }),
    ...settings,
    ...(settings.CompromisedCredentialsRiskConfiguration !== undefined && {
      CompromisedCredentialsRiskConfiguration: {
        EventFilter: ['SIGN_IN', 'PASSWORD_CHANGE', 'SIGN_UP'],
        ...settings.CompromisedCredentialsRiskConfiguration,
      },
    }),
    LastModifiedDate: modifiedAt,
  }) as RiskConfigurationType
