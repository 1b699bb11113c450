import type { CallContext } from '../../kernel/context.ts'
import { ServiceError } from '../../kernel/errors.ts'
import type { FunctionOutcome } from '../../kernel/functions.ts'
import { logStreamOf } from './execution.ts'
import { sessionName } from './execution-role.ts'
import { functionArn, type VersionRecord, versionName } from './function-records.ts'
import type { LogLine } from './log-lines.ts'

/** Bytes and events of one PutLogEvents. */
const largestBatch = 1_048_576
const mostEvents = 10_000
const overhead = 26

/**
 * Writes the log of an invocation to CloudWatch Logs as the function's role: without its permission
 * there is no log. Never throws.
 */
export async function writeLog(
  lines: readonly LogLine[],
  { version }: { readonly version: VersionRecord },
  { process }: FunctionOutcome,
  ctx: CallContext,
): Promise<void> {
  const { functionName, logging, role } = version
  const stream = {
    logGroupName: logging.group,
    logStreamName: logStreamOf(versionName(version), new Date(process.startedAt), process.id),
  }
  const as = { role, sessionName: sessionName(functionName) }
  const options = { as, sourceArn: functionArn(ctx, functionName) }
  const call = (operation: string, input: object) => ctx.call('logs', operation, input, options)
  const make = (operation: string, input: object) =>
    call(operation, input).catch((error: unknown) => {
      if (!(error instanceof ServiceError) || error.code !== 'ResourceAlreadyExistsException')
        throw error
    })
  try {
    for (const logEvents of batchesOf(lines)) {
      const input = { ...stream, logEvents }
      try {
        await call('PutLogEvents', input)
      } catch (error) {
        if (!(error instanceof ServiceError) || error.code !== 'ResourceNotFoundException')
          throw error
        await make('CreateLogStream', stream).catch(async () => {
          await make('CreateLogGroup', { logGroupName: logging.group })
          await make('CreateLogStream', stream)
        })
        await call('PutLogEvents', input)
      }
    }
  } catch (cause) {
    ctx.log.debug('the log of a function was not written', {
      function: functionName,
      cause: cause instanceof Error ? cause.message : String(cause),
    })
  }
}

function batchesOf(lines: readonly LogLine[]): LogLine[][] {
  const batches: LogLine[][] = []
  let size = 0
  const sorted = lines
    .filter(({ message }) => message !== '')
    .toSorted((a, b) => a.timestamp - b.timestamp)
  for (const line of sorted) {
    const bytes = Buffer.byteLength(line.message) + overhead
    const batch = batches.at(-1)
    if (batch === undefined || size + bytes > largestBatch || batch.length >= mostEvents) {
      batches.push([line])
      size = bytes
    } else {
      batch.push(line)
      size += bytes
    }
  }
  return batches
}
