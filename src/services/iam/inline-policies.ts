import type { CallContext, ReadContext } from '../../kernel/context.ts'
import { encodeDocument } from './arns.ts'
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
import { checkDocument, policySize } from './policy-documents.ts'
import { roleKind } from './role-records.ts'
import { userKind } from './user-records.ts'

type Named<N extends string> = { readonly [K in N]: string }
type Loaded<R> = readonly [{ readonly record: R | undefined }]

const onHolder = <R extends PolicyHolder, N extends string>(kind: HolderKind<R>, key: N) => ({
  kind: 'iam' as const,
  targets: async (input: Named<N>, read: ReadContext) =>
    [await holderTarget(kind, input[key], read)] as const,
})

const notFound = (kind: { readonly type: string }, name: string) =>
  fail('NoSuchEntityException', `The ${kind.type} policy with name ${name} cannot be found.`)

const putting = <R extends PolicyHolder, N extends string>(kind: HolderKind<R>, key: N) => ({
  access: onHolder(kind, key),
  async handle(
    input: Named<N> & { readonly PolicyName: string; readonly PolicyDocument: string },
    ctx: CallContext,
    [target]: Loaded<R>,
  ) {
    const holder = modifiable(kind, found(target.record, kind.type, input[key]))
    checkDocument(input.PolicyDocument, 'identity')
    await ctx.store.transaction((tx) =>
      change(tx, kind, holder, (old) => {
        const inline = { ...old.inline, [input.PolicyName]: input.PolicyDocument }
        const size = Object.values(inline).reduce((sum, text) => sum + policySize(text), 0)
        if (size > kind.inlineQuota)
          throw fail(
            'LimitExceededException',
            `Maximum policy size of ${kind.inlineQuota} bytes exceeded for ${kind.type} ${old.name}`,
          )
        return { ...old, inline }
      }),
    )
    return {}
  },
})

const getting = <R extends PolicyHolder, N extends string>(kind: HolderKind<R>, key: N) => ({
  access: onHolder(kind, key),
  handle(
    input: Named<N> & { readonly PolicyName: string },
    _ctx: CallContext,
    [target]: Loaded<R>,
  ) {
    const holder = found(target.record, kind.type, input[key])
    const document = inlineOf(holder, input.PolicyName)
    if (document === undefined) throw notFound(kind, input.PolicyName)
    return { PolicyName: input.PolicyName, PolicyDocument: encodeDocument(document) }
  },
})

const inlineOf = (holder: PolicyHolder, name: string): string | undefined =>
  Object.hasOwn(holder.inline, name) ? holder.inline[name] : undefined

const deleting = <R extends PolicyHolder, N extends string>(kind: HolderKind<R>, key: N) => ({
  access: onHolder(kind, key),
  async handle(
    input: Named<N> & { readonly PolicyName: string },
    ctx: CallContext,
    [target]: Loaded<R>,
  ) {
    const holder = modifiable(kind, found(target.record, kind.type, input[key]))
    await ctx.store.transaction((tx) =>
      change(tx, kind, holder, (old) => {
        if (inlineOf(old, input.PolicyName) === undefined) throw notFound(kind, input.PolicyName)
        const { [input.PolicyName]: _gone, ...inline } = old.inline
        return { ...old, inline }
      }),
    )
    return {}
  },
})

interface Marked {
  readonly Marker?: string | undefined
  readonly MaxItems?: number | undefined
}

const listing = <R extends PolicyHolder, N extends string>(kind: HolderKind<R>, key: N) => ({
  access: onHolder(kind, key),
  async handle(input: Named<N> & Marked, ctx: CallContext, [target]: Loaded<R>) {
    const holder = found(target.record, kind.type, input[key])
    const names = Object.keys(holder.inline)
    const list = `inline/${holder.id}`
    const { items, ...more } = await paged(names, (name) => name, input, ctx, list)
    return { PolicyNames: [...items], ...more }
  },
})

const named = <N extends string>(key: N, put: Named<N>) => ({ [key]: put[key] }) as Named<N>

const gettingNamed = <R extends PolicyHolder, N extends string>(kind: HolderKind<R>, key: N) => {
  const { access, handle } = getting(kind, key)
  return {
    access,
    handle: (
      input: Named<N> & { readonly PolicyName: string },
      ctx: CallContext,
      targets: Loaded<R>,
    ) => ({ ...named(key, input), ...handle(input, ctx, targets) }),
  }
}

export const PutUserPolicy = operation('PutUserPolicy', putting(userKind, 'UserName'))
export const PutGroupPolicy = operation('PutGroupPolicy', putting(groupKind, 'GroupName'))
export const PutRolePolicy = operation('PutRolePolicy', putting(roleKind, 'RoleName'))
export const GetUserPolicy = operation('GetUserPolicy', gettingNamed(userKind, 'UserName'))
export const GetGroupPolicy = operation('GetGroupPolicy', gettingNamed(groupKind, 'GroupName'))
export const GetRolePolicy = operation('GetRolePolicy', gettingNamed(roleKind, 'RoleName'))
export const DeleteUserPolicy = operation('DeleteUserPolicy', deleting(userKind, 'UserName'))
export const DeleteGroupPolicy = operation('DeleteGroupPolicy', deleting(groupKind, 'GroupName'))
export const DeleteRolePolicy = operation('DeleteRolePolicy', deleting(roleKind, 'RoleName'))
export const ListUserPolicies = operation('ListUserPolicies', listing(userKind, 'UserName'))
export const ListGroupPolicies = operation('ListGroupPolicies', listing(groupKind, 'GroupName'))
export const ListRolePolicies = operation('ListRolePolicies', listing(roleKind, 'RoleName'))
