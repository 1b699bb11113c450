import type { FunctionEventInvokeConfig } from '@aws-sdk/client-lambda'
import { parseArn } from '../../kernel/arn.ts'
import type { ReadContext } from '../../kernel/context.ts'
import { everything } from '../../kernel/paging.ts'
import { collection, type Owner } from '../../kernel/store.ts'
import { fail, invalid, operation } from './contract.ts'
import { functionArn } from './function-records.ts'
import { type FunctionTarget, found, functionTarget } from './function-targets.ts'
import { listPage } from './listing.ts'

/** How queued events of a function, version or alias are retried, and who is told of their ends. */
export interface EventConfigRecord {
  readonly functionName: string
  /** `$LATEST` without one. */
  readonly qualifier: string
  readonly retries?: number | undefined
  /** Seconds. */
  readonly maximumAge?: number | undefined
  readonly onSuccess?: string | undefined
  readonly onFailure?: string | undefined
  readonly lastModified: Date
}

export const eventConfigs = collection<EventConfigRecord>('lambda.event-configs')({
  scope: 'region',
  version: 1,
  key: ({ functionName, qualifier }) => [functionName, qualifier],
})

interface Given {
  readonly MaximumRetryAttempts?: number | undefined
  readonly MaximumEventAgeInSeconds?: number | undefined
  readonly DestinationConfig?:
    | {
        readonly OnSuccess?: { readonly Destination?: string | undefined } | undefined
        readonly OnFailure?: { readonly Destination?: string | undefined } | undefined
      }
    | undefined
}

const onFunction = {
  kind: 'iam' as const,
  targets: async (
    input: { readonly FunctionName: string; readonly Qualifier?: string | undefined },
    read: ReadContext,
  ): Promise<readonly [FunctionTarget]> => [
    await functionTarget(input.FunctionName, read, { qualifier: input.Qualifier }),
  ],
}

const keyOf = ({ named }: FunctionTarget) => [named.name, named.qualifier ?? '$LATEST'] as const

function destination(text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined
  const service = parseArn(text)?.service
  if (service === undefined || !['lambda', 'sqs', 'sns', 'events', 's3'].includes(service))
    throw invalid(`The destination ARN ${text} is invalid.`)
  if (service === 'events' || service === 's3')
    throw invalid('Destinations here are functions, SQS queues and SNS topics.')
  return text
}

function applied(given: Given, old: Partial<EventConfigRecord>) {
  const { DestinationConfig: to } = given
  return {
    retries: given.MaximumRetryAttempts ?? old.retries,
    maximumAge: given.MaximumEventAgeInSeconds ?? old.maximumAge,
    onSuccess: to?.OnSuccess ? destination(to.OnSuccess.Destination) : old.onSuccess,
    onFailure: to?.OnFailure ? destination(to.OnFailure.Destination) : old.onFailure,
  }
}

function told(config: EventConfigRecord, owner: Owner): FunctionEventInvokeConfig {
  const { onSuccess, onFailure } = config
  return {
    LastModified: config.lastModified,
    FunctionArn: functionArn(owner, config.functionName, config.qualifier),
    MaximumRetryAttempts: config.retries,
    MaximumEventAgeInSeconds: config.maximumAge,
    DestinationConfig: {
      OnSuccess: onSuccess === undefined ? {} : { Destination: onSuccess },
      OnFailure: onFailure === undefined ? {} : { Destination: onFailure },
    },
  }
}

const none = ({ named }: FunctionTarget) =>
  fail(
    'ResourceNotFoundException',
    `The function ${functionArn(named, named.name, named.qualifier ?? '$LATEST')} doesn't have an EventInvokeConfig`,
  )

export const PutFunctionEventInvokeConfig = operation('PutFunctionEventInvokeConfig', {
  access: onFunction,
  async handle(input, ctx, [target]) {
    found(target)
    const [functionName, qualifier] = keyOf(target)
    const config = { functionName, qualifier, ...applied(input, {}), lastModified: ctx.now() }
    await ctx.store.transaction((tx) => tx.of(eventConfigs).put(config))
    return told(config, ctx)
  },
})

export const UpdateFunctionEventInvokeConfig = operation('UpdateFunctionEventInvokeConfig', {
  access: onFunction,
  async handle(input, ctx, [target]) {
    found(target)
    const config = await ctx.store.transaction(async (tx) => {
      const old = await tx.of(eventConfigs).get(keyOf(target))
      if (old === undefined) throw none(target)
      const next = { ...old, ...applied(input, old), lastModified: ctx.now() }
      await tx.of(eventConfigs).put(next)
      return next
    })
    return told(config, ctx)
  },
})

export const GetFunctionEventInvokeConfig = operation('GetFunctionEventInvokeConfig', {
  access: onFunction,
  async handle(_input, ctx, [target]) {
    found(target)
    const config = await ctx.store.of(eventConfigs).get(keyOf(target))
    if (config === undefined) throw none(target)
    return told(config, ctx)
  },
})

export const DeleteFunctionEventInvokeConfig = operation('DeleteFunctionEventInvokeConfig', {
  access: onFunction,
  async handle(_input, ctx, [target]) {
    found(target)
    if (!(await ctx.store.transaction((tx) => tx.of(eventConfigs).delete(keyOf(target)))))
      throw none(target)
    return {}
  },
})

export const ListFunctionEventInvokeConfigs = operation('ListFunctionEventInvokeConfigs', {
  access: onFunction,
  async handle(input, ctx, [target]) {
    const { name } = found(target).record
    const all = await everything((o) => ctx.store.of(eventConfigs).list({ prefix: [name], ...o }))
    const list = `event-configs/${name}`
    const { items, ...more } = await listPage(all, (one) => one.qualifier, input, ctx, list)
    return { FunctionEventInvokeConfigs: items.map((one) => told(one, ctx)), ...more }
  },
})
