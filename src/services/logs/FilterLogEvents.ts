import type { CallContext } from '../../kernel/context.ts'
import { everything } from '../../kernel/paging.ts'
import { invalid, operation } from './contract.ts'
import { matcherOf } from './filter-pattern.ts'
import { type StreamRecord, streams } from './log-records.ts'
import { foundGroup, groupTarget } from './log-targets.ts'
import { ascending, type Place, type StoredEvent } from './stored-events.ts'

const mostEvents = 10_000
const mostBytes = 1_048_576
/** Events that one call looks at. */
const mostLooked = 50_000
const day = 86_400_000

type GroupPlace = Place & { readonly stream: string }

export const FilterLogEvents = operation('FilterLogEvents', {
  access: { kind: 'iam', targets: async (input, read) => [await groupTarget(input, read)] },
  async handle(input, ctx, [target]) {
    const { name, retentionDays = 36_500 } = foundGroup(target)
    const { logStreamNames: names, logStreamNamePrefix: prefix, limit = mostEvents } = input
    if (names !== undefined && prefix !== undefined)
      throw invalid('logStreamNames and logStreamNamePrefix must not be given together.')
    const matches = matcherOf(input.filterPattern ?? '')
    const all = await everything((o) => ctx.store.of(streams).list({ prefix: [name], ...o }))
    const missing = names?.filter((one) => !all.some((stream) => stream.name === one)) ?? []
    if (missing.length > 0) throw invalid(`Log stream ${missing[0]} does not exist.`)
    const seal = await ctx.ports.seals.ready('page')
    const bound = `logs/filter/${ctx.account}/${ctx.region}/${name}`
    const plain = input.nextToken === undefined ? undefined : seal.open(input.nextToken, bound)
    if (input.nextToken !== undefined && plain === undefined)
      throw invalid('The specified nextToken is invalid.')
    const place: GroupPlace | undefined = plain && JSON.parse(new TextDecoder().decode(plain))
    const kept = ctx.now().getTime() - retentionDays * day
    const from = Math.max(input.startTime ?? 0, kept, place?.at ?? 0, 0)
    const until = input.endTime ?? Number.POSITIVE_INFINITY
    const chosen = all.filter(
      (stream) =>
        (names === undefined || names.includes(stream.name)) &&
        (prefix === undefined || stream.name.startsWith(prefix)) &&
        (stream.lastEvent ?? -1) >= from &&
        (stream.firstEvent ?? 0) <= until,
    )
    const events: (StoredEvent & { readonly stream: string })[] = []
    let looked = 0
    let bytes = 0
    let last: GroupPlace | undefined
    let more = false
    for await (const event of merged(chosen, from, ctx)) {
      if (event.at > until) break
      if (place !== undefined && compare(event, place) <= 0) continue
      if (events.length >= limit || bytes > mostBytes || looked >= mostLooked) {
        more = true
        break
      }
      looked++
      const { at, sequence, index, stream } = event
      last = { at, sequence, index, stream }
      if (!matches(event.text)) continue
      bytes += Buffer.byteLength(event.text)
      events.push(event)
    }
    return {
      events: events.map((event) => ({
        logStreamName: event.stream,
        timestamp: event.at,
        message: event.text,
        ingestionTime: event.ingestedAt,
        eventId: idOf(event),
      })),
      searchedLogStreams: [],
      ...(more && last && { nextToken: seal.seal(Buffer.from(JSON.stringify(last)), bound) }),
    }
  },
})

const compare = (a: GroupPlace, b: GroupPlace): number =>
  a.at - b.at ||
  (a.stream < b.stream ? -1 : a.stream > b.stream ? 1 : 0) ||
  a.sequence - b.sequence ||
  a.index - b.index

/** 56 digits that belong to one event of its stream. */
const idOf = ({ at, sequence, index }: Place): string =>
  `${String(at).padStart(20, '0')}${String(sequence).padStart(24, '0')}${String(index).padStart(12, '0')}`

/** Events of several streams in the order of their times. */
async function* merged(
  chosen: readonly StreamRecord[],
  from: number,
  ctx: CallContext,
): AsyncGenerator<StoredEvent & { readonly stream: string }> {
  const heads: { event: StoredEvent & { stream: string }; rest: AsyncGenerator<StoredEvent> }[] = []
  const advance = async (rest: AsyncGenerator<StoredEvent>, stream: string) => {
    const { value, done } = await rest.next()
    if (!done) heads.push({ event: { ...value, stream }, rest })
  }
  for (const { id, name } of chosen) await advance(ascending(ctx.store, id, from), name)
  while (heads.length > 0) {
    let first = 0
    for (let i = 1; i < heads.length; i++)
      if (compare(heads[i]!.event, heads[first]!.event) < 0) first = i
    const [{ event, rest }] = heads.splice(first, 1) as [(typeof heads)[number]]
    yield event
    await advance(rest, event.stream)
  }
}
