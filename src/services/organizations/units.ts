import { AlreadyExists, type Readable } from '../../kernel/store.ts'
import { accounts } from './account-records.ts'
import { nodeArn } from './arns.ts'
import { fail, operation, violates } from './contract.ts'
import { newUnitId } from './ids.ts'
import { storePage } from './listing.ts'
import { pathOf } from './nodes.ts'
import type { OrganizationRecord } from './organization-records.ts'
import { counting } from './organizations.ts'
import { type About, admitted, current, tagged, within } from './places.ts'
import { newTags } from './tag-rules.ts'
import { deepestUnit, type UnitRecord, unitQuota, units } from './unit-records.ts'

export const unitShape = (org: OrganizationRecord, unit: UnitRecord) => ({
  Id: unit.id,
  Arn: nodeArn(org, unit.id),
  Name: unit.name,
  Path: pathOf(org, [...unit.ancestors, unit.id]),
})

/** A root or a unit: the units above it and itself; undefined when there is no such parent. */
type Parent = readonly string[] | undefined

export async function parentOf(
  store: Readable,
  org: OrganizationRecord,
  id: string,
): Promise<Parent> {
  if (id === org.rootId) return []
  const unit = await store.of(units).get([org.id, id])
  return unit && [...unit.ancestors, unit.id]
}

/** A call about a parent. */
export async function aboutParent(
  store: Readable,
  org: OrganizationRecord,
  id: string,
): Promise<About<Parent>> {
  const unit = id === org.rootId ? undefined : await store.of(units).get([org.id, id])
  return {
    resource: nodeArn(org, id),
    it: id === org.rootId ? [] : unit && [...unit.ancestors, unit.id],
    tags: id === org.rootId ? org.tags : unit?.tags,
  }
}

export const noParent = (): Error =>
  fail('ParentNotFoundException', "You specified a parent that doesn't exist.")

const noUnit = (): Error =>
  fail(
    'OrganizationalUnitNotFoundException',
    "You specified an organizational unit that doesn't exist.",
  )

const taken = (error: unknown): never => {
  if (!(error instanceof AlreadyExists)) throw error
  throw fail(
    'DuplicateOrganizationalUnitException',
    'An organizational unit with the same name already exists.',
  )
}

export const CreateOrganizationalUnit = operation('CreateOrganizationalUnit', {
  access: {
    kind: 'iam',
    targets: (input, read) =>
      within('management', read, async (org) =>
        tagged(await aboutParent(read.store, org, input.ParentId), input.Tags),
      ),
  },
  async handle(input, ctx, [target]) {
    const { org } = admitted(target)
    const tags = newTags(input.Tags)
    const unit = await ctx.store
      .transaction(async (tx) => {
        const ancestors = await parentOf(tx, org, input.ParentId)
        if (ancestors === undefined) throw noParent()
        if (ancestors.length >= deepestUnit)
          throw violates(
            'OU_DEPTH_LIMIT_EXCEEDED',
            'You attempted to create an OU tree that is too many levels deep.',
          )
        const made: UnitRecord = {
          organizationId: org.id,
          id: newUnitId(org.rootId, ctx.random),
          name: input.Name,
          parentId: input.ParentId,
          ancestors,
          tags,
          attachments: {},
        }
        const { units: number } = await counting(tx, org, 'units', 1)
        if (number > unitQuota)
          throw violates(
            'OU_NUMBER_LIMIT_EXCEEDED',
            'You attempted to exceed the number of OUs that you can have in an organization.',
          )
        await tx.of(units).create(made)
        return made
      })
      .catch(taken)
    return { OrganizationalUnit: unitShape(org, unit) }
  },
})

async function aboutUnit(store: Readable, org: OrganizationRecord, id: string) {
  const unit = await store.of(units).get([org.id, id])
  return { resource: nodeArn(org, id), it: unit, tags: unit?.tags }
}

export const DescribeOrganizationalUnit = operation('DescribeOrganizationalUnit', {
  access: {
    kind: 'iam',
    targets: (input, read) =>
      within('readable', read, async (org) => [
        await aboutUnit(read.store, org, input.OrganizationalUnitId),
      ]),
  },
  handle(_, __, [target]) {
    const { org, it } = admitted(target)
    if (it === undefined) throw noUnit()
    return { OrganizationalUnit: unitShape(org, it) }
  },
})

export const UpdateOrganizationalUnit = operation('UpdateOrganizationalUnit', {
  access: {
    kind: 'iam',
    targets: (input, read) =>
      within('management', read, async (org) => [
        await aboutUnit(read.store, org, input.OrganizationalUnitId),
      ]),
  },
  async handle(input, ctx, [target]) {
    const { org } = admitted(target)
    const key = [org.id, input.OrganizationalUnitId]
    const unit = await ctx.store
      .transaction(async (tx) => {
        if ((await tx.of(units).get(key)) === undefined) throw noUnit()
        return tx.of(units).update(key, (old) => ({ ...old, name: input.Name ?? old.name }))
      })
      .catch(taken)
    return { OrganizationalUnit: unitShape(org, unit) }
  },
})

export const DeleteOrganizationalUnit = operation('DeleteOrganizationalUnit', {
  access: {
    kind: 'iam',
    targets: (input, read) =>
      within('management', read, async (org) => [
        await aboutUnit(read.store, org, input.OrganizationalUnitId),
      ]),
  },
  async handle(input, ctx, [target]) {
    const { org } = admitted(target)
    const id = input.OrganizationalUnitId
    await ctx.store.transaction(async (tx) => {
      if ((await tx.of(units).get([org.id, id])) === undefined) throw noUnit()
      const inside = await Promise.all([
        tx.of(accounts).find('parent', [org.id, id], { limit: 1 }),
        tx.of(units).find('parent', [org.id, id], { limit: 1 }),
      ])
      if (inside.some(({ records }) => records.length > 0))
        throw fail(
          'OrganizationalUnitNotEmptyException',
          'You attempted to delete an organizational unit that is not empty. Move all accounts and delete all child OUs first.',
        )
      await tx.of(units).delete([org.id, id])
      await counting(tx, org, 'units', -1)
    })
    return {}
  },
})

export const ListOrganizationalUnitsForParent = operation('ListOrganizationalUnitsForParent', {
  access: {
    kind: 'iam',
    targets: (input, read) =>
      within('readable', read, async (org) => [await aboutParent(read.store, org, input.ParentId)]),
  },
  async handle(input, ctx, [target]) {
    const { org: seen, it } = admitted(target)
    if (it === undefined) throw noParent()
    const org = await current(ctx.store, seen)
    const { items, ...more } = await storePage(
      (options) => ctx.store.of(units).find('parent', [org.id, input.ParentId], options),
      input,
      ctx,
      `${org.id}/units/${input.ParentId}`,
    )
    return { OrganizationalUnits: items.map((unit) => unitShape(org, unit)), ...more }
  },
})
