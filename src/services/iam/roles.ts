import type { RoleLastUsed } from '@aws-sdk/client-iam'
import type { CallContext } from '../../kernel/context.ts'
import { uniqueId } from '../../kernel/ids.ts'
import { wholeSeconds } from '../../kernel/service.ts'
import { AlreadyExists } from '../../kernel/store.ts'
import { tagsToList } from '../../kernel/tags.ts'
import { encodeDocument, iamArn } from './arns.ts'
import { boundaryShape, checkBoundary } from './boundaries.ts'
import { fail, operation } from './contract.ts'
import { change, found, holderTarget, modifiable, pathTarget } from './holders.ts'
import { instanceProfiles } from './instance-profile-records.ts'
import { all, paged, under } from './listing.ts'
import { givePlaceBack, takePlace } from './quotas.ts'
import { type RoleRecord, roleKind, roles } from './role-records.ts'
import { newTags, tagContext } from './tag-rules.ts'
import { shownTrust, storedTrust } from './trust-policies.ts'

/** What a role needs to be shown: its trust policy names principals by the ARNs of now. */
type Showing = Pick<CallContext, 'account' | 'principals'>

export const roleShape = async (role: RoleRecord, { account, principals }: Showing) => ({
  Path: role.path,
  RoleName: role.name,
  RoleId: role.id,
  Arn: iamArn(account, 'role', role.name, role.path),
  CreateDate: role.createdAt,
  AssumeRolePolicyDocument: encodeDocument(await shownTrust(role, principals)),
  ...(role.description !== undefined && { Description: role.description }),
  MaxSessionDuration: role.maxSessionDuration,
})

export const detailed = async (role: RoleRecord, ctx: Showing) => ({
  ...(await roleShape(role, ctx)),
  ...boundaryShape(role.boundary),
  ...(Object.keys(role.tags).length > 0 && { Tags: tagsToList(role.tags) }),
  ...(role.template !== undefined && {
    SourceRoleTemplate: {
      TemplateArn: role.template.arn,
      TemplateMinorVersion: role.template.minor,
    },
  }),
})

/** Creates the role, in a transaction of its own. */
export async function createRole(role: RoleRecord, ctx: Pick<CallContext, 'store'>): Promise<void> {
  try {
    await ctx.store.transaction(async (tx) => {
      await checkBoundary(role.boundary, tx)
      await takePlace(tx, 'Roles')
      await tx.of(roles).create(role)
    })
  } catch (error) {
    if (!(error instanceof AlreadyExists)) throw error
    throw fail('EntityAlreadyExistsException', `Role with name ${role.name} already exists.`)
  }
}

/** Paths whose roles AWS alone makes: what stands there is beyond service control policies. */
const reserved = ['/aws-service-role/', '/aws-reserved/']

function checkPath(path: string): void {
  const prefix = reserved.find((one) => path.startsWith(one))
  if (prefix !== undefined)
    throw fail('InvalidInputException', `The path ${prefix} is reserved for roles of AWS services.`)
}

export const CreateRole = operation('CreateRole', {
  access: {
    kind: 'iam',
    targets(input, read) {
      const resource = iamArn(read.account, 'role', input.RoleName, input.Path)
      const context = {
        ...tagContext(input.Tags),
        'iam:PermissionsBoundary': input.PermissionsBoundary,
      }
      const create = { resource, context, record: undefined }
      return input.Tags?.length ? [create, { ...create, action: 'iam:TagRole' }] : [create]
    },
  },
  async handle(input, ctx) {
    const tags = newTags(input.Tags)
    checkPath(input.Path ?? '/')
    const trust = await storedTrust(input.AssumeRolePolicyDocument, ctx)
    const role: RoleRecord = {
      id: uniqueId('AROA', ctx.random),
      name: input.RoleName,
      path: input.Path ?? '/',
      createdAt: ctx.now(),
      attached: [],
      inline: {},
      tags,
      boundary: input.PermissionsBoundary,
      ...trust,
      description: input.Description,
      maxSessionDuration: input.MaxSessionDuration ?? 3_600,
    }
    await createRole(role, ctx)
    return { Role: await detailed(role, ctx) }
  },
})

