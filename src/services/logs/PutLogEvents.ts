import { fail, invalid, operation } from './contract.ts'
import { type ChunkRecord, chunks, marks, streams } from './log-records.ts'
import { foundStream, noStream, streamTarget } from './log-targets.ts'
import { sequenceToken } from './streams.ts'

const hour = 3_600_000
const day = 24 * hour
/** Bytes of a batch, each event with 26 more. */
const largestBatch = 1_048_576
const overhead = 26
/** Bytes of one stored piece, about. */
const pieceSize = 262_144

interface GivenEvent {
  readonly timestamp: number
  readonly message: string
}

export const PutLogEvents = operation('PutLogEvents', {
  access: { kind: 'iam', targets: async (input, read) => [await streamTarget(input, read)] },
  async handle(input, ctx, [target]) {
    const { group, name, id } = foundStream(target)
    const events = input.logEvents
    checkBatch(events)
    const now = ctx.now().getTime()
    const retention = (target.group?.retentionDays ?? Number.POSITIVE_INFINITY) * day
    const expired = events.filter(({ timestamp }) => timestamp < now - retention).length
    const tooOld = events.filter(({ timestamp }) => timestamp < now - 14 * day).length
    const tooNew = events.findIndex(({ timestamp }) => timestamp > now + 2 * hour)
    const good = events.slice(Math.max(tooOld, expired), tooNew === -1 ? events.length : tooNew)
    const stream = await ctx.store.transaction(async (tx) => {
      const old = await tx.of(streams).get([group, name])
      if (old?.id !== id) throw noStream()
      if (good.length === 0) return old
      let { sequence } = old
      for (const piece of piecesOf(good)) {
        const chunk: ChunkRecord = {
          streamId: id,
          first: piece[0]!.timestamp,
          last: piece.at(-1)!.timestamp,
          sequence,
          ingestedAt: now,
          events: piece.map(({ timestamp, message }) => ({ at: timestamp, text: message })),
        }
        await tx.of(chunks).create(chunk)
        const { first, last, streamId } = chunk
        await tx.of(marks).create({ streamId, first, last, sequence })
        sequence++
      }
      const next = {
        ...old,
        sequence,
        firstEvent: Math.min(old.firstEvent ?? Number.POSITIVE_INFINITY, good[0]!.timestamp),
        lastEvent: Math.max(old.lastEvent ?? 0, good.at(-1)!.timestamp),
        lastIngestion: now,
        bytes: old.bytes + sizeOf(good),
      }
      await tx.of(streams).put(next)
      return next
    })
    const rejected = {
      ...(tooNew !== -1 && { tooNewLogEventStartIndex: tooNew }),
      ...(tooOld > 0 && { tooOldLogEventEndIndex: tooOld }),
      ...(expired > 0 && { expiredLogEventEndIndex: expired }),
    }
    return {
      nextSequenceToken: sequenceToken(stream),
      ...(Object.keys(rejected).length > 0 && { rejectedLogEventsInfo: rejected }),
    }
  },
})

const sizeOf = (events: readonly GivenEvent[]): number =>
  events.reduce((sum, { message }) => sum + Buffer.byteLength(message) + overhead, 0)

function checkBatch(events: readonly GivenEvent[]): void {
  const size = sizeOf(events)
  if (size > largestBatch)
    throw invalid(`Upload too large: ${size} bytes exceeds limit of ${largestBatch}`)
  if (events.some(({ timestamp }, i) => i > 0 && timestamp < events[i - 1]!.timestamp))
    throw invalid('Log events in a single PutLogEvents request must be in chronological order.')
  const [first, last] = [events[0], events.at(-1)]
  if (first === undefined || last === undefined)
    throw fail('InvalidParameterException', 'There must be at least one log event.')
  if (last.timestamp - first.timestamp > day)
    throw invalid(
      'The batch of log events in a single PutLogEvents request cannot span more than 24 hours.',
    )
}

function piecesOf(events: readonly GivenEvent[]): GivenEvent[][] {
  const pieces: GivenEvent[][] = []
  let size = 0
  for (const event of events) {
    const bytes = Buffer.byteLength(event.message)
    const piece = pieces.at(-1)
    if (piece === undefined || size + bytes > pieceSize) {
      pieces.push([event])
      size = bytes
    } else {
      piece.push(event)
      size += bytes
    }
  }
  return pieces
}
