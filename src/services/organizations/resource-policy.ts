import { checkPolicy } from '../../access/check-policy.ts'
import { readPolicy } from '../../access/document.ts'
import { resourcePolicyArn } from './arns.ts'
import { fail, invalid, operation } from './contract.ts'
import { newId } from './ids.ts'
import {
  type OrganizationRecord,
  organizations,
  type ResourcePolicyRecord,
} from './organization-records.ts'
import { admitted, anywhere, current, tagged, within } from './places.ts'
import { needsAllFeatures } from './service-access.ts'
import { newTags } from './tag-rules.ts'

/** What the management account may delegate, after the Organizations User Guide. */
const delegable: readonly string[] = [
  'AttachPolicy',
  'CreatePolicy',
  'DeletePolicy',
  'DescribeAccount',
  'DescribeCreateAccountStatus',
  'DescribeEffectivePolicy',
  'DescribeHandshake',
  'DescribeOrganization',
  'DescribeOrganizationalUnit',
  'DescribePolicy',
  'DescribeResourcePolicy',
  'DetachPolicy',
  'DisablePolicyType',
  'EnablePolicyType',
  'ListAccounts',
  'ListAccountsForParent',
  'ListAWSServiceAccessForOrganization',
  'ListChildren',
  'ListCreateAccountStatus',
  'ListDelegatedAdministrators',
  'ListDelegatedServicesForAccount',
  'ListHandshakesForAccount',
  'ListHandshakesForOrganization',
  'ListOrganizationalUnitsForParent',
  'ListParents',
  'ListPolicies',
  'ListPoliciesForTarget',
  'ListRoots',
  'ListTagsForResource',
  'ListTargetsForPolicy',
  'TagResource',
  'UntagResource',
  'UpdatePolicy',
].map((name) => `organizations:${name}`.toLowerCase())

/** Refuses a delegation policy that AWS would not store. */
function checkDelegation(content: string): void {
  const fault = checkPolicy(content, 'resource')
  if (fault !== undefined) throw invalid('INVALID_RESOURCE_POLICY_JSON', fault.message)
  for (const { actions, resources } of readPolicy(content)?.statements ?? []) {
    if (actions === undefined || !actions.every(isDelegable))
      throw invalid(
        'UNSUPPORTED_ACTION_IN_RESOURCE_POLICY',
        'You specified an action that is not supported in a resource policy.',
      )
    if (resources === undefined)
      throw invalid(
        'UNSUPPORTED_RESOURCE_IN_RESOURCE_POLICY',
        'You specified a resource that is not supported in a resource policy.',
      )
  }
}

/** An action that may be delegated, or a prefix of one with a star: `organizations:List*`. */
function isDelegable(action: string): boolean {
  const name = action.toLowerCase()
  if (!name.endsWith('*')) return delegable.includes(name)
  const prefix = name.slice(0, -1)
  return !/[*?]/.test(prefix) && delegable.some((known) => known.startsWith(prefix))
}

const shape = (org: OrganizationRecord, { id, content }: ResourcePolicyRecord) => ({
  ResourcePolicySummary: { Id: id, Arn: resourcePolicyArn(org, id) },
  Content: content,
})

export const PutResourcePolicy = operation('PutResourcePolicy', {
  access: {
    kind: 'iam',
    targets: (input, read) =>
      within('management', read, (org) =>
        tagged(
          {
            resource: resourcePolicyArn(org, org.resourcePolicy?.id ?? '*'),
            it: undefined,
            tags: org.resourcePolicy?.tags,
          },
          input.Tags,
        ),
      ),
  },
  async handle(input, ctx, [target]) {
    const { org: seen } = admitted(target)
    const tags = newTags(input.Tags)
    checkDelegation(input.Content)
    const org = await ctx.store.transaction(async (tx) => {
      const now = await current(tx, seen)
      needsAllFeatures(now)
      if (now.resourcePolicy !== undefined && input.Tags !== undefined && input.Tags.length > 0)
        throw invalid(
          'INVALID_LIST_MEMBER',
          'Updating an existing resource policy with tags is not supported. Use TagResource.',
        )
      return tx.of(organizations).update([now.id], (old) => ({
        ...old,
        resourcePolicy: {
          id: old.resourcePolicy?.id ?? newId('rp', ctx.random),
          content: input.Content,
          tags: old.resourcePolicy?.tags ?? tags,
        },
      }))
    })
    return { ResourcePolicy: shape(org, org.resourcePolicy!) }
  },
})

const none = (): Error =>
  fail(
    'ResourcePolicyNotFoundException',
    "We can't find a resource policy request with the parameter that you specified.",
  )

export const DescribeResourcePolicy = operation('DescribeResourcePolicy', {
  access: { kind: 'iam', targets: (_, read) => within('readable', read, () => anywhere()) },
  handle(_, __, [target]) {
    const { org } = admitted(target)
    needsAllFeatures(org)
    if (org.resourcePolicy === undefined) throw none()
    return { ResourcePolicy: shape(org, org.resourcePolicy) }
  },
})

export const DeleteResourcePolicy = operation('DeleteResourcePolicy', {
  access: { kind: 'iam', targets: (_, read) => within('management', read, () => anywhere()) },
  async handle(_, ctx, [target]) {
    const { org: seen } = admitted(target)
    await ctx.store.transaction(async (tx) => {
      const org = await current(tx, seen)
      needsAllFeatures(org)
      if (org.resourcePolicy === undefined) throw none()
      await tx.of(organizations).update([org.id], (old) => ({ ...old, resourcePolicy: undefined }))
    })
    return {}
  },
})
