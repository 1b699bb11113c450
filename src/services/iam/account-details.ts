import type { CallContext } from '../../kernel/context.ts'
import { tagsToList } from '../../kernel/tags.ts'
import { encodeDocument } from './arns.ts'
import { awsManagedPolicy } from './aws-managed/policies.ts'
import { boundaryShape } from './boundaries.ts'
import { operation } from './contract.ts'
import { type GroupRecord, groups } from './group-records.ts'
import { groupShape } from './groups.ts'
import type { PolicyHolder } from './holders.ts'
import { instanceProfiles } from './instance-profile-records.ts'
import { profileShape } from './instance-profiles.ts'
import { all, paged } from './listing.ts'
import { policyShape } from './managed-policies.ts'
import { type ManagedPolicyRecord, managedPolicies } from './managed-policy-records.ts'
import { type RoleRecord, roles } from './role-records.ts'
import { lastUse, detailed as roleDetails } from './roles.ts'
import { type UserRecord, users } from './user-records.ts'
import { userShape } from './users.ts'

type Filter = 'User' | 'Role' | 'Group' | 'LocalManagedPolicy' | 'AWSManagedPolicy'

type Item =
  | { readonly type: 'User'; readonly record: UserRecord }
  | { readonly type: 'Group'; readonly record: GroupRecord }
  | { readonly type: 'Role'; readonly record: RoleRecord }
  | {
      readonly type: 'LocalManagedPolicy' | 'AWSManagedPolicy'
      readonly record: ManagedPolicyRecord
    }

const attachedShape = (record: PolicyHolder) =>
  record.attached.map((arn) => ({
    PolicyName: arn.slice(arn.lastIndexOf('/') + 1),
    PolicyArn: arn,
  }))

const inlineShape = (record: PolicyHolder) =>
  Object.entries(record.inline).map(([PolicyName, document]) => ({
    PolicyName,
    PolicyDocument: encodeDocument(document),
  }))

async function itemsOf(ctx: CallContext, filter: readonly string[] | undefined): Promise<Item[]> {
  const wants = (type: Filter) => filter === undefined || filter.includes(type)
  const items: Item[] = []
  const holders = {
    users: await all(ctx.store, users),
    groups: await all(ctx.store, groups),
    roles: await all(ctx.store, roles),
  }
  if (wants('User'))
    items.push(...holders.users.map((record) => ({ type: 'User' as const, record })))
  if (wants('Group'))
    items.push(...holders.groups.map((record) => ({ type: 'Group' as const, record })))
  if (wants('Role'))
    items.push(...holders.roles.map((record) => ({ type: 'Role' as const, record })))
  if (wants('LocalManagedPolicy')) {
    const own = await all(ctx.store, managedPolicies)
    items.push(...own.map((record) => ({ type: 'LocalManagedPolicy' as const, record })))
  }
  if (wants('AWSManagedPolicy')) {
    // Of AWS's own policies only those that somebody has, as AWS answers it.
    const attached = Object.values(holders).flatMap((list) => list.flatMap((r) => r.attached))
    for (const arn of new Set(attached)) {
      const record = awsManagedPolicy(arn)
      if (record !== undefined) items.push({ type: 'AWSManagedPolicy', record })
    }
  }
  return items
}

async function userDetail(user: UserRecord, ctx: CallContext) {
  const memberOf = await Promise.all(user.groups.map((id) => ctx.store.of(groups).get([id])))
  return {
    ...userShape(user, ctx.account),
    UserPolicyList: inlineShape(user),
    GroupList: memberOf.flatMap((group) => (group === undefined ? [] : [group.name])),
    AttachedManagedPolicies: attachedShape(user),
    ...boundaryShape(user.boundary),
    Tags: tagsToList(user.tags),
  }
}

const groupDetail = (group: GroupRecord, account: string) => ({
  ...groupShape(group, account),
  GroupPolicyList: inlineShape(group),
  AttachedManagedPolicies: attachedShape(group),
})

async function roleDetail(role: RoleRecord, ctx: CallContext) {
  const held = await ctx.store.of(instanceProfiles).find('role', [role.id], { limit: 1_000 })
  const {
    Description: _description,
    MaxSessionDuration: _max,
    ...shape
  } = (await roleDetails(role, ctx)) as Awaited<ReturnType<typeof roleDetails>> & {
    Description?: string
  }
  return {
    ...shape,
    Tags: tagsToList(role.tags),
    InstanceProfileList: await Promise.all(held.records.map((item) => profileShape(item, ctx))),
    RolePolicyList: inlineShape(role),
    AttachedManagedPolicies: attachedShape(role),
    RoleLastUsed: await lastUse(role, ctx),
  }
}

async function policyDetail(policy: ManagedPolicyRecord, ctx: CallContext) {
  return {
    ...(await policyShape(policy, ctx.store)),
    PolicyVersionList: policy.versions.map((version) => ({
      Document: encodeDocument(version.document),
      VersionId: version.id,
      IsDefaultVersion: version.id === policy.defaultVersion,
      CreateDate: version.createdAt,
    })),
  }
}

export const GetAccountAuthorizationDetails = operation('GetAccountAuthorizationDetails', {
  access: { kind: 'iam', targets: () => [{ resource: '*', record: undefined }] },
  async handle(input, ctx) {
    const all = await itemsOf(ctx, input.Filter)
    const order = (item: Item) => `${item.type}/${item.record.name}/${item.record.id}`
    const { items, ...more } = await paged(all, order, input, ctx, 'authorization-details')
    const out = {
      UserDetailList: [] as Awaited<ReturnType<typeof userDetail>>[],
      GroupDetailList: [] as ReturnType<typeof groupDetail>[],
      RoleDetailList: [] as Awaited<ReturnType<typeof roleDetail>>[],
      Policies: [] as Awaited<ReturnType<typeof policyDetail>>[],
    }
    for (const item of items) {
      if (item.type === 'User') out.UserDetailList.push(await userDetail(item.record, ctx))
      else if (item.type === 'Group')
        out.GroupDetailList.push(groupDetail(item.record, ctx.account))
      else if (item.type === 'Role') out.RoleDetailList.push(await roleDetail(item.record, ctx))
      else out.Policies.push(await policyDetail(item.record, ctx))
    }
    return { ...out, ...more }
  },
})
