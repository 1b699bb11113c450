import type { FunctionOutcome } from '../../kernel/functions.ts'
import { type VersionRecord, versionName } from './function-records.ts'

export interface LogLine {
  /** Milliseconds since 1970. */
  readonly timestamp: number
  readonly message: string
}

interface Invoked {
  readonly version: VersionRecord
  readonly requestId: string
}

const rounded = (milliseconds: number): string => milliseconds.toFixed(2)

/** The log of one invocation: the platform's own lines around those of the function. */
export function logOf(outcome: FunctionOutcome, { version, requestId }: Invoked): LogLine[] {
  const { lines, startedAt, duration, initDuration, ended, memoryUsed } = outcome
  const endedAt = Math.max(startedAt + Math.ceil(duration), lines.at(-1)?.at ?? 0)
  const told: LogLine[] = lines.map(({ at, text }) => ({ timestamp: at, message: text }))
  // What a process writes while it starts comes before its first invocation.
  const before = told.filter(({ timestamp }) => timestamp < startedAt)
  const within = told.slice(before.length)
  if (ended !== undefined) within.push({ timestamp: endedAt, message: endOf(outcome, requestId) })
  const start = { requestId, version: versionName(version) }
  if (version.logging.format === 'JSON') {
    const event = (timestamp: number, type: string, record: object) => ({
      timestamp,
      message: JSON.stringify({ time: new Date(timestamp).toISOString(), type, record }),
    })
    const status = ended === undefined ? (outcome.failed ? 'error' : 'success') : statusOf(ended)
    return [
      ...before,
      event(startedAt, 'platform.start', start),
      ...within,
      event(endedAt, 'platform.report', {
        requestId,
        metrics: {
          durationMs: Number(rounded(duration)),
          billedDurationMs: Math.ceil(duration + (initDuration ?? 0)),
          memorySizeMB: version.memory,
          maxMemoryUsedMB: memoryUsed,
          ...(initDuration !== undefined && { initDurationMs: Number(rounded(initDuration)) }),
        },
        status,
      }),
    ]
  }
  const report = [
    `REPORT RequestId: ${requestId}`,
    `Duration: ${rounded(duration)} ms`,
    `Billed Duration: ${Math.ceil(duration + (initDuration ?? 0))} ms`,
    `Memory Size: ${version.memory} MB`,
    `Max Memory Used: ${memoryUsed} MB`,
    ...(initDuration !== undefined ? [`Init Duration: ${rounded(initDuration)} ms`] : []),
    ...(ended !== undefined ? [`Status: ${statusOf(ended)}`] : []),
    ...(ended !== undefined && ended !== 'timeout' ? [`Error Type: ${ended}`] : []),
  ]
  return [
    ...before,
    { timestamp: startedAt, message: `START RequestId: ${requestId} Version: ${start.version}` },
    ...within,
    { timestamp: endedAt, message: `END RequestId: ${requestId}` },
    { timestamp: endedAt, message: `${report.join('\t')}\t` },
  ]
}

const statusOf = (ended: string): string => (ended === 'timeout' ? 'timeout' : 'error')

/** What the platform says of a process that ended before its answer. */
function endOf(
  { payload, ended, startedAt, duration }: FunctionOutcome,
  requestId: string,
): string {
  const at = new Date(startedAt + Math.ceil(duration)).toISOString()
  let message: unknown
  try {
    message = JSON.parse(Buffer.from(payload).toString()).errorMessage
  } catch {
    message = undefined
  }
  const text = typeof message === 'string' ? message : String(ended)
  const [, task] = /Error: (Task timed out after [\d.]+ seconds)$/.exec(text) ?? []
  return task === undefined ? text : `${at} ${requestId} ${task}`
}
