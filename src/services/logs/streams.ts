import type { LogStream } from '@aws-sdk/client-cloudwatch-logs'
import { everything } from '../../kernel/paging.ts'
import type { Owner } from '../../kernel/store.ts'
import { AlreadyExists } from '../../kernel/store.ts'
import { fail, invalid, operation } from './contract.ts'
import { forgetEvents } from './forgetting.ts'
import { listPage } from './listing.ts'
import { groups, type StreamRecord, streamArn, streams } from './log-records.ts'
import {
  foundGroup,
  foundStream,
  groupTarget,
  noGroup,
  noStream,
  streamTarget,
} from './log-targets.ts'

export const CreateLogStream = operation('CreateLogStream', {
  access: { kind: 'iam', targets: async (input, read) => [await streamTarget(input, read)] },
  async handle(input, ctx) {
    const { logGroupName: group, logStreamName: name } = input
    const id = ctx.random.uuid()
    try {
      await ctx.store.transaction(async (tx) => {
        if ((await tx.of(groups).get([group])) === undefined) throw noGroup()
        await tx
          .of(streams)
          .create({ group, name, id, createdAt: ctx.now(), bytes: 0, sequence: 0 })
      })
    } catch (error) {
      if (!(error instanceof AlreadyExists)) throw error
      throw fail('ResourceAlreadyExistsException', 'The specified log stream already exists')
    }
    return {}
  },
})

export const DeleteLogStream = operation('DeleteLogStream', {
  access: { kind: 'iam', targets: async (input, read) => [await streamTarget(input, read)] },
  async handle(_input, ctx, [target]) {
    const { group, name, id } = foundStream(target)
    await ctx.store.transaction(async (tx) => {
      const stream = await tx.of(streams).get([group, name])
      if (stream?.id !== id) throw noStream()
      await tx.of(streams).delete([group, name])
      forgetEvents(tx, id, ctx.now())
    })
    return {}
  },
})

export const DescribeLogStreams = operation('DescribeLogStreams', {
  access: { kind: 'iam', targets: async (input, read) => [await groupTarget(input, read)] },
  async handle(input, ctx, [target]) {
    const { name } = foundGroup(target)
    const {
      logStreamNamePrefix: prefix = '',
      orderBy = 'LogStreamName',
      descending = false,
    } = input
    if (orderBy === 'LastEventTime' && prefix !== '')
      throw invalid('Cannot order by LastEventTime with a logStreamNamePrefix.')
    const all = await everything((o) => ctx.store.of(streams).list({ prefix: [name], ...o }))
    const ordered = all
      .filter((stream) => stream.name.startsWith(prefix))
      .map((stream) => ({ stream, order: orderOf(stream, orderBy) }))
      .toSorted((a, b) => (a.order < b.order ? -1 : 1))
    if (descending) ordered.reverse()
    // The place in this order, so that pages go on where they ended.
    const placed = ordered.map((one, i) => ({ ...one, place: String(i).padStart(9, '0') }))
    const list = `streams/${name}/${JSON.stringify([prefix, orderBy, descending])}`
    const { items, ...more } = await listPage(placed, ({ place }) => place, input, ctx, list)
    return { logStreams: items.map(({ stream }) => told(stream, ctx)), ...more }
  },
})

const orderOf = ({ name, lastEvent, createdAt }: StreamRecord, orderBy: string): string =>
  orderBy === 'LogStreamName'
    ? name
    : `${String(lastEvent ?? createdAt.getTime()).padStart(15, '0')}/${name}`

const told = (stream: StreamRecord, owner: Owner): LogStream => ({
  logStreamName: stream.name,
  creationTime: stream.createdAt.getTime(),
  ...(stream.firstEvent !== undefined && {
    firstEventTimestamp: stream.firstEvent,
    lastEventTimestamp: stream.lastEvent,
    lastIngestionTime: stream.lastIngestion,
  }),
  uploadSequenceToken: sequenceToken(stream),
  arn: streamArn(owner, stream.group, stream.name),
  storedBytes: 0,
})

/** AWS still answers these tokens, and asks for none. */
export const sequenceToken = ({ sequence }: Pick<StreamRecord, 'sequence'>): string =>
  `4${String(sequence + 1).padStart(55, '0')}`
