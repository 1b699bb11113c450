import { parseArn } from '../../kernel/arn.ts'
import type { ContextValue } from '../../kernel/authorization.ts'
import type { ReadContext } from '../../kernel/context.ts'
import type { Target } from '../../kernel/target.ts'
import { fail, invalid } from './contract.ts'
import {
  type GroupRecord,
  groupArn,
  groupResource,
  groups,
  type StreamRecord,
  streamArn,
  streams,
} from './log-records.ts'
import { policyForServices } from './resource-policies.ts'

export interface GroupTarget extends Target<GroupRecord | undefined> {
  readonly group: string
}

export interface StreamTarget extends Target<StreamRecord | undefined> {
  readonly group: GroupRecord | undefined
  readonly stream: string
}

interface Named {
  readonly logGroupName?: string | undefined
  readonly logGroupIdentifier?: string | undefined
}

/** The name of a group that is given as such, or as an ARN of this account and Region. */
export function groupName(
  { logGroupName, logGroupIdentifier }: Named,
  read: Pick<ReadContext, 'account' | 'region'>,
): string {
  if ((logGroupName === undefined) === (logGroupIdentifier === undefined))
    throw invalid('Exactly one of logGroupName and logGroupIdentifier must be given.')
  const text = logGroupName ?? logGroupIdentifier!
  if (logGroupName !== undefined || !text.startsWith('arn:')) return text
  const arn = parseArn(text)
  const [, name] = /^log-group:([^:*]+)(:\*)?$/.exec(arn?.resource ?? '') ?? []
  if (name === undefined || arn?.service !== 'logs') throw invalid('Invalid ARN of a log group.')
  if (arn.account !== read.account || arn.region !== read.region)
    throw fail('ResourceNotFoundException', 'The specified log group does not exist.')
  return name
}

/** A group as a decision. Tagging is decided on its plain ARN, everything else on what is below it. */
export async function groupTarget(
  named: Named,
  read: ReadContext,
  {
    plain = false,
    context,
  }: {
    readonly plain?: boolean
    readonly context?: Readonly<Record<string, ContextValue>>
  } = {},
): Promise<GroupTarget> {
  const group = groupName(named, read)
  const record = await read.store.of(groups).get([group])
  const { account, region } = read
  const resource = plain ? groupArn(read, group) : groupResource(read, group)
  return {
    resource,
    account,
    region,
    record,
    tags: record?.tags,
    group,
    ...(context && { context }),
  }
}

export async function streamTarget(
  named: Named & { readonly logStreamName: string },
  read: ReadContext,
): Promise<StreamTarget> {
  const name = groupName(named, read)
  const group = await read.store.of(groups).get([name])
  const record = group && (await read.store.of(streams).get([name, named.logStreamName]))
  const { account, region } = read
  const resource = streamArn(read, name, named.logStreamName)
  return {
    resource,
    account,
    region,
    record,
    tags: group?.tags,
    policy: await policyForServices(read),
    group,
    stream: named.logStreamName,
  }
}

export const noGroup = (): Error =>
  fail('ResourceNotFoundException', 'The specified log group does not exist.')

export function foundGroup({ record }: GroupTarget): GroupRecord {
  if (record === undefined) throw noGroup()
  return record
}

export const noStream = (): Error =>
  fail('ResourceNotFoundException', 'The specified log stream does not exist.')

export function foundStream({ record, group }: StreamTarget): StreamRecord {
  if (group === undefined) throw noGroup()
  if (record === undefined) throw noStream()
  return record
}
