import type { CallContext } from '../../kernel/context.ts'
import type { Collection, Index, Job, Transaction } from '../../kernel/store.ts'
import { belongings } from './admin-users.ts'
import { clients } from './client-records.ts'
import { invalid, operation } from './contract.ts'
import { credentials } from './credential-records.ts'
import { customAuths } from './custom-auth-records.ts'
import { domainsOf } from './domain-records.ts'
import { groups } from './groups.ts'
import { identityProviders } from './identity-provider-records.ts'
import { checkNoImport, importJobs, importParts } from './import-records.ts'
import { logDeliveries } from './log-delivery.ts'
import { brandings } from './managed-branding.ts'
import { places, pools } from './pool-records.ts'
import { foundPool, livingPool, onPool } from './pool-targets.ts'
import { resourceServers } from './resource-servers.ts'
import { riskConfigurations } from './risk-configuration-records.ts'
import { samlAssertions } from './saml-assertions.ts'
import { samlEncryption } from './saml-encryption.ts'
import { samlSigning } from './saml-signing.ts'
import { retiredKeys, signingKeys } from './signing-keys.ts'
import { terms } from './terms.ts'
import { uiCustomizations } from './ui-customization.ts'
import { users } from './user-records.ts'

/** How many records of each kind go at once. */
const batch = 200

export const DeleteUserPool = operation('DeleteUserPool', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const { id } = foundPool(target, input)
    await ctx.store.transaction(async (tx) => {
      const pool = await livingPool(tx, id)
      if (pool.settings.DeletionProtection === 'ACTIVE')
        throw invalid(
          'The user pool cannot be deleted because deletion protection is activated. Deletion protection must be inactivated first.',
        )
      await checkNoImport(tx, id)
      const { prefix, custom } = await domainsOf(tx, id)
      if (prefix !== undefined || custom !== undefined)
        throw invalid(
          'User pool cannot be deleted. It has a domain configured that should be deleted first.',
        )
      const place = await tx.of(places).get([id])
      if (place?.replica !== undefined)
        throw invalid('User pool cannot be deleted. It has a replica that should be deleted first.')
      await tx.of(pools).delete([id])
      await tx.of(places).delete([id])
      const { records } = await tx.of(clients).list({ prefix: [id], limit: 1_000 })
      for (const client of records) {
        await tx.of(clients).delete([id, client.id])
        await tx.of(places).delete([client.id])
      }
      tx.schedule(emptying(id, ctx.now().getTime()))
    })
    return {}
  },
})

const emptying = (pool: string, dueAt: number): Job => ({
  type: 'cognito-idp.EmptyPool',
  key: pool,
  dueAt,
  detail: { pool },
})

async function drain<R, I extends Record<string, Index<R>>>(
  tx: Transaction,
  collection: Collection<R, I>,
  pool: string,
): Promise<boolean> {
  const { records, after } = await tx.of(collection).list({ prefix: [pool], limit: batch })
  for (const record of records) await tx.of(collection).delete(collection.options.key(record))
  return after !== undefined
}

const contents = [
  importJobs,
  importParts,
  users,
  credentials,
  ...belongings,
  groups,
  signingKeys,
  retiredKeys,
  resourceServers,
  identityProviders,
  uiCustomizations,
  brandings,
  terms,
  samlSigning,
  samlEncryption,
  samlAssertions,
  customAuths,
  logDeliveries,
  riskConfigurations,
] as const

/** Deletes what was in a deleted pool, a part at a time: nobody can reach it any more. */
export async function emptyPool({ detail }: Job, ctx: CallContext): Promise<void> {
  const pool = String(detail.pool)
  await ctx.store.transaction(async (tx) => {
    let more = false
    for (const collection of contents)
      more = (await drain(tx, collection as Collection<unknown>, pool)) || more
    if (more) tx.schedule(emptying(pool, ctx.now().getTime()))
  })
}
