import type { CallContext, ReadContext } from '../../kernel/context.ts'
import { isAttachable } from './attachable-policies.ts'
import { fail, operation } from './contract.ts'
import { groupKind } from './group-records.ts'
import {
  change,
  found,
  type HolderKind,
  holderTarget,
  modifiable,
  type PolicyHolder,
} from './holders.ts'
import { paged } from './listing.ts'
import { roleKind } from './role-records.ts'
import { userKind } from './user-records.ts'

type Named<N extends string> = { readonly [K in N]: string }
type Loaded<R> = readonly [{ readonly record: R | undefined }]

const nameOfArn = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1)

const onPolicy = <R extends PolicyHolder, N extends string>(kind: HolderKind<R>, key: N) => ({
  kind: 'iam' as const,
  targets: async (input: Named<N> & { readonly PolicyArn: string }, read: ReadContext) => {
    const context = { 'iam:PolicyARN': input.PolicyArn }
    return [await holderTarget(kind, input[key], read, { context })] as const
  },
})

const attaching = <R extends PolicyHolder, N extends string>(kind: HolderKind<R>, key: N) => ({
  access: onPolicy(kind, key),
  async handle(
    input: Named<N> & { readonly PolicyArn: string },
    ctx: CallContext,
    [target]: Loaded<R>,
  ) {
    const holder = modifiable(kind, found(target.record, kind.type, input[key]))
    const arn = input.PolicyArn
    await ctx.store.transaction(async (tx) => {
      if (!(await isAttachable(tx, arn)))
        throw fail('NoSuchEntityException', `Policy ${arn} does not exist or is not attachable.`)
      if (arn.startsWith('arn:aws:iam::aws:policy/aws-service-role/'))
        throw fail(
          'PolicyNotAttachableException',
          'Cannot attach a Service Role Policy to a Customer Role.',
        )
      await change(tx, kind, holder, (old) => {
        if (old.attached.includes(arn)) return old
        if (old.attached.length >= kind.attachedQuota)
          throw fail(
            'LimitExceededException',
            `Cannot exceed quota for PoliciesPer${title(kind.type)}: ${kind.attachedQuota}`,
          )
        return { ...old, attached: [...old.attached, arn] }
      })
    })
    return {}
  },
})

const detaching = <R extends PolicyHolder, N extends string>(kind: HolderKind<R>, key: N) => ({
  access: onPolicy(kind, key),
  async handle(
    input: Named<N> & { readonly PolicyArn: string },
    ctx: CallContext,
    [target]: Loaded<R>,
  ) {
    const holder = modifiable(kind, found(target.record, kind.type, input[key]))
    await ctx.store.transaction((tx) =>
      change(tx, kind, holder, (old) => {
        if (!old.attached.includes(input.PolicyArn))
          throw fail('NoSuchEntityException', `Policy ${input.PolicyArn} was not found.`)
        return { ...old, attached: old.attached.filter((arn) => arn !== input.PolicyArn) }
      }),
    )
    return {}
  },
})

interface ListInput {
  readonly PathPrefix?: string | undefined
  readonly Marker?: string | undefined
  readonly MaxItems?: number | undefined
}

const listing = <R extends PolicyHolder, N extends string>(kind: HolderKind<R>, key: N) => ({
  access: {
    kind: 'iam' as const,
    targets: async (input: Named<N> & ListInput, read: ReadContext) =>
      [await holderTarget(kind, input[key], read)] as const,
  },
  async handle(input: Named<N> & ListInput, ctx: CallContext, [target]: Loaded<R>) {
    const holder = found(target.record, kind.type, input[key])
    const path = (arn: string) => arn.slice(arn.indexOf('/'), arn.lastIndexOf('/') + 1)
    const arns = holder.attached.filter((arn) => path(arn).startsWith(input.PathPrefix ?? '/'))
    const { items, ...more } = await paged(arns, namedOrder, input, ctx, `attached/${holder.id}`)
    const AttachedPolicies = items.map((arn) => ({ PolicyName: nameOfArn(arn), PolicyArn: arn }))
    return { AttachedPolicies, ...more }
  },
})

/** An account may have a policy of its own of the name of one of AWS's. */
const namedOrder = (arn: string): string => `${nameOfArn(arn)} ${arn}`

const title = (type: string): string => type[0]!.toUpperCase() + type.slice(1)

export const AttachUserPolicy = operation('AttachUserPolicy', attaching(userKind, 'UserName'))
export const AttachGroupPolicy = operation('AttachGroupPolicy', attaching(groupKind, 'GroupName'))
export const AttachRolePolicy = operation('AttachRolePolicy', attaching(roleKind, 'RoleName'))
export const DetachUserPolicy = operation('DetachUserPolicy', detaching(userKind, 'UserName'))
export const DetachGroupPolicy = operation('DetachGroupPolicy', detaching(groupKind, 'GroupName'))
export const DetachRolePolicy = operation('DetachRolePolicy', detaching(roleKind, 'RoleName'))
export const ListAttachedUserPolicies = operation(
  'ListAttachedUserPolicies',
  listing(userKind, 'UserName'),
)
export const ListAttachedGroupPolicies = operation(
  'ListAttachedGroupPolicies',
  listing(groupKind, 'GroupName'),
)
export const ListAttachedRolePolicies = operation(
  'ListAttachedRolePolicies',
  listing(roleKind, 'RoleName'),
)
