import { fail, operation } from './contract.ts'
import { groupKind, groups } from './group-records.ts'
import { groupShape } from './groups.ts'
import { change, found, holderTarget } from './holders.ts'
import { paged } from './listing.ts'
import { userKind, users } from './user-records.ts'

const groupsPerUser = 10

export const AddUserToGroup = operation('AddUserToGroup', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [await holderTarget(groupKind, input.GroupName, read)],
  },
  async handle(input, ctx, [target]) {
    const group = found(target.record, 'group', input.GroupName)
    const user = found(
      await ctx.store.of(users).findOne('name', input.UserName.toLowerCase()),
      'user',
      input.UserName,
    )
    await ctx.store.transaction(async (tx) => {
      // Read again within: a group that is deleted meanwhile gets no member.
      found(await tx.of(groups).get([group.id]), 'group', input.GroupName)
      await change(tx, userKind, user, (old) => {
        if (old.groups.includes(group.id)) return old
        if (old.groups.length >= groupsPerUser)
          throw fail(
            'LimitExceededException',
            `Cannot exceed quota for GroupsPerUser: ${groupsPerUser}`,
          )
        return { ...old, groups: [...old.groups, group.id] }
      })
    })
    return {}
  },
})

export const RemoveUserFromGroup = operation('RemoveUserFromGroup', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [await holderTarget(groupKind, input.GroupName, read)],
  },
  async handle(input, ctx, [target]) {
    const group = found(target.record, 'group', input.GroupName)
    const user = found(
      await ctx.store.of(users).findOne('name', input.UserName.toLowerCase()),
      'user',
      input.UserName,
    )
    await ctx.store.transaction(async (tx) => {
      found(await tx.of(groups).get([group.id]), 'group', input.GroupName)
      await change(tx, userKind, user, (old) => {
        if (!old.groups.includes(group.id))
          throw fail('NoSuchEntityException', `User ${user.name} is not in group ${group.name}.`)
        return { ...old, groups: old.groups.filter((id) => id !== group.id) }
      })
    })
    return {}
  },
})

export const ListGroupsForUser = operation('ListGroupsForUser', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [await holderTarget(userKind, input.UserName, read)],
  },
  async handle(input, ctx, [target]) {
    const user = found(target.record, 'user', input.UserName)
    const records = await Promise.all(user.groups.map((id) => ctx.store.of(groups).get([id])))
    const present = records.filter((group) => group !== undefined)
    const list = `groups/${user.id}`
    const { items, ...more } = await paged(present, (group) => group.name, input, ctx, list)
    return { Groups: items.map((group) => groupShape(group, ctx.account)), ...more }
  },
})
