import type { CallContext, ReadContext } from '../../kernel/context.ts'
import { uniqueId } from '../../kernel/ids.ts'
import { AlreadyExists, NotFound, type Transaction } from '../../kernel/store.ts'
import { tagsToList } from '../../kernel/tags.ts'
import type { Target } from '../../kernel/target.ts'
import { iamArn } from './arns.ts'
import { fail, operation } from './contract.ts'
import { existing, found, holderTarget, modifiable, pathTarget } from './holders.ts'
import { type InstanceProfileRecord, instanceProfiles } from './instance-profile-records.ts'
import { all, paged, under } from './listing.ts'
import { givePlaceBack, takePlace } from './quotas.ts'
import { type RoleRecord, roleKind, roles } from './role-records.ts'
import { roleShape } from './roles.ts'
import { mergeTags, newTags, tagContext, withoutTags } from './tag-rules.ts'

type ProfileTarget = Target<InstanceProfileRecord | undefined>

export async function profileTarget(name: string, read: ReadContext): Promise<ProfileTarget> {
  const record = await read.store.of(instanceProfiles).findOne('name', name.toLowerCase())
  return { ...existing('instance-profile', record, name, read.account), record }
}

export function foundProfile(
  record: InstanceProfileRecord | undefined,
  name: string,
): InstanceProfileRecord {
  if (record === undefined)
    throw fail('NoSuchEntityException', `Instance Profile ${name} cannot be found.`)
  return record
}

export async function profileShape(
  profile: InstanceProfileRecord,
  ctx: Pick<CallContext, 'store' | 'account' | 'principals'>,
) {
  const role: RoleRecord | undefined =
    profile.role === undefined ? undefined : await ctx.store.of(roles).get([profile.role])
  return {
    Path: profile.path,
    InstanceProfileName: profile.name,
    InstanceProfileId: profile.id,
    Arn: iamArn(ctx.account, 'instance-profile', profile.name, profile.path),
    CreateDate: profile.createdAt,
    Roles: role === undefined ? [] : [await roleShape(role, ctx)],
    ...(Object.keys(profile.tags).length > 0 && { Tags: tagsToList(profile.tags) }),
  }
}

export const CreateInstanceProfile = operation('CreateInstanceProfile', {
  access: {
    kind: 'iam',
    targets(input, read) {
      const name = input.InstanceProfileName
      const create = {
        resource: iamArn(read.account, 'instance-profile', name, input.Path),
        context: tagContext(input.Tags),
        record: undefined,
      }
      return input.Tags?.length
        ? [create, { ...create, action: 'iam:TagInstanceProfile' }]
        : [create]
    },
  },
  async handle(input, ctx) {
    const profile: InstanceProfileRecord = {
      id: uniqueId('AIPA', ctx.random),
      name: input.InstanceProfileName,
      path: input.Path ?? '/',
      createdAt: ctx.now(),
      tags: newTags(input.Tags),
    }
    try {
      await ctx.store.transaction(async (tx) => {
        await takePlace(tx, 'InstanceProfiles')
        await tx.of(instanceProfiles).create(profile)
      })
    } catch (error) {
      if (!(error instanceof AlreadyExists)) throw error
      throw fail('EntityAlreadyExistsException', `Instance Profile ${profile.name} already exists.`)
    }
    return { InstanceProfile: await profileShape(profile, ctx) }
  },
})

export const GetInstanceProfile = operation('GetInstanceProfile', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [await profileTarget(input.InstanceProfileName, read)],
  },
  async handle(input, ctx, [target]) {
    const profile = foundProfile(target.record, input.InstanceProfileName)
    return { InstanceProfile: await profileShape(profile, ctx) }
  },
})

export const ListInstanceProfiles = operation('ListInstanceProfiles', {
  access: {
    kind: 'iam',
    targets: (input, read) => [pathTarget('instance-profile', input.PathPrefix, read)],
  },
  async handle(input, ctx) {
    const records = (await all(ctx.store, instanceProfiles)).filter(under(input.PathPrefix))
    const list = 'instance-profiles'
    const { items, ...more } = await paged(records, (profile) => profile.name, input, ctx, list)
    const InstanceProfiles = await Promise.all(items.map((item) => profileShape(item, ctx)))
    return { InstanceProfiles, ...more }
  },
})

export const ListInstanceProfilesForRole = operation('ListInstanceProfilesForRole', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [await holderTarget(roleKind, input.RoleName, read)],
  },
  async handle(input, ctx, [target]) {
    const { id } = found(target.record, 'role', input.RoleName)
    const { records } = await ctx.store.of(instanceProfiles).find('role', [id], { limit: 1_000 })
    const list = `instance-profiles/${id}`
    const { items, ...more } = await paged(records, (profile) => profile.name, input, ctx, list)
    const InstanceProfiles = await Promise.all(items.map((item) => profileShape(item, ctx)))
    return { InstanceProfiles, ...more }
  },
})

