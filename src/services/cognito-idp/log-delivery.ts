import type { LogConfigurationType } from '@aws-sdk/client-cognito-identity-provider'
import { parseArn } from '../../kernel/arn.ts'
import type { CallContext } from '../../kernel/context.ts'
import type { Validated } from '../../kernel/contract.ts'
import { collection } from '../../kernel/store.ts'
import { fail, invalid, operation } from './contract.ts'
import type { PoolRecord } from './pool-records.ts'
import { foundPool, livingPool, onPool } from './pool-targets.ts'

type LogConfiguration = Validated<LogConfigurationType>

/** Where what happens in a pool is written to. */
export interface LogDeliveryRecord {
  readonly pool: string
  readonly configurations: readonly LogConfiguration[]
}

export const logDeliveries = collection<LogDeliveryRecord>('cognito.log-deliveries')({
  scope: 'region',
  version: 1,
  key: ({ pool }) => [pool],
  cached: 'cognito',
})

/** The name of a log group in its ARN. */
export function groupNameOf(arn: string): string | undefined {
  const { service, resource = '' } = parseArn(arn) ?? {}
  return service === 'logs' ? /^log-group:([^:]+)$/.exec(resource)?.[1] : undefined
}

const levels: Readonly<Record<string, string>> = {
  userNotification: 'ERROR',
  userAuthEvents: 'INFO',
}

const destinations = [
  'CloudWatchLogsConfiguration',
  'S3Configuration',
  'FirehoseConfiguration',
] as const

/** The log group for a kind of log; undefined when nobody wants to see it. */
export async function logGroupFor(
  { id }: Pick<PoolRecord, 'id'>,
  source: 'userNotification' | 'userAuthEvents',
  ctx: CallContext,
): Promise<string | undefined> {
  const { store, account, region } = ctx
  const record = await ctx.cached('cognito', account, `logs/${region}/${id}`, () =>
    store.of(logDeliveries).get([id]),
  )
  const found = record?.configurations.find(({ EventSource }) => EventSource === source)
  return found?.CloudWatchLogsConfiguration?.LogGroupArn
}

function check(configurations: readonly LogConfiguration[], pool: PoolRecord): void {
  const sources = new Set(configurations.map(({ EventSource }) => EventSource))
  if (sources.size < configurations.length)
    throw invalid('An event source can be configured only once.')
  for (const configuration of configurations) {
    const { EventSource: source, LogLevel: level } = configuration
    if (levels[source] !== level)
      throw invalid(`Log level ${level} is not supported for the event source ${source}.`)
    const named = destinations.filter((name) => configuration[name] !== undefined)
    if (named.length !== 1) throw invalid('A log configuration has exactly one destination.')
    const group = configuration.CloudWatchLogsConfiguration?.LogGroupArn
    if (named[0] === 'CloudWatchLogsConfiguration' && groupNameOf(group ?? '') === undefined)
      throw invalid('Invalid ARN of a log group.')
    if (source === 'userNotification' && named[0] !== 'CloudWatchLogsConfiguration')
      throw invalid('Logs of userNotification can only be sent to CloudWatch Logs.')
    if (source === 'userAuthEvents' && pool.settings.UserPoolTier !== 'PLUS')
      throw fail(
        'FeatureUnavailableInTierException',
        `Logs of userAuthEvents are not available in the ${pool.settings.UserPoolTier} tier.`,
      )
    if (named[0] !== 'CloudWatchLogsConfiguration')
      throw fail('NotImplemented', 'Sallyport delivers logs to CloudWatch Logs only.')
  }
}

export const SetLogDeliveryConfiguration = operation('SetLogDeliveryConfiguration', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const { id } = foundPool(target, input)
    const configurations = input.LogConfigurations
    await ctx.store.transaction(async (tx) => {
      check(configurations, await livingPool(tx, id))
      await tx.of(logDeliveries).put({ pool: id, configurations })
    })
    return {
      LogDeliveryConfiguration: { UserPoolId: id, LogConfigurations: [...configurations] },
    }
  },
})

export const GetLogDeliveryConfiguration = operation('GetLogDeliveryConfiguration', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const { id } = foundPool(target, input)
    const record = await ctx.store.of(logDeliveries).get([id])
    const LogConfigurations = [...(record?.configurations ?? [])]
    return { LogDeliveryConfiguration: { UserPoolId: id, LogConfigurations } }
  },
})
