import type { CallContext } from '../../kernel/context.ts'
import type { Seal } from '../../kernel/ports.ts'
import { invalid, operation } from './contract.ts'
import { foundStream, streamTarget } from './log-targets.ts'
import { ascending, compare, descending, type Place, type StoredEvent } from './stored-events.ts'

const mostEvents = 10_000
const mostBytes = 1_048_576
const day = 86_400_000

export const GetLogEvents = operation('GetLogEvents', {
  access: { kind: 'iam', targets: async (input, read) => [await streamTarget(input, read)] },
  async handle(input, ctx, [target]) {
    const { id } = foundStream(target)
    const { limit = mostEvents, startFromHead = false, nextToken, startTime = 0 } = input
    const kept = ctx.now().getTime() - (target.group?.retentionDays ?? 36_500) * day
    const from = Math.max(startTime, kept, 0)
    const { endTime: until = Number.POSITIVE_INFINITY } = input
    const seal = await ctx.ports.seals.ready('page')
    const bound = `logs/events/${id}`
    const place = nextToken === undefined ? undefined : opened(nextToken, seal, bound)
    const forward = nextToken === undefined ? startFromHead : nextToken.startsWith('f/')
    const range = { from, until, limit, place }
    const events = forward ? await onward(id, range, ctx) : await backward(id, range, ctx)
    const empty = place ?? { at: forward ? from : 0, sequence: -1, index: -1 }
    const text = (direction: 'f' | 'b', at: Place) =>
      `${direction}/${seal.seal(Buffer.from(JSON.stringify([at.at, at.sequence, at.index])), bound)}`
    // At an end the token is the one that was given: that is how clients know it.
    const same = events.length === 0 && nextToken !== undefined
    return {
      events: events.map(({ at, ingestedAt, text: message }) => ({
        timestamp: at,
        message,
        ingestionTime: ingestedAt,
      })),
      nextForwardToken: same && forward ? nextToken : text('f', events.at(-1) ?? empty),
      nextBackwardToken: same && !forward ? nextToken : text('b', events[0] ?? empty),
    }
  },
})

function opened(token: string, seal: Seal, bound: string): Place {
  const plain = /^[fb]\//.test(token) ? seal.open(token.slice(2), bound) : undefined
  if (plain === undefined) throw invalid('The specified nextToken is invalid.')
  const [at, sequence, index] = JSON.parse(new TextDecoder().decode(plain)) as number[]
  return { at: at!, sequence: sequence!, index: index! }
}

interface Range {
  readonly from: number
  readonly until: number
  readonly limit: number
  readonly place: Place | undefined
}

async function onward(
  id: string,
  { from, until, limit, place }: Range,
  ctx: CallContext,
): Promise<StoredEvent[]> {
  const taken: StoredEvent[] = []
  let bytes = 0
  for await (const event of ascending(ctx.store, id, Math.max(from, place?.at ?? 0))) {
    if (event.at >= until) break
    if (place !== undefined && compare(event, place) <= 0) continue
    bytes += Buffer.byteLength(event.text)
    if (taken.length >= limit || (bytes > mostBytes && taken.length > 0)) break
    taken.push(event)
  }
  return taken
}

async function backward(
  id: string,
  { from, until, limit, place }: Range,
  ctx: CallContext,
): Promise<StoredEvent[]> {
  const taken: StoredEvent[] = []
  let bytes = 0
  for await (const event of descending(ctx.store, id, Math.min(until, place?.at ?? until))) {
    if (event.at < from) break
    if (event.at >= until || (place !== undefined && compare(event, place) >= 0)) continue
    bytes += Buffer.byteLength(event.text)
    if (taken.length >= limit || (bytes > mostBytes && taken.length > 0)) break
    taken.push(event)
  }
  return taken.reverse()
}
