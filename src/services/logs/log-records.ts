import { collection, type Owner } from '../../kernel/store.ts'

export interface GroupRecord {
  readonly name: string
  readonly createdAt: Date
  readonly retentionDays?: number | undefined
  readonly kmsKeyId?: string | undefined
  readonly class: string
  readonly protected: boolean
  readonly tags: Readonly<Record<string, string>>
}

export const groups = collection<GroupRecord>('logs.groups')({
  scope: 'region',
  version: 1,
  key: ({ name }) => [name],
})

export interface StreamRecord {
  readonly group: string
  readonly name: string
  /** Its events are kept under this, so that a stream of the same name never inherits any. */
  readonly id: string
  readonly createdAt: Date
  /** Milliseconds since 1970. */
  readonly firstEvent?: number | undefined
  readonly lastEvent?: number | undefined
  readonly lastIngestion?: number | undefined
  readonly bytes: number
  /** Of the next chunk. */
  readonly sequence: number
}

export const streams = collection<StreamRecord>('logs.streams')({
  scope: 'region',
  version: 1,
  key: ({ group, name }) => [group, name],
})

/** Events that were put together, in the order of their times. */
export interface ChunkRecord {
  readonly streamId: string
  /** Times of the first and the last event, milliseconds since 1970. */
  readonly first: number
  readonly last: number
  readonly sequence: number
  readonly ingestedAt: number
  readonly events: readonly { readonly at: number; readonly text: string }[]
}

export const chunks = collection<ChunkRecord>('logs.chunks')({
  scope: 'region',
  version: 1,
  key: ({ streamId, first, sequence }) => [streamId, first, sequence],
})

/** The same chunks from the newest to the oldest, without their events. */
export interface MarkRecord {
  readonly streamId: string
  readonly first: number
  readonly last: number
  readonly sequence: number
}

export const marks = collection<MarkRecord>('logs.marks')({
  scope: 'region',
  version: 1,
  key: ({ streamId, last, sequence }) => [streamId, -last, -sequence],
})

export const groupArn = ({ account, region }: Owner, name: string): string =>
  `arn:aws:logs:${region}:${account}:log-group:${name}`

/** What permissions on a group are decided on: policies name it with `:*` behind. */
export const groupResource = (owner: Owner, name: string): string =>
  `${groupArn(owner, name)}:log-stream:`

export const streamArn = (owner: Owner, group: string, name: string): string =>
  `${groupArn(owner, group)}:log-stream:${name}`
