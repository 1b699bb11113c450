import type { CallContext } from '../../../kernel/context.ts'
import type { Readable } from '../../../kernel/store.ts'
import { type AttributeList, changed, checkedAttributes } from '../attributes.ts'
import { postAuthentication, preAuthentication } from '../authentication-triggers.ts'
import { changeUser } from '../changing.ts'
import type { App } from '../client-places.ts'
import { fail } from '../contract.ts'
import { linkedUser } from '../linked-identities.ts'
import type { PoolRecord } from '../pool-records.ts'
import { identityEntry, type LinkedIdentity, type UserRecord } from '../user-records.ts'
import { type Arrival, identityOf } from './arrivals.ts'
import { checkComplete } from './newcomers.ts'

/** Who somebody is in the pool, and the identity by which that is known. */
export interface Known {
  readonly user: UserRecord
  readonly by: Pick<LinkedIdentity, 'provider' | 'attribute' | 'value'>
}

/**
 * The user whom a provider's user signs in as: by the subject, or else by a mapped attribute that was linked
 * and has not been used yet.
 */
export async function knownUser(
  store: Readable,
  { id }: PoolRecord,
  arrival: Arrival,
  list: AttributeList,
): Promise<Known | undefined> {
  const { name: provider, type } = arrival.provider
  const entries = [identityOf(arrival, new Date(0))].map(({ attribute, value }) => ({
    provider,
    attribute,
    value,
  }))
  if (type === 'SAML' || type === 'OIDC')
    for (const { Name: attribute, Value: value } of list)
      if (value) entries.push({ provider, attribute, value })
  for (const by of entries) {
    const user = await linkedUser(store, id, by)
    if (user !== undefined) return { user, by }
  }
  return undefined
}

/** Signs in somebody who is known: what the provider tells by now is written where it differs. */
export async function welcomedBack(
  app: App,
  { user, by }: Known,
  arrival: Arrival,
  list: AttributeList,
  ctx: CallContext,
): Promise<UserRecord> {
  const { pool } = app
  if (!user.enabled) throw fail('NotAuthorizedException', 'User is disabled.')
  await preAuthentication(app, user.username, ctx)
  const entry = identityEntry(pool.id, by)
  const identity = identityOf(arrival, ctx.now())
  const isUsed = entry === identityEntry(pool.id, identity)
  const next = (old: UserRecord): UserRecord => {
    const attributes = changed(old.attributes, checkedAttributes(pool, list, old.attributes))
    checkComplete(pool, attributes)
    // From the first sign-in on it is the subject that counts, whatever becomes of the attribute.
    const identities = isUsed
      ? old.identities
      : old.identities?.map((one) =>
          identityEntry(pool.id, one) === entry ? { ...identity, linkedAt: one.linkedAt } : one,
        )
    return { ...old, attributes, identities }
  }
  const differs =
    !isUsed || JSON.stringify(next(user).attributes) !== JSON.stringify(user.attributes)
  const updated = differs ? await changeUser(ctx, user, { user: next }) : user
  await postAuthentication(app, updated, false, ctx)
  return updated
}