/** Changes the profile that was decided upon; when it is gone by now, it was not found. */
async function update(
  tx: Transaction,
  profile: InstanceProfileRecord,
  change: (old: InstanceProfileRecord) => InstanceProfileRecord,
): Promise<void> {
  try {
    await tx.of(instanceProfiles).update([profile.id], change)
  } catch (error) {
    if (error instanceof NotFound) foundProfile(undefined, profile.name)
    throw error
  }
}

export const DeleteInstanceProfile = operation('DeleteInstanceProfile', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [await profileTarget(input.InstanceProfileName, read)],
  },
  async handle(input, ctx, [target]) {
    const { id } = foundProfile(target.record, input.InstanceProfileName)
    await ctx.store.transaction(async (tx) => {
      const current = await tx.of(instanceProfiles).get([id])
      if (foundProfile(current, input.InstanceProfileName).role !== undefined)
        throw fail(
          'DeleteConflictException',
          'Cannot delete entity, must remove roles from instance profile first.',
        )
      await givePlaceBack(tx, 'InstanceProfiles')
      await tx.of(instanceProfiles).delete([id])
    })
    return {}
  },
})

export const AddRoleToInstanceProfile = operation('AddRoleToInstanceProfile', {
  access: {
    kind: 'iam',
    async targets(input, read) {
      const profile = await profileTarget(input.InstanceProfileName, read)
      const role = await holderTarget(roleKind, input.RoleName, read, { action: 'iam:PassRole' })
      const context = { 'iam:PassedToService': 'ec2.amazonaws.com' }
      return [profile, { ...role, context }] as const
    },
  },
  async handle(input, ctx, [target, passed]) {
    const profile = foundProfile(target.record, input.InstanceProfileName)
    const role = modifiable(roleKind, found(passed.record, 'role', input.RoleName))
    await ctx.store.transaction(async (tx) => {
      // Read again within: a role that is deleted meanwhile gets into no profile.
      found(await tx.of(roles).get([role.id]), 'role', input.RoleName)
      await update(tx, profile, (old) => {
        if (old.role !== undefined)
          throw fail(
            'LimitExceededException',
            'Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1',
          )
        return { ...old, role: role.id }
      })
    })
    return {}
  },
})

export const RemoveRoleFromInstanceProfile = operation('RemoveRoleFromInstanceProfile', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [await profileTarget(input.InstanceProfileName, read)],
  },
  async handle(input, ctx, [target]) {
    const profile = foundProfile(target.record, input.InstanceProfileName)
    const role = await ctx.store.of(roles).findOne('name', input.RoleName.toLowerCase())
    if (role !== undefined) modifiable(roleKind, role)
    await ctx.store.transaction((tx) =>
      update(tx, profile, (old) => {
        if (role === undefined || old.role !== role.id)
          throw fail(
            'NoSuchEntityException',
            `The role with name ${input.RoleName} cannot be found.`,
          )
        return { ...old, role: undefined }
      }),
    )
    return {}
  },
})

export const TagInstanceProfile = operation('TagInstanceProfile', {
  access: {
    kind: 'iam',
    async targets(input, read) {
      const target = await profileTarget(input.InstanceProfileName, read)
      return [{ ...target, context: tagContext(input.Tags) }] as const
    },
  },
  async handle(input, ctx, [target]) {
    const profile = foundProfile(target.record, input.InstanceProfileName)
    await ctx.store.transaction((tx) =>
      update(tx, profile, (old) => ({ ...old, tags: mergeTags(old.tags, input.Tags) })),
    )
    return {}
  },
})

export const UntagInstanceProfile = operation('UntagInstanceProfile', {
  access: {
    kind: 'iam',
    async targets(input, read) {
      const target = await profileTarget(input.InstanceProfileName, read)
      return [{ ...target, context: { 'aws:TagKeys': input.TagKeys } }] as const
    },
  },
  async handle(input, ctx, [target]) {
    const profile = foundProfile(target.record, input.InstanceProfileName)
    await ctx.store.transaction((tx) =>
      update(tx, profile, (old) => ({ ...old, tags: withoutTags(old.tags, input.TagKeys) })),
    )
    return {}
  },
})

export const ListInstanceProfileTags = operation('ListInstanceProfileTags', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [await profileTarget(input.InstanceProfileName, read)],
  },
  async handle(input, ctx, [target]) {
    const profile = foundProfile(target.record, input.InstanceProfileName)
    const list = `tags/${profile.id}`
    const tags = tagsToList(profile.tags)
    const { items, ...more } = await paged(tags, (tag) => tag.Key, input, ctx, list)
    return { Tags: [...items], ...more }
  },
})
