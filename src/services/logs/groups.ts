import type { LogGroup } from '@aws-sdk/client-cloudwatch-logs'
import type { CallContext, ReadContext } from '../../kernel/context.ts'
import { everything } from '../../kernel/paging.ts'
import { AlreadyExists, type Transaction } from '../../kernel/store.ts'
import { tagContext } from '../../kernel/tags.ts'
import { fail, invalid, operation } from './contract.ts'
import { forgetEvents } from './forgetting.ts'
import { listPage } from './listing.ts'
import { type GroupRecord, groupArn, groupResource, groups, streams } from './log-records.ts'
import { foundGroup, type GroupTarget, groupTarget, noGroup } from './log-targets.ts'
import { mergedTags } from './tag-rules.ts'

export const CreateLogGroup = operation('CreateLogGroup', {
  access: {
    kind: 'iam',
    targets: (input, read) => [
      {
        resource: groupResource(read, input.logGroupName),
        record: undefined,
        context: tagContext(input.tags),
      },
    ],
  },
  async handle(input, ctx) {
    const { logGroupName: name } = input
    if (name.startsWith('aws/'))
      throw invalid("Log groups starting with 'aws/' are reserved for AWS.")
    const group: GroupRecord = {
      name,
      createdAt: ctx.now(),
      kmsKeyId: input.kmsKeyId,
      class: input.logGroupClass ?? 'STANDARD',
      protected: input.deletionProtectionEnabled ?? false,
      tags: mergedTags({}, input.tags),
    }
    try {
      await ctx.store.transaction((tx) => tx.of(groups).create(group))
    } catch (error) {
      if (!(error instanceof AlreadyExists)) throw error
      throw fail('ResourceAlreadyExistsException', 'The specified log group already exists')
    }
    return {}
  },
})

const onGroup = {
  kind: 'iam' as const,
  targets: async (
    input: { readonly logGroupName: string },
    read: ReadContext,
  ): Promise<readonly [GroupTarget]> => [await groupTarget(input, read)],
}

export const DeleteLogGroup = operation('DeleteLogGroup', {
  access: onGroup,
  async handle(_input, ctx, [target]) {
    const { name } = foundGroup(target)
    await ctx.store.transaction(async (tx) => {
      const group = await tx.of(groups).get([name])
      if (group === undefined) throw noGroup()
      if (group.protected)
        throw fail(
          'ValidationException' as 'InvalidParameterException',
          'Cannot delete log group: deletion protection is enabled.',
        )
      await tx.of(groups).delete([name])
      const own = await everything((o) => tx.of(streams).list({ prefix: [name], ...o }))
      for (const stream of own) {
        await tx.of(streams).delete([name, stream.name])
        forgetEvents(tx, stream.id, ctx.now())
      }
      tx.unschedule('logs.Expire', name)
    })
    return {}
  },
})

export const DescribeLogGroups = operation('DescribeLogGroups', {
  access: {
    kind: 'iam',
    targets: (_input, read) => [{ resource: groupResource(read, ''), record: undefined }],
  },
  async handle(input, ctx) {
    const { logGroupNamePrefix: prefix = '', logGroupNamePattern: pattern, logGroupClass } = input
    if (prefix !== '' && pattern !== undefined)
      throw invalid(
        'LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.',
      )
    const part = pattern?.toLowerCase() ?? ''
    const identifiers = input.logGroupIdentifiers?.map((one) =>
      one.replace(/^arn:.*:log-group:/, ''),
    )
    const all = await everything((options) => ctx.store.of(groups).list(options))
    const asked = all.filter(
      (group) =>
        group.name.startsWith(prefix) &&
        group.name.toLowerCase().includes(part) &&
        (identifiers === undefined || identifiers.includes(group.name)) &&
        (logGroupClass === undefined || group.class === logGroupClass),
    )
    const list = `groups/${JSON.stringify([prefix, part, logGroupClass, identifiers])}`
    const { items, ...more } = await listPage(asked, ({ name }) => name, input, ctx, list)
    return { logGroups: await Promise.all(items.map((group) => told(group, ctx))), ...more }
  },
})

async function told(group: GroupRecord, ctx: CallContext): Promise<LogGroup> {
  const own = await everything((o) => ctx.store.of(streams).list({ prefix: [group.name], ...o }))
  return {
    logGroupName: group.name,
    creationTime: group.createdAt.getTime(),
    ...(group.retentionDays !== undefined && { retentionInDays: group.retentionDays }),
    metricFilterCount: 0,
    arn: `${groupArn(ctx, group.name)}:*`,
    storedBytes: own.reduce((sum, { bytes }) => sum + bytes, 0),
    ...(group.kmsKeyId !== undefined && { kmsKeyId: group.kmsKeyId }),
    logGroupClass: group.class as 'STANDARD',
    logGroupArn: groupArn(ctx, group.name),
    deletionProtectionEnabled: group.protected,
  }
}

/** Changes a group that was decided on. */
export async function changeGroup(
  { group }: GroupTarget,
  ctx: CallContext,
  change: (old: GroupRecord, tx: Transaction) => GroupRecord,
): Promise<void> {
  await ctx.store.transaction(async (tx) => {
    const old = await tx.of(groups).get([group])
    if (old === undefined) throw noGroup()
    await tx.of(groups).put(change(old, tx))
  })
}
