import type { CallContext, ReadContext } from '../../kernel/context.ts'
import type { Readable } from '../../kernel/store.ts'
import { isAttachable } from './attachable-policies.ts'
import { fail, operation } from './contract.ts'
import {
  change,
  found,
  type HolderKind,
  holderTarget,
  modifiable,
  type PolicyHolder,
} from './holders.ts'
import { roleKind } from './role-records.ts'
import { userKind } from './user-records.ts'

/** How a boundary shows in users and roles. */
export const boundaryShape = (arn: string | undefined) =>
  arn === undefined
    ? {}
    : {
        PermissionsBoundary: {
          PermissionsBoundaryType: 'PermissionsBoundaryPolicy' as const,
          PermissionsBoundaryArn: arn,
        },
      }

/** Refuses a boundary that does not exist, in the transaction that sets it. */
export async function checkBoundary(arn: string | undefined, tx: Readable): Promise<void> {
  if (arn !== undefined && !(await isAttachable(tx, arn)))
    throw fail('NoSuchEntityException', `Scope ARN: ${arn} does not exist or is not attachable.`)
}

type Named<N extends string> = { readonly [K in N]: string }

const setting = <R extends PolicyHolder, N extends string>(kind: HolderKind<R>, key: N) => ({
  access: {
    kind: 'iam' as const,
    targets: async (
      input: Named<N> & { readonly PermissionsBoundary: string },
      read: ReadContext,
    ) => {
      const context = { 'iam:PermissionsBoundary': input.PermissionsBoundary }
      return [await holderTarget(kind, input[key], read, { context })] as const
    },
  },
  async handle(
    input: Named<N> & { readonly PermissionsBoundary: string },
    ctx: CallContext,
    [target]: readonly [{ readonly record: R | undefined }],
  ) {
    const record = modifiable(kind, found(target.record, kind.type, input[key]))
    const boundary = input.PermissionsBoundary
    await ctx.store.transaction(async (tx) => {
      await checkBoundary(boundary, tx)
      await change(tx, kind, record, (old) => ({ ...old, boundary }))
    })
    return {}
  },
})

const clearing = <R extends PolicyHolder, N extends string>(kind: HolderKind<R>, key: N) => ({
  access: {
    kind: 'iam' as const,
    targets: async (input: Named<N>, read: ReadContext) => {
      const target = await holderTarget(kind, input[key], read)
      const context = { 'iam:PermissionsBoundary': target.record?.boundary }
      return [{ ...target, context }] as const
    },
  },
  async handle(
    input: Named<N>,
    ctx: CallContext,
    [target]: readonly [{ readonly record: R | undefined }],
  ) {
    const record = modifiable(kind, found(target.record, kind.type, input[key]))
    if (record.boundary === undefined)
      throw fail(
        'NoSuchEntityException',
        `${kind.type === 'user' ? 'User' : 'Role'} ${record.name} does not have a permissions boundary.`,
      )
    await ctx.store.transaction((tx) =>
      change(tx, kind, record, (old) => ({ ...old, boundary: undefined })),
    )
    return {}
  },
})

export const PutUserPermissionsBoundary = operation(
  'PutUserPermissionsBoundary',
  setting(userKind, 'UserName'),
)
export const PutRolePermissionsBoundary = operation(
  'PutRolePermissionsBoundary',
  setting(roleKind, 'RoleName'),
)
export const DeleteUserPermissionsBoundary = operation(
  'DeleteUserPermissionsBoundary',
  clearing(userKind, 'UserName'),
)
export const DeleteRolePermissionsBoundary = operation(
  'DeleteRolePermissionsBoundary',
  clearing(roleKind, 'RoleName'),
)
