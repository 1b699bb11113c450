import type { RoleLastUsed } from '@aws-sdk/client-iam'
import type { CallContext } from '../../kernel/context.ts'
import { uniqueId } from '../../kernel/ids.ts'
import { wholeSeconds } from '../../kernel/service.ts'
import { AlreadyExists } from '../../kernel/store.ts'
import { tagsToList } from '../../kernel/tags.ts'
import { encodeDocument, iamArn } from './arns.ts'
import { boundaryShape, checkBoundary } from './boundaries.ts'
import { fail, operation } from './contract.ts'
import { change, found, holderTarget, pathTarget } from './holders.ts'
import { instanceProfiles } from './instance-profile-records.ts'
import { all, paged, under } from './listing.ts'
import { checkDocument, policySize } from './policy-documents.ts'
import { type RoleRecord, roleKind, roles } from './role-records.ts'
import { newTags, tagContext } from './tag-rules.ts'

export const roleShape = (role: RoleRecord, account: string) => ({
  Path: role.path,
  RoleName: role.name,
  RoleId: role.id,
  Arn: iamArn(account, 'role', role.name, role.path),
  CreateDate: role.createdAt,
  AssumeRolePolicyDocument: encodeDocument(role.trust),
  ...(role.description !== undefined && { Description: role.description }),
  MaxSessionDuration: role.maxSessionDuration,
})

export const detailed = (role: RoleRecord, account: string) => ({
  ...roleShape(role, account),
  ...boundaryShape(role.boundary),
  ...(Object.keys(role.tags).length > 0 && { Tags: tagsToList(role.tags) }),
})

const trustQuota = 2_048

function checkTrust(document: string): void {
  checkDocument(document, 'trust')
  if (policySize(document) > trustQuota)
    throw fail('LimitExceededException', `Cannot exceed quota for ACLSizePerRole: ${trustQuota}`)
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
    checkTrust(input.AssumeRolePolicyDocument)
    const role: RoleRecord = {
      id: uniqueId('AROA', ctx.random),
      name: input.RoleName,
      path: input.Path ?? '/',
      createdAt: ctx.now(),
      attached: [],
      inline: {},
      tags,
      boundary: input.PermissionsBoundary,
      trust: input.AssumeRolePolicyDocument,
      description: input.Description,
      maxSessionDuration: input.MaxSessionDuration ?? 3_600,
    }
    try {
      await ctx.store.transaction(async (tx) => {
        await checkBoundary(role.boundary, tx)
        await tx.of(roles).create(role)
      })
    } catch (error) {
      if (!(error instanceof AlreadyExists)) throw error
      throw fail('EntityAlreadyExistsException', `Role with name ${role.name} already exists.`)
    }
    return { Role: detailed(role, ctx.account) }
  },
})

export const GetRole = operation('GetRole', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [await holderTarget(roleKind, input.RoleName, read)],
  },
  async handle(input, ctx, [target]) {
    const role = found(target.record, 'role', input.RoleName)
    return { Role: { ...detailed(role, ctx.account), RoleLastUsed: await lastUse(role, ctx) } }
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
    return { Roles: items.map((role) => roleShape(role, ctx.account)), ...more }
  },
})

export const UpdateRole = operation('UpdateRole', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [await holderTarget(roleKind, input.RoleName, read)],
  },
  async handle(input, ctx, [target]) {
    const role = found(target.record, 'role', input.RoleName)
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
    return { Role: detailed(changed, ctx.account) }
  },
})

export const UpdateAssumeRolePolicy = operation('UpdateAssumeRolePolicy', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [await holderTarget(roleKind, input.RoleName, read)],
  },
  async handle(input, ctx, [target]) {
    const role = found(target.record, 'role', input.RoleName)
    checkTrust(input.PolicyDocument)
    const trust = input.PolicyDocument
    await ctx.store.transaction((tx) => change(tx, roleKind, role, (old) => ({ ...old, trust })))
    return {}
  },
})

export const DeleteRole = operation('DeleteRole', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [await holderTarget(roleKind, input.RoleName, read)],
  },
  async handle(input, ctx, [target]) {
    const { id } = found(target.record, 'role', input.RoleName)
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
      await tx.of(roles).delete([id])
    })
    return {}
  },
})
