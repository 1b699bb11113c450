import { pageOf } from '../../kernel/paging.ts'
import { changeUserIn } from './changing.ts'
import { fail, invalid, operation } from './contract.ts'
import { foundGroup, groupShape, groups } from './groups.ts'
import { storePage } from './listing.ts'
import { foundPool, onPool } from './pool-targets.ts'
import { users } from './user-records.ts'
import { userShape } from './user-shape.ts'
import { foundUser } from './usernames.ts'

/** Groups that one user may belong to. */
const groupQuota = 100

export const AdminAddUserToGroup = operation('AdminAddUserToGroup', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const pool = foundPool(target, input)
    await ctx.store.transaction(async (tx) => {
      const user = await foundUser(tx, pool, input.Username)
      const { name } = await foundGroup(tx, pool.id, input.GroupName)
      if (user.groups.includes(name)) return
      if (user.groups.length >= groupQuota)
        throw fail('LimitExceededException', `A user belongs to at most ${groupQuota} groups.`)
      await changeUserIn(
        tx,
        user,
        { user: (old) => ({ ...old, groups: [...old.groups, name] }) },
        user.modifiedAt,
      )
    })
    return {}
  },
})

export const AdminRemoveUserFromGroup = operation('AdminRemoveUserFromGroup', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const pool = foundPool(target, input)
    await ctx.store.transaction(async (tx) => {
      const user = await foundUser(tx, pool, input.Username)
      const { name } = await foundGroup(tx, pool.id, input.GroupName)
      if (!user.groups.includes(name)) return
      const groups = user.groups.filter((one) => one !== name)
      await changeUserIn(tx, user, { user: (old) => ({ ...old, groups }) }, user.modifiedAt)
    })
    return {}
  },
})

export const AdminListGroupsForUser = operation('AdminListGroupsForUser', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const pool = foundPool(target, input)
    const user = await foundUser(ctx.store, pool, input.Username)
    const page = pageOf(user.groups.toSorted(), (name) => name, {
      mark: input.NextToken,
      limit: input.Limit ?? 60,
      seal: await ctx.ports.seals.ready('page'),
      bound: `cognito-idp/${ctx.account}/${ctx.region}/${pool.id}/${user.sub}/groups`,
    })
    if (page === undefined) throw invalid('Invalid pagination token.')
    const records = await Promise.all(
      page.items.map((name) => ctx.store.of(groups).findOne('name', `${pool.id}|${name}`)),
    )
    const Groups = records.flatMap((group) => (group === undefined ? [] : [groupShape(group)]))
    return { Groups, ...(page.next !== undefined && { NextToken: page.next }) }
  },
})

export const ListUsersInGroup = operation('ListUsersInGroup', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const pool = foundPool(target, input)
    const { id, name } = await foundGroup(ctx.store, pool.id, input.GroupName)
    const { records, next } = await storePage(
      (from) => ctx.store.of(users).find('group', `${pool.id}|${name}`, from),
      { mark: input.NextToken, limit: input.Limit ?? 60 },
      ctx,
      `members/${pool.id}/${id}`,
    )
    return { Users: records.map(userShape), ...(next !== undefined && { NextToken: next }) }
  },
})
