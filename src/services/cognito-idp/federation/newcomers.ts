import type { CallContext } from '../../../kernel/context.ts'
import { freshUser } from '../AdminCreateUser.ts'
import { type AttributeList, type Attributes, changed, checkedAttributes } from '../attributes.ts'
import type { App } from '../client-places.ts'
import { invalid } from '../contract.ts'
import { credentials, noCredentials } from '../credential-records.ts'
import { foundProvider } from '../identity-providers.ts'
import { linkedUser } from '../linked-identities.ts'
import type { PoolRecord } from '../pool-records.ts'
import { livingPool } from '../pool-targets.ts'
import { postConfirmation, preSignUp } from '../sign-up-triggers.ts'
import { primaryIdentity, type UserRecord } from '../user-records.ts'
import { findUser, putUser } from '../usernames.ts'
import { type Arrival, identityOf } from './arrivals.ts'
import { providerGroup } from './provider-groups.ts'

const longestName = 128

/** Refuses attributes that lack what the pool requires, in words of sign-in pages. */
export function checkComplete({ schema }: PoolRecord, attributes: Attributes): void {
  const missing = schema
    .filter(({ Name, Required }) => Required && Name !== 'sub' && !attributes[Name!])
    .map(({ Name }) => Name)
  if (missing.length > 0) throw invalid(`attributes required: [${missing.join(', ')}]`)
}

/**
 * Makes the profile of somebody who has come for the first time. Until all is checked and the pool's
 * function agrees, nothing of it is kept.
 */
export async function welcomed(
  app: App,
  username: string,
  arrival: Arrival,
  list: AttributeList,
  ctx: CallContext,
): Promise<UserRecord> {
  const { pool } = app
  const { provider } = arrival
  if (username.length > longestName) throw invalid('The username is too long.')
  const wanted: Record<string, string> = { ...checkedAttributes(pool, list) }
  checkComplete(pool, wanted)
  const asked = {
    source: 'PreSignUp_ExternalProvider',
    userName: username,
    attributes: { 'cognito:email_alias': '', 'cognito:phone_number_alias': '', ...wanted },
    validation: [],
  } as const
  const verdict = await preSignUp(app, asked, ctx)
  for (const name of verdict.verified) wanted[`${name}_verified`] = 'true'
  const fresh = freshUser(pool, username, changed({}, wanted), 'EXTERNAL_PROVIDER', ctx)
  const identity = { ...identityOf(arrival, ctx.now()), primary: true }
  const { user, isNew } = await ctx.store.transaction(async (tx) => {
    await livingPool(tx, pool.id)
    await foundProvider(tx, { UserPoolId: pool.id, ProviderName: provider.name })
    const meanwhile = await linkedUser(tx, pool.id, identity)
    // Another window of the same person was quicker.
    if (meanwhile && primaryIdentity(meanwhile)) return { user: meanwhile, isNew: false }
    // The function has linked the identity to somebody: the next sign-in is that user's.
    if (meanwhile || (await findUser(tx, pool, username)))
      throw invalid(`Already found an entry for username ${username}`)
    const groups = [await providerGroup(tx, provider, ctx)]
    await tx.of(credentials).put(noCredentials(pool.id, fresh.sub))
    const made = { ...fresh, username, groups, identities: [identity] }
    return { user: await putUser(tx, pool, made), isNew: true }
  })
  if (isNew) await postConfirmation(app, user, 'PostConfirmation_ConfirmSignUp', ctx)
  return user
}
