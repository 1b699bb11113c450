import type { ProviderUserIdentifierType } from '@aws-sdk/client-cognito-identity-provider'
import type { Validated } from '../../kernel/contract.ts'
import type { Readable } from '../../kernel/store.ts'
import { type Changes, changeUser, changeUserIn } from './changing.ts'
import { fail, invalid, operation } from './contract.ts'
import type { IdentityProviderRecord } from './identity-provider-records.ts'
import { foundProvider } from './identity-providers.ts'
import type { PoolRecord } from './pool-records.ts'
import { foundPool, onPool } from './pool-targets.ts'
import {
  identityEntry,
  type LinkedIdentity,
  primaryIdentity,
  subjectAttribute as subject,
  type UserRecord,
  users,
} from './user-records.ts'
import { findUser, foundUser, noUser } from './usernames.ts'

/** Identities that one user may have. */
const quota = 5
const local = 'Cognito'

type Named = Validated<ProviderUserIdentifierType>

/** The user whom an identity at another provider signs in as; undefined when there is none. */
export const linkedUser = (
  store: Readable,
  pool: string,
  identity: Pick<LinkedIdentity, 'provider' | 'attribute' | 'value'>,
): Promise<UserRecord | undefined> =>
  store.of(users).findOne('identity', identityEntry(pool, identity))

function required(name: string, value: string | undefined): string {
  if (!value) throw invalid(`${name} is required.`)
  return value
}

const isLocal = (name: string | undefined) => name?.toLowerCase() === local.toLowerCase()

/** An identity as a call names it, at a provider of the pool. */
async function identityOf(
  store: Readable,
  { id: UserPoolId }: PoolRecord,
  named: Named,
): Promise<Omit<LinkedIdentity, 'linkedAt'>> {
  const ProviderName = required('ProviderName', named.ProviderName)
  const attribute = required('ProviderAttributeName', named.ProviderAttributeName)
  const value = required('ProviderAttributeValue', named.ProviderAttributeValue)
  const provider = await foundProvider(store, { UserPoolId, ProviderName })
  checkAttribute(provider, attribute)
  return { provider: provider.name, type: provider.type, attribute, value }
}

/** Only SAML and OpenID Connect providers tell their users apart by a claim of one's choice. */
function checkAttribute({ type, mapping }: IdentityProviderRecord, attribute: string): void {
  if (attribute === subject) return
  if (type !== 'SAML' && type !== 'OIDC')
    throw invalid(`ProviderAttributeName must be ${subject} for social identity providers.`)
  if (mapping[attribute] === undefined)
    throw invalid(`ProviderAttributeName ${attribute} is not mapped by the identity provider.`)
}

/** The user of the pool that identities are linked to. */
async function destination(
  store: Readable,
  pool: PoolRecord,
  { ProviderName, ProviderAttributeValue }: Named,
): Promise<UserRecord> {
  const value = required('ProviderAttributeValue', ProviderAttributeValue)
  if (ProviderName === undefined || isLocal(ProviderName)) return foundUser(store, pool, value)
  return foundUser(store, pool, `${ProviderName}_${value}`)
}

export const AdminLinkProviderForUser = operation('AdminLinkProviderForUser', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const pool = foundPool(target, input)
    const { SourceUser, DestinationUser } = input
    if (isLocal(SourceUser.ProviderName))
      throw invalid('SourceUser must be a user of an external identity provider.')
    await ctx.store.transaction(async (tx) => {
      const user = await destination(tx, pool, DestinationUser)
      const identity = await identityOf(tx, pool, SourceUser)
      const owner = await linkedUser(tx, pool.id, identity)
      if (owner?.sub === user.sub) throw invalid('SourceUser is already linked to DestinationUser')
      if (owner !== undefined && primaryIdentity(owner)?.value !== identity.value)
        throw fail('AliasExistsException', 'SourceUser is already linked to another user.')
      // Who has signed in already has a profile, which would have to be deleted first.
      const profile = await findUser(tx, pool, `${identity.provider}_${identity.value}`)
      if (identity.attribute === subject && profile !== undefined && profile.sub !== user.sub)
        throw invalid(
          'Merging is not currently supported, provide a SourceUser without an existing account',
        )
      const now = ctx.now()
      const { identities = [] } = user
      if (identities.filter(({ primary }) => !primary).length >= quota)
        throw fail('LimitExceededException', `A user has at most ${quota} linked identities.`)
      const change = (old: UserRecord): UserRecord => ({
        ...old,
        identities: [...identities, { ...identity, linkedAt: now }],
      })
      await changeUserIn(tx, user, { user: change }, now)
    })
    return {}
  },
})

const disabling = (now: Date): Changes => ({
  user: (old) => ({ ...old, enabled: false }),
  credential: (old) => ({ ...old, signedOutAt: now }),
})

export const AdminDisableProviderForUser = operation('AdminDisableProviderForUser', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const pool = foundPool(target, input)
    const { User: named } = input
    if (isLocal(named.ProviderName)) {
      if (named.ProviderAttributeName !== subject)
        throw invalid(`ProviderAttributeName must be ${subject} for users of the user pool.`)
      const user = await destination(ctx.store, pool, named)
      await changeUser(ctx, user, disabling(ctx.now()))
      return {}
    }
    await ctx.store.transaction(async (tx) => {
      const identity = await identityOf(tx, pool, named)
      const user = await linkedUser(tx, pool.id, identity)
      if (user === undefined) throw noUser()
      const entry = identityEntry(pool.id, identity)
      const primary = primaryIdentity(user)
      // A profile that the provider itself has made is nothing without it.
      if (primary !== undefined && identityEntry(pool.id, primary) === entry) {
        await changeUserIn(tx, user, disabling(ctx.now()), ctx.now())
        return
      }
      const identities = user.identities!.filter((one) => identityEntry(pool.id, one) !== entry)
      await changeUserIn(tx, user, { user: (old) => ({ ...old, identities }) }, ctx.now())
    })
    return {}
  },
})
