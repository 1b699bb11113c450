import type { CallContext } from '../../kernel/context.ts'
import { uniqueId } from '../../kernel/ids.ts'
import { wholeSeconds } from '../../kernel/service.ts'
import type { Fact } from '../../kernel/store.ts'
import { takePlace } from './quotas.ts'
import { type RoleRecord, roles } from './role-records.ts'

/**
 * A new account of an organization gets the role by which its management account reaches it, with
 * every right. Told twice, it is made once; that it is there is told each time.
 */
export async function onAccountCreated({ detail }: Fact, ctx: CallContext): Promise<void> {
  const { roleName, managementAccount } = detail as Readonly<Record<string, string>>
  const role: RoleRecord = {
    id: uniqueId('AROA', ctx.random),
    name: roleName!,
    path: '/',
    createdAt: wholeSeconds(ctx.now()),
    attached: ['arn:aws:iam::aws:policy/AdministratorAccess'],
    inline: {},
    tags: {},
    trust: JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: `arn:aws:iam::${managementAccount}:root` },
          Action: 'sts:AssumeRole',
        },
      ],
    }),
    maxSessionDuration: 3_600,
  }
  await ctx.store.transaction(async (tx) => {
    const old = await tx.of(roles).findOne('name', role.name.toLowerCase())
    if (old === undefined) {
      await takePlace(tx, 'Roles')
      await tx.of(roles).create(role)
    }
    const { account, requestId, organizationId } = detail
    tx.emit({
      type: 'iam.AccountAccessRoleCreated',
      detail: { account, requestId, organizationId },
    })
  })
}
