import { chosenVersion } from './chosen-version.ts'
import { fail, operation } from './contract.ts'
import { execute, type Invocation } from './execution.ts'
import { functionArn, versionName } from './function-records.ts'
import { found, functionTarget, notFound } from './function-targets.ts'
import { logOf } from './log-lines.ts'
import { writeLog } from './log-writing.ts'
import { enqueue } from './queued-events.ts'

/** Bytes of an event: of one that is waited for, and of one that is queued. */
const largest = { RequestResponse: 6_291_456, DryRun: 6_291_456, Event: 1_048_576 } as const
/** Bytes of the log that an answer carries. */
const tail = 4_096

export const Invoke = operation('Invoke', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [
      await functionTarget(input.FunctionName, read, {
        action: 'lambda:InvokeFunction',
        qualifier: input.Qualifier,
      }),
    ],
  },
  async handle(input, ctx, [target]) {
    const version = await chosenVersion(found(target), ctx)
    if (version === undefined) throw notFound(target)
    const type = input.InvocationType ?? 'RequestResponse'
    // The client takes streams too; on the wire it is bytes.
    const given = input.Payload as Uint8Array | undefined
    const payload = given?.length ? given : new TextEncoder().encode('{}')
    if (payload.length > largest[type])
      throw fail(
        'RequestTooLargeException',
        `Request must be smaller than ${largest[type]} bytes for the InvokeFunction operation`,
      )
    checkJson(payload)
    if (type === 'DryRun') return { StatusCode: 204 }
    const clientContext = clientContextOf(input.ClientContext)
    if (type === 'Event') {
      const { name: functionName, qualifier } = target.named
      const event = { functionName, qualifier, payload, clientContext, failures: 0, delays: 0 }
      await enqueue({ ...event, requestId: ctx.requestId, queuedAt: ctx.now() }, version, ctx)
      return { StatusCode: 202 }
    }
    const invocation: Invocation = {
      version,
      arn: functionArn(target.named, target.named.name, target.named.qualifier),
      payload,
      clientContext,
      reservedConcurrency: found(target).record.reservedConcurrency,
      requestId: ctx.requestId,
    }
    const outcome = await execute(invocation, ctx)
    const log = logOf(outcome, invocation)
    // The answer does not wait for it.
    ctx.ports.functions.keep(writeLog(log, invocation, outcome, ctx))
    return {
      StatusCode: 200,
      ...(outcome.failed && { FunctionError: 'Unhandled' }),
      Payload: outcome.payload as never,
      ExecutedVersion: versionName(version),
      ...(input.LogType === 'Tail' && {
        LogResult: Buffer.from(log.map(({ message }) => `${message}\n`).join(''))
          .subarray(-tail)
          .toString('base64'),
      }),
    }
  },
})

function checkJson(payload: Uint8Array): void {
  try {
    JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload))
  } catch {
    throw fail(
      'InvalidRequestContentException',
      'Could not parse request body into json: Could not parse payload into json',
    )
  }
}

/** Bytes of a client context. */
const largestContext = 3_583

function clientContextOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  try {
    if (text.length > largestContext) throw new RangeError('too long')
    return JSON.stringify(JSON.parse(Buffer.from(text, 'base64').toString()))
  } catch {
    throw fail(
      'InvalidRequestContentException',
      'Could not parse request body into json: Client context must be a valid Base64-encoded JSON object.',
    )
  }
}
