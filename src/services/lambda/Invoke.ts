import type { CallContext } from '../../kernel/context.ts'
import { fail, operation } from './contract.ts'
import { execute, type Invocation } from './execution.ts'
import { functionArn, type VersionRecord, versionName } from './function-records.ts'
import {
  type FunctionTarget,
  findFunction,
  found,
  functionTarget,
  notFound,
} from './function-targets.ts'
import { logOf } from './log-lines.ts'

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
    const version = await chosenVersion(target, ctx)
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
    const invocation: Invocation = {
      version,
      arn: functionArn(target.named, target.named.name, target.named.qualifier),
      payload,
      clientContext: clientContextOf(input.ClientContext),
      reservedConcurrency: found(target).record.reservedConcurrency,
      requestId: ctx.requestId,
    }
    const outcome = await execute(invocation, ctx)
    const log = logOf(outcome, invocation)
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

/** The version that works: an alias may send a share of the invocations to another one. */
export async function chosenVersion(
  target: FunctionTarget | undefined,
  ctx: Pick<CallContext, 'store' | 'random'>,
): Promise<VersionRecord> {
  const { version, alias, record } = found(target)
  if (version !== undefined) return version
  const { other } = alias!
  const draw = new DataView(ctx.random.bytes(4).slice().buffer).getUint32(0) / 2 ** 32
  const qualifier = other !== undefined && draw < other.weight ? other.version : alias!.version
  const chosen = await findFunction(ctx.store, { name: record.name, qualifier })
  if (chosen?.version === undefined) throw notFound(target)
  return chosen.version
}

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
