import { encodeDocument } from './arns.ts'
import { fail, operation } from './contract.ts'
import { paged } from './listing.ts'
import { checkManagedDocument, foundPolicy, ownPolicy, policyTarget } from './managed-policies.ts'
import {
  type ManagedPolicyRecord,
  managedPolicies,
  type PolicyVersionRecord,
} from './managed-policy-records.ts'

const versionQuota = 5

const versionShape = (policy: ManagedPolicyRecord, version: PolicyVersionRecord) => ({
  VersionId: version.id,
  IsDefaultVersion: version.id === policy.defaultVersion,
  CreateDate: version.createdAt,
})

function foundVersion(policy: ManagedPolicyRecord, id: string): PolicyVersionRecord {
  const version = policy.versions.find((candidate) => candidate.id === id)
  if (version === undefined)
    throw fail(
      'NoSuchEntityException',
      `Policy ${policy.arn} version ${id} does not exist or is not attachable.`,
    )
  return version
}

export const CreatePolicyVersion = operation('CreatePolicyVersion', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [await policyTarget(input.PolicyArn, read)],
  },
  async handle(input, ctx, [target]) {
    const { id } = ownPolicy(target.record, input.PolicyArn)
    checkManagedDocument(input.PolicyDocument)
    const createdAt = ctx.now()
    const changed = await ctx.store.transaction(async (tx) => {
      foundPolicy(await tx.of(managedPolicies).get([id]), input.PolicyArn)
      return tx.of(managedPolicies).update([id], (old) => {
        if (old.versions.length >= versionQuota)
          throw fail(
            'LimitExceededException',
            `A managed policy can have up to ${versionQuota} versions. Before you create a new version, you must delete an existing version.`,
          )
        const version = { id: `v${old.nextVersion}`, document: input.PolicyDocument, createdAt }
        return {
          ...old,
          updatedAt: createdAt,
          nextVersion: old.nextVersion + 1,
          versions: [version, ...old.versions],
          defaultVersion: input.SetAsDefault ? version.id : old.defaultVersion,
        }
      })
    })
    return { PolicyVersion: versionShape(changed, changed.versions[0]!) }
  },
})

export const GetPolicyVersion = operation('GetPolicyVersion', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [await policyTarget(input.PolicyArn, read)],
  },
  handle(input, _ctx, [target]) {
    const policy = foundPolicy(target.record, input.PolicyArn)
    const version = foundVersion(policy, input.VersionId)
    const Document = encodeDocument(version.document)
    return { PolicyVersion: { ...versionShape(policy, version), Document } }
  },
})

export const ListPolicyVersions = operation('ListPolicyVersions', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [await policyTarget(input.PolicyArn, read)],
  },
  async handle(input, ctx, [target]) {
    const policy = foundPolicy(target.record, input.PolicyArn)
    // Newest first, as AWS lists them; numbers of eight digits keep that order for the mark.
    const order = (version: PolicyVersionRecord) =>
      String(99_999_999 - Number(version.id.slice(1))).padStart(8, '0')
    const list = `versions/${policy.id}`
    const { items, ...more } = await paged(policy.versions, order, input, ctx, list)
    return { Versions: items.map((version) => versionShape(policy, version)), ...more }
  },
})

export const SetDefaultPolicyVersion = operation('SetDefaultPolicyVersion', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [await policyTarget(input.PolicyArn, read)],
  },
  async handle(input, ctx, [target]) {
    const { id } = ownPolicy(target.record, input.PolicyArn)
    const updatedAt = ctx.now()
    await ctx.store.transaction(async (tx) => {
      foundPolicy(await tx.of(managedPolicies).get([id]), input.PolicyArn)
      await tx.of(managedPolicies).update([id], (old) => {
        const { id: defaultVersion } = foundVersion(old, input.VersionId)
        return { ...old, defaultVersion, updatedAt }
      })
    })
    return {}
  },
})

export const DeletePolicyVersion = operation('DeletePolicyVersion', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [await policyTarget(input.PolicyArn, read)],
  },
  async handle(input, ctx, [target]) {
    const { id } = ownPolicy(target.record, input.PolicyArn)
    const updatedAt = ctx.now()
    await ctx.store.transaction(async (tx) => {
      foundPolicy(await tx.of(managedPolicies).get([id]), input.PolicyArn)
      await tx.of(managedPolicies).update([id], (old) => {
        const gone = foundVersion(old, input.VersionId)
        if (gone.id === old.defaultVersion)
          throw fail('DeleteConflictException', 'Cannot delete the default version of a policy.')
        return { ...old, updatedAt, versions: old.versions.filter((v) => v.id !== gone.id) }
      })
    })
    return {}
  },
})
