import type { ReadContext } from '../../kernel/context.ts'
import { uniqueId } from '../../kernel/ids.ts'
import { AlreadyExists, type Readable } from '../../kernel/store.ts'
import { tagsToList } from '../../kernel/tags.ts'
import type { Target } from '../../kernel/target.ts'
import { iamArn } from './arns.ts'
import { countEntitiesWith, entitiesWith } from './attached-entities.ts'
import { awsManagedPolicies, awsManagedPolicy } from './aws-managed/policies.ts'
import { fail, operation } from './contract.ts'
import { type PolicyHolder, pathTarget } from './holders.ts'
import { all, paged, under } from './listing.ts'
import { type ManagedPolicyRecord, managedPolicies } from './managed-policy-records.ts'
import { checkDocument, policySize } from './policy-documents.ts'
import { givePlaceBack, takePlace } from './quotas.ts'
import { newTags, tagContext } from './tag-rules.ts'

const sizeQuota = 6_144

/** The policy of an ARN as a target; AWS's managed policies belong to everybody. */
export async function policyTarget(
  arn: string,
  read: ReadContext,
): Promise<Target<ManagedPolicyRecord | undefined>> {
  const record = awsManagedPolicy(arn) ?? (await read.store.of(managedPolicies).findOne('arn', arn))
  return {
    resource: arn,
    record,
    tags: record?.tags,
    ...(record !== undefined && { spokenAs: `policy ${arn}` }),
  }
}

export function foundPolicy(
  record: ManagedPolicyRecord | undefined,
  arn: string,
): ManagedPolicyRecord {
  if (record === undefined) throw fail('NoSuchEntityException', `Policy ${arn} was not found.`)
  return record
}

/** The policy when the account may change it: AWS's own are beyond everybody's reach. */
export function ownPolicy(
  record: ManagedPolicyRecord | undefined,
  arn: string,
): ManagedPolicyRecord {
  const policy = foundPolicy(record, arn)
  if (arn.startsWith('arn:aws:iam::aws:'))
    throw fail('InvalidInputException', 'Cannot perform the operation on AWS managed policies.')
  return policy
}

export async function policyShape(policy: ManagedPolicyRecord, store: Readable) {
  const [AttachmentCount, PermissionsBoundaryUsageCount] = await Promise.all([
    countEntitiesWith(store, policy.arn),
    countEntitiesWith(store, policy.arn, 'boundary'),
  ])
  return {
    PolicyName: policy.name,
    PolicyId: policy.id,
    Arn: policy.arn,
    Path: policy.path,
    DefaultVersionId: policy.defaultVersion,
    AttachmentCount,
    PermissionsBoundaryUsageCount,
    IsAttachable: true,
    CreateDate: policy.createdAt,
    UpdateDate: policy.updatedAt,
  }
}

const described = (policy: ManagedPolicyRecord) => ({
  ...(policy.description !== undefined && { Description: policy.description }),
  ...(Object.keys(policy.tags).length > 0 && { Tags: tagsToList(policy.tags) }),
})

export function checkManagedDocument(document: string): void {
  checkDocument(document, 'identity')
  if (policySize(document) > sizeQuota)
    throw fail('LimitExceededException', `Cannot exceed quota for PolicySize: ${sizeQuota}`)
}

export const CreatePolicy = operation('CreatePolicy', {
  access: {
    kind: 'iam',
    targets(input, read) {
      const resource = iamArn(read.account, 'policy', input.PolicyName, input.Path)
      const create = { resource, context: tagContext(input.Tags), record: undefined }
      return input.Tags?.length ? [create, { ...create, action: 'iam:TagPolicy' }] : [create]
    },
  },
  async handle(input, ctx) {
    const tags = newTags(input.Tags)
    checkManagedDocument(input.PolicyDocument)
    const path = input.Path ?? '/'
    const createdAt = ctx.now()
    const policy: ManagedPolicyRecord = {
      id: uniqueId('ANPA', ctx.random),
      arn: iamArn(ctx.account, 'policy', input.PolicyName, path),
      name: input.PolicyName,
      path,
      description: input.Description,
      createdAt,
      updatedAt: createdAt,
      tags,
      defaultVersion: 'v1',
      nextVersion: 2,
      versions: [{ id: 'v1', document: input.PolicyDocument, createdAt }],
    }
    try {
      await ctx.store.transaction(async (tx) => {
        await takePlace(tx, 'Policies')
        await tx.of(managedPolicies).create(policy)
      })
    } catch (error) {
      if (!(error instanceof AlreadyExists)) throw error
      throw fail(
        'EntityAlreadyExistsException',
        `A policy called ${policy.name} already exists. Duplicate names are not allowed.`,
      )
    }
    return { Policy: { ...(await policyShape(policy, ctx.store)), ...described(policy) } }
  },
})

