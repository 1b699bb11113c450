import type { GroupType } from '@aws-sdk/client-cognito-identity-provider'
import { AlreadyExists, collection, type Readable } from '../../kernel/store.ts'
import { fail, operation } from './contract.ts'
import { groupTargets } from './group-roles.ts'
import { storePage } from './listing.ts'
import { foundPool, livingPool, onPool } from './pool-targets.ts'
import { users } from './user-records.ts'

export interface GroupRecord {
  readonly pool: string
  readonly id: string
  readonly name: string
  readonly description?: string | undefined
  readonly precedence?: number | undefined
  readonly roleArn?: string | undefined
  readonly createdAt: Date
  readonly modifiedAt: Date
}

/** Groups by an id of chance: what groups are called may tell about persons. */
export const groups = collection<GroupRecord>('cognito.groups')({
  scope: 'region',
  version: 1,
  key: ({ pool, id }) => [pool, id],
  indexes: {
    name: { kind: 'blind', unique: true, of: ({ pool, name }: GroupRecord) => `${pool}|${name}` },
  },
})

export const groupShape = (group: GroupRecord): GroupType => ({
  GroupName: group.name,
  UserPoolId: group.pool,
  Description: group.description,
  RoleArn: group.roleArn,
  Precedence: group.precedence,
  LastModifiedDate: group.modifiedAt,
  CreationDate: group.createdAt,
})

export async function foundGroup(
  store: Readable,
  pool: string,
  name: string,
): Promise<GroupRecord> {
  const group = await store.of(groups).findOne('name', `${pool}|${name}`)
  if (group === undefined) throw fail('ResourceNotFoundException', 'Group not found.')
  return group
}

export const CreateGroup = operation('CreateGroup', {
  access: { kind: 'iam', targets: groupTargets },
  async handle(input, ctx, [target]) {
    const { id: pool } = foundPool(target, input)
    const group: GroupRecord = {
      pool,
      id: ctx.random.uuid(),
      name: input.GroupName,
      description: input.Description,
      precedence: input.Precedence,
      roleArn: input.RoleArn,
      createdAt: ctx.now(),
      modifiedAt: ctx.now(),
    }
    await ctx.store
      .transaction(async (tx) => {
        await livingPool(tx, pool)
        await tx.of(groups).create(group)
      })
      .catch((error) => {
        if (!(error instanceof AlreadyExists)) throw error
        throw fail('GroupExistsException', 'A group with the name already exists.')
      })
    return { Group: groupShape(group) }
  },
})

export const GetGroup = operation('GetGroup', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const { id } = foundPool(target, input)
    return { Group: groupShape(await foundGroup(ctx.store, id, input.GroupName)) }
  },
})

export const UpdateGroup = operation('UpdateGroup', {
  access: { kind: 'iam', targets: groupTargets },
  async handle(input, ctx, [target]) {
    const { id } = foundPool(target, input)
    const group = await ctx.store.transaction(async (tx) => {
      const old = await foundGroup(tx, id, input.GroupName)
      return tx.of(groups).update([id, old.id], (now) => ({
        ...now,
        description: input.Description ?? now.description,
        precedence: input.Precedence ?? now.precedence,
        roleArn: input.RoleArn ?? now.roleArn,
        modifiedAt: ctx.now(),
      }))
    })
    return { Group: groupShape(group) }
  },
})

export const DeleteGroup = operation('DeleteGroup', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const { id } = foundPool(target, input)
    await ctx.store.transaction(async (tx) => {
      const group = await foundGroup(tx, id, input.GroupName)
      await tx.of(groups).delete([id, group.id])
      for (;;) {
        const page = await tx.of(users).find('group', `${id}|${group.name}`, { limit: 100 })
        for (const user of page.records)
          await tx.of(users).put({ ...user, groups: user.groups.filter((n) => n !== group.name) })
        if (page.after === undefined) break
      }
    })
    return {}
  },
})

export const ListGroups = operation('ListGroups', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const { id } = foundPool(target, input)
    const { records, next } = await storePage(
      (from) => ctx.store.of(groups).list({ ...from, prefix: [id] }),
      { mark: input.NextToken, limit: input.Limit ?? 60 },
      ctx,
      `groups/${id}`,
    )
    return { Groups: records.map(groupShape), ...(next !== undefined && { NextToken: next }) }
  },
})