export const GetRole = operation('GetRole', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [await holderTarget(roleKind, input.RoleName, read)],
  },
  async handle(input, ctx, [target]) {
    const role = found(target.record, 'role', input.RoleName)
    const shape = await detailed(role, ctx)
    return { Role: { ...shape, RoleLastUsed: await lastUse(role, ctx) } }
  },
})

/** When a session of the role last called anything; empty when none has. */
export async function lastUse({ id }: RoleRecord, ctx: CallContext): Promise<RoleLastUsed> {
  const use = await ctx.ports.activity.principal(ctx.account, id)
  return use === undefined
    ? {}
    : { LastUsedDate: wholeSeconds(new Date(use.time)), Region: use.region }
}

export const ListRoles = operation('ListRoles', {
  access: {
    kind: 'iam',
    targets: (input, read) => [pathTarget('role', input.PathPrefix, read)],
  },
  async handle(input, ctx) {
    const records = (await all(ctx.store, roles)).filter(under(input.PathPrefix))
    const { items, ...more } = await paged(records, (role) => role.name, input, ctx, 'roles')
    return { Roles: await Promise.all(items.map((role) => roleShape(role, ctx))), ...more }
  },
})

export const UpdateRole = operation('UpdateRole', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [await holderTarget(roleKind, input.RoleName, read)],
  },
  async handle(input, ctx, [target]) {
    const role = found(target.record, 'role', input.RoleName)
    // Of a service-linked role its description may be changed, and nothing else.
    if (input.MaxSessionDuration !== undefined) modifiable(roleKind, role)
    await ctx.store.transaction((tx) =>
      change(tx, roleKind, role, (old) => ({
        ...old,
        description: input.Description ?? old.description,
        maxSessionDuration: input.MaxSessionDuration ?? old.maxSessionDuration,
      })),
    )
    return {}
  },
})

export const UpdateRoleDescription = operation('UpdateRoleDescription', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [await holderTarget(roleKind, input.RoleName, read)],
  },
  async handle(input, ctx, [target]) {
    const role = found(target.record, 'role', input.RoleName)
    const description = input.Description
    const changed = await ctx.store.transaction((tx) =>
      change(tx, roleKind, role, (old) => ({ ...old, description })),
    )
    return { Role: await detailed(changed, ctx) }
  },
})

export const UpdateAssumeRolePolicy = operation('UpdateAssumeRolePolicy', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [await holderTarget(roleKind, input.RoleName, read)],
  },
  async handle(input, ctx, [target]) {
    const role = modifiable(roleKind, found(target.record, 'role', input.RoleName))
    const trust = await storedTrust(input.PolicyDocument, ctx, role)
    await ctx.store.transaction((tx) => change(tx, roleKind, role, (old) => ({ ...old, ...trust })))
    return {}
  },
})

export const DeleteRole = operation('DeleteRole', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [await holderTarget(roleKind, input.RoleName, read)],
  },
  async handle(input, ctx, [target]) {
    const { id } = modifiable(roleKind, found(target.record, 'role', input.RoleName))
    await ctx.store.transaction(async (tx) => {
      const role = found(await tx.of(roles).get([id]), 'role', input.RoleName)
      const profiles = await tx.of(instanceProfiles).find('role', [id], { limit: 1 })
      const inUse = [
        [profiles.records.length > 0, 'must remove roles from instance profile first.'],
        [role.attached.length > 0, 'must detach all policies first.'],
        [Object.keys(role.inline).length > 0, 'must delete policies first.'],
      ] as const
      for (const [used, remedy] of inUse)
        if (used) throw fail('DeleteConflictException', `Cannot delete entity, ${remedy}`)
      await givePlaceBack(tx, 'Roles')
      await tx.of(roles).delete([id])
    })
    return {}
  },
})
