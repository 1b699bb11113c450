import { parseArn } from '../../kernel/arn.ts'
import type { CallContext } from '../../kernel/context.ts'
import type { FunctionOutcome } from '../../kernel/functions.ts'
import type { EventConfigRecord } from './event-invoke-configs.ts'
import { sessionName } from './execution-role.ts'
import { functionArn, type VersionRecord, versionName } from './function-records.ts'

/** How a queued event has ended. */
export interface EndedEvent {
  readonly event: {
    readonly requestId: string
    readonly functionName: string
    readonly qualifier: string | undefined
    readonly payload: Uint8Array
    readonly failures: number
  }
  readonly version: VersionRecord
  readonly config: EventConfigRecord | undefined
  readonly condition: 'Success' | 'RetriesExhausted' | 'EventAgeExceeded'
  readonly outcome?: FunctionOutcome | undefined
}

/** Tells the destinations that are meant for this end, as the function's role. */
export async function tellDestinations(ended: EndedEvent, ctx: CallContext): Promise<void> {
  const { config, condition, version } = ended
  const destination = condition === 'Success' ? config?.onSuccess : config?.onFailure
  if (destination !== undefined)
    await tell(destination, JSON.stringify(recordOf(ended, ctx)), {}, ended, ctx)
  if (condition !== 'Success' && version.deadLetterArn !== undefined) {
    const text = Buffer.from(ended.event.payload).toString()
    const attributes = {
      RequestID: ended.event.requestId,
      ErrorCode: '200',
      ErrorMessage: textOf(ended.outcome).slice(0, 1_024),
    }
    await tell(version.deadLetterArn, text, attributes, ended, ctx)
  }
}

const textOf = (outcome: FunctionOutcome | undefined): string =>
  outcome === undefined ? '' : Buffer.from(outcome.payload).toString()

/** @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html */
function recordOf({ event, version, condition, outcome }: EndedEvent, ctx: CallContext): object {
  return {
    version: '1.0',
    timestamp: ctx.now().toISOString(),
    requestContext: {
      requestId: event.requestId,
      functionArn: functionArn(ctx, event.functionName, event.qualifier ?? '$LATEST'),
      condition,
      approximateInvokeCount: event.failures + (outcome === undefined ? 0 : 1),
    },
    requestPayload: JSON.parse(Buffer.from(event.payload).toString()),
    ...(outcome !== undefined && {
      responseContext: {
        statusCode: 200,
        executedVersion: versionName(version),
        ...(outcome.failed && { functionError: 'Unhandled' }),
      },
      responsePayload: jsonOf(textOf(outcome)),
    }),
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

async function tell(
  arn: string,
  text: string,
  attributes: Readonly<Record<string, string>>,
  { version, event }: EndedEvent,
  ctx: CallContext,
): Promise<void> {
  const parsed = parseArn(arn)
  const as = { role: version.role, sessionName: sessionName(event.functionName) }
  const options = { as, sourceArn: functionArn(ctx, event.functionName) }
  const named = Object.entries(attributes).map(
    ([name, StringValue]) => [name, { DataType: 'String', StringValue }] as const,
  )
  const MessageAttributes = named.length > 0 ? Object.fromEntries(named) : undefined
  try {
    if (parsed?.service === 'lambda')
      await ctx.call(
        'lambda',
        'Invoke',
        { FunctionName: arn, InvocationType: 'Event', Payload: Buffer.from(text) },
        options,
      )
    else if (parsed?.service === 'sqs') {
      const QueueUrl = `${ctx.baseUrl}/${parsed.account}/${parsed.resource}`
      const input = { QueueUrl, MessageBody: text, MessageAttributes }
      await ctx.call('sqs', 'SendMessage', input, options)
    } else if (parsed?.service === 'sns') {
      const input = { TopicArn: arn, Message: text, MessageAttributes }
      await ctx.call('sns', 'Publish', input, options)
    }
  } catch (cause) {
    // As on AWS, the function's event is over all the same.
    ctx.log.warn('the destination of a function could not be told', {
      destination: arn,
      requestId: event.requestId,
      cause: cause instanceof Error ? cause.message : String(cause),
    })
  }
}
