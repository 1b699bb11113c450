import { uniqueId } from '../../kernel/ids.ts'
import { AlreadyExists } from '../../kernel/store.ts'
import { iamArn } from './arns.ts'
import { fail, operation } from './contract.ts'
import { type GroupRecord, groupKind, groups } from './group-records.ts'
import { change, found, holderTarget, pathTarget } from './holders.ts'
import { all, paged, under } from './listing.ts'
import { givePlaceBack, takePlace } from './quotas.ts'
import { users } from './user-records.ts'
import { userShape } from './users.ts'

export const groupShape = (group: GroupRecord, account: string) => ({
  Path: group.path,
  GroupName: group.name,
  GroupId: group.id,
  Arn: iamArn(account, 'group', group.name, group.path),
  CreateDate: group.createdAt,
})

const taken =
  (name: string) =>
  (error: unknown): never => {
    if (!(error instanceof AlreadyExists)) throw error
    throw fail('EntityAlreadyExistsException', `Group with name ${name} already exists.`)
  }

export const CreateGroup = operation('CreateGroup', {
  access: {
    kind: 'iam',
    targets: (input, read) => [
      { resource: iamArn(read.account, 'group', input.GroupName, input.Path), record: undefined },
    ],
  },
  async handle(input, ctx) {
    const group: GroupRecord = {
      id: uniqueId('AGPA', ctx.random),
      name: input.GroupName,
      path: input.Path ?? '/',
      createdAt: ctx.now(),
      attached: [],
      inline: {},
    }
    await ctx.store
      .transaction(async (tx) => {
        await takePlace(tx, 'Groups')
        await tx.of(groups).create(group)
      })
      .catch(taken(group.name))
    return { Group: groupShape(group, ctx.account) }
  },
})

export const GetGroup = operation('GetGroup', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [await holderTarget(groupKind, input.GroupName, read)],
  },
  async handle(input, ctx, [target]) {
    const group = found(target.record, 'group', input.GroupName)
    const members = (await ctx.store.of(users).find('group', [group.id], { limit: 1_000 })).records
    const list = `group/${group.id}`
    const { items, ...more } = await paged(members, (user) => user.name, input, ctx, list)
    return {
      Group: groupShape(group, ctx.account),
      Users: items.map((user) => userShape(user, ctx.account)),
      ...more,
    }
  },
})

export const ListGroups = operation('ListGroups', {
  access: {
    kind: 'iam',
    targets: (input, read) => [pathTarget('group', input.PathPrefix, read)],
  },
  async handle(input, ctx) {
    const records = (await all(ctx.store, groups)).filter(under(input.PathPrefix))
    const { items, ...more } = await paged(records, (group) => group.name, input, ctx, 'groups')
    return { Groups: items.map((group) => groupShape(group, ctx.account)), ...more }
  },
})

export const UpdateGroup = operation('UpdateGroup', {
  access: {
    kind: 'iam',
    async targets(input, read) {
      const old = await holderTarget(groupKind, input.GroupName, read)
      if (input.NewGroupName === undefined && input.NewPath === undefined) return [old]
      const name = input.NewGroupName ?? input.GroupName
      const path = input.NewPath ?? old.record?.path
      return [old, { ...old, resource: iamArn(read.account, 'group', name, path) }]
    },
  },
  async handle(input, ctx, [target]) {
    const group = found(target.record, 'group', input.GroupName)
    const { NewGroupName: name, NewPath: path } = input
    // What is not asked for stays as it is by now, not as it was when it was loaded.
    const next = { ...(name !== undefined && { name }), ...(path !== undefined && { path }) }
    await ctx.store
      .transaction((tx) => change(tx, groupKind, group, (old) => ({ ...old, ...next })))
      .catch(taken(name ?? group.name))
    return {}
  },
})

export const DeleteGroup = operation('DeleteGroup', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [await holderTarget(groupKind, input.GroupName, read)],
  },
  async handle(input, ctx, [target]) {
    const { id } = found(target.record, 'group', input.GroupName)
    await ctx.store.transaction(async (tx) => {
      const group = found(await tx.of(groups).get([id]), 'group', input.GroupName)
      const members = await tx.of(users).find('group', [id], { limit: 1 })
      const inUse = [
        [members.records.length > 0, 'must remove users from group first.'],
        [group.attached.length > 0, 'must detach all policies first.'],
        [Object.keys(group.inline).length > 0, 'must delete policies first.'],
      ] as const
      for (const [used, remedy] of inUse)
        if (used) throw fail('DeleteConflictException', `Cannot delete entity, ${remedy}`)
      await givePlaceBack(tx, 'Groups')
      await tx.of(groups).delete([id])
    })
    return {}
  },
})