export const GetPolicy = operation('GetPolicy', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [await policyTarget(input.PolicyArn, read)],
  },
  async handle(input, ctx, [target]) {
    const policy = foundPolicy(target.record, input.PolicyArn)
    return { Policy: { ...(await policyShape(policy, ctx.store)), ...described(policy) } }
  },
})

const usageOf = (filter: string): 'attached' | 'boundary' =>
  filter === 'PermissionsBoundary' ? 'boundary' : 'attached'

export const ListPolicies = operation('ListPolicies', {
  access: {
    kind: 'iam',
    targets: (input, read) => [
      {
        ...pathTarget('policy', input.PathPrefix, read),
        spokenAs: `policy path ${input.PathPrefix ?? '/'}`,
      },
    ],
  },
  async handle(input, ctx) {
    const own = input.Scope === 'AWS' ? [] : await all(ctx.store, managedPolicies)
    const aws = input.Scope === 'Local' ? [] : awsManagedPolicies()
    const candidates = [...own, ...aws].filter(under(input.PathPrefix))
    const usage =
      input.PolicyUsageFilter !== undefined
        ? usageOf(input.PolicyUsageFilter)
        : input.OnlyAttached && ('attached' as const)
    const filtered: ManagedPolicyRecord[] = []
    for (const policy of candidates)
      if (!usage || (await countEntitiesWith(ctx.store, policy.arn, usage)) > 0)
        filtered.push(policy)
    // An account may have a policy of its own of the name of one of AWS's.
    const order = ({ name, arn }: ManagedPolicyRecord) => `${name} ${arn}`
    const list = `policies/${input.Scope ?? 'All'}`
    const { items, ...more } = await paged(filtered, order, input, ctx, list)
    const Policies = await Promise.all(items.map((policy) => policyShape(policy, ctx.store)))
    return { Policies, ...more }
  },
})

export const DeletePolicy = operation('DeletePolicy', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [await policyTarget(input.PolicyArn, read)],
  },
  async handle(input, ctx, [target]) {
    const { id, arn } = ownPolicy(target.record, input.PolicyArn)
    await ctx.store.transaction(async (tx) => {
      const policy = foundPolicy(await tx.of(managedPolicies).get([id]), arn)
      const used =
        (await countEntitiesWith(tx, arn)) + (await countEntitiesWith(tx, arn, 'boundary'))
      if (used > 0)
        throw fail('DeleteConflictException', 'Cannot delete a policy attached to entities.')
      if (policy.versions.length > 1)
        throw fail(
          'DeleteConflictException',
          "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
        )
      await givePlaceBack(tx, 'Policies')
      await tx.of(managedPolicies).delete([id])
    })
    return {}
  },
})

export const ListEntitiesForPolicy = operation('ListEntitiesForPolicy', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [await policyTarget(input.PolicyArn, read)],
  },
  async handle(input, ctx, [target]) {
    foundPolicy(target.record, input.PolicyArn)
    const filter = input.PolicyUsageFilter
    const usages = filter === undefined ? (['attached', 'boundary'] as const) : [usageOf(filter)]
    // Somebody may have the policy in both ways, and is told once.
    const having = new Map<string, { type: string; record: PolicyHolder }>()
    for (const usage of usages) {
      const entities = await entitiesWith(ctx.store, input.PolicyArn, usage)
      for (const record of entities.users) having.set(record.id, { type: 'User', record })
      for (const record of entities.groups) having.set(record.id, { type: 'Group', record })
      for (const record of entities.roles) having.set(record.id, { type: 'Role', record })
    }
    const wanted = [...having.values()].filter(({ type, record }) => {
      const asked = input.EntityFilter
      return under(input.PathPrefix)(record) && (asked === undefined || asked === type)
    })
    const order = ({ type, record }: (typeof wanted)[number]) => `${type}/${record.name}`
    const list = `entities/${input.PolicyArn}`
    const { items, ...more } = await paged(wanted, order, input, ctx, list)
    const of = (type: string) => items.filter((item) => item.type === type)
    return {
      PolicyUsers: of('User').map(({ record: r }) => ({ UserName: r.name, UserId: r.id })),
      PolicyGroups: of('Group').map(({ record: r }) => ({ GroupName: r.name, GroupId: r.id })),
      PolicyRoles: of('Role').map(({ record: r }) => ({ RoleName: r.name, RoleId: r.id })),
      ...more,
    }
  },
})
