import { accounts } from './account-records.ts'
import { nodeArn } from './arns.ts'
import { fail, operation } from './contract.ts'
import { listPage, storePage } from './listing.ts'
import { nodeOf } from './nodes.ts'
import { admitted, within } from './places.ts'
import { units } from './unit-records.ts'
import { aboutParent, noParent } from './units.ts'

export const ListParents = operation('ListParents', {
  access: {
    kind: 'iam',
    targets: (input, read) =>
      within('readable', read, async (org) => {
        const node = await nodeOf(read.store, org, input.ChildId)
        return [{ resource: nodeArn(org, input.ChildId), it: node, tags: node?.record.tags }]
      }),
  },
  async handle(input, ctx, [target]) {
    const { org, it } = admitted(target)
    const Id = it === undefined || it.kind === 'ROOT' ? undefined : it.record.parentId
    if (Id === undefined)
      throw fail('ChildNotFoundException', "You specified a child that doesn't exist.")
    const Type = Id.startsWith('r-') ? ('ROOT' as const) : ('ORGANIZATIONAL_UNIT' as const)
    const { items, ...more } = await listPage(
      [{ Id, Type }],
      (parent) => parent.Id,
      input,
      ctx,
      `${org.id}/parents/${input.ChildId}`,
    )
    return { Parents: [...items], ...more }
  },
})

export const ListChildren = operation('ListChildren', {
  access: {
    kind: 'iam',
    targets: (input, read) =>
      within('readable', read, async (org) => [await aboutParent(read.store, org, input.ParentId)]),
  },
  async handle(input, ctx, [target]) {
    const { org, it } = admitted(target)
    if (it === undefined) throw noParent()
    const { ChildType: Type, ParentId } = input
    const { items, ...more } = await storePage<{ readonly id: string }>(
      (options) =>
        Type === 'ACCOUNT'
          ? ctx.store.of(accounts).find('parent', [org.id, ParentId], options)
          : ctx.store.of(units).find('parent', [org.id, ParentId], options),
      input,
      ctx,
      `${org.id}/children/${Type}/${ParentId}`,
    )
    return { Children: items.map(({ id: Id }) => ({ Id, Type })), ...more }
  },
})
