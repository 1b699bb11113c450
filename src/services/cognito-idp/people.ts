import type { CallContext } from '../../kernel/context.ts'
import { everything } from '../../kernel/paging.ts'
import type { People } from '../../kernel/people.ts'
import type { Collection, Key, Readable } from '../../kernel/store.ts'
import { belongings, deleteUser } from './admin-users.ts'
import { attributeList } from './attributes.ts'
import { credentialsOf } from './changing.ts'
import { placeOf, reading } from './client-places.ts'
import type { CredentialRecord } from './credential-records.ts'
import { providerGroupName } from './federation/provider-groups.ts'
import { hashColumn } from './import-rows.ts'
import { identitiesLine } from './moved-identities.ts'
import { livingPool, noPool } from './pool-targets.ts'
import { primaryIdentity, type UserRecord, users } from './user-records.ts'
import { foundUser } from './usernames.ts'
import { homesOfPools, weakPools } from './weak-pools.ts'

const page = 200

/** A user as a line that an import job takes back. */
function lineOf(user: UserRecord, addresses: boolean, credential: CredentialRecord): object {
  const { attributes } = user
  // Where addresses serve as names, the name itself is of the pool that gave it.
  const outside = primaryIdentity(user)
  const name = addresses && !outside ? (attributes.email ?? attributes.phone_number) : undefined
  // The group of a provider's users is made anew where they go.
  const own = outside && providerGroupName(user.pool, outside.provider)
  const groups = user.groups.filter((one) => one !== own)
  // A temporary password does not outlive the invitation that it came with.
  const kept = user.status !== 'FORCE_CHANGE_PASSWORD'
  const { hash, srp, totp } = credential
  return {
    'cognito:username': name ?? user.username,
    ...attributes,
    ...(kept && hash !== undefined && { [hashColumn]: hash }),
    'sallyport:sub': user.sub,
    'sallyport:status': user.status,
    'sallyport:enabled': String(user.enabled),
    'sallyport:groups': JSON.stringify(groups),
    ...identitiesLine(user.identities),
    ...(kept &&
      srp !== undefined && {
        'sallyport:srp_pool': user.pool,
        'sallyport:srp_salt': srp.salt,
        'sallyport:srp_verifier': srp.verifier,
      }),
    ...(totp?.verified && { 'sallyport:totp_secret': Buffer.from(totp.secret).toString('hex') }),
    'sallyport:mfa': user.mfa.enabled.join(','),
    ...(user.mfa.preferred !== undefined && { 'sallyport:mfa_preferred': user.mfa.preferred }),
  }
}

async function* everybody(id: string, ctx: CallContext): AsyncGenerator<Uint8Array> {
  const pool = await livingPool(ctx.store, id)
  const addresses = pool.usernameAttributes.length > 0
  let after: Key | undefined
  do {
    const next = await ctx.store.of(users).list({ prefix: [id], after, limit: page })
    let text = ''
    for (const user of next.records) {
      const line = lineOf(user, addresses, await credentialsOf(ctx, user))
      text += `${JSON.stringify(line)}\n`
    }
    yield Buffer.from(text)
    after = next.after
  } while (after !== undefined)
}

/** What belongs to a person beside the user itself, by the name of what it is. */
async function belongingsOf(store: Readable, { pool, sub }: UserRecord) {
  const found: Record<string, readonly object[]> = {}
  for (const collection of belongings) {
    const what = collection.name.replace(/^cognito\./, '')
    found[what] = (await everything((from) =>
      store.of(collection as Collection<unknown>).list({ ...from, prefix: [pool, sub] }),
    )) as object[]
  }
  return found
}

const hidden = new Set(['pool', 'sub', 'code', 'srp', 'origin'])

/** A record without what is secret, and without what every record of the person has. */
const told = (record: object): object =>
  Object.fromEntries(
    Object.entries(record).filter(
      ([name, value]) => !hidden.has(name) && !(value instanceof Uint8Array),
    ),
  )

async function person(id: string, name: string, ctx: CallContext): Promise<object> {
  const pool = await livingPool(ctx.store, id)
  const user = await foundUser(ctx.store, pool, name)
  const { hash, failures, failedAt, signedOutAt, codesSent, totp } = await credentialsOf(ctx, user)
  const had = await belongingsOf(ctx.store, user)
  return {
    pool: id,
    username: user.username,
    attributes: Object.fromEntries(attributeList(user).map(({ Name, Value }) => [Name, Value])),
    pendingAttributes: user.pending ?? {},
    names: user.names,
    status: user.status,
    enabled: user.enabled,
    createdAt: user.createdAt,
    modifiedAt: user.modifiedAt,
    groups: user.groups,
    secondFactors: user.mfa,
    signIn: {
      hasPassword: hash !== undefined,
      failures,
      failedAt,
      signedOutAt,
      codesSent: codesSent ?? [],
      ...(totp !== undefined && { softwareToken: { name: totp.name, verified: totp.verified } }),
    },
    ...Object.fromEntries(Object.entries(had).map(([what, records]) => [what, records.map(told)])),
  }
}

async function erase(id: string, name: string, ctx: CallContext): Promise<object> {
  const pool = await livingPool(ctx.store, id)
  const user = await foundUser(ctx.store, pool, name)
  const had = await belongingsOf(ctx.store, user)
  await deleteUser(ctx, user)
  const counts = Object.entries(had).map(([what, records]) => [what, records.length])
  return {
    pool: id,
    sub: user.sub,
    erasedAt: ctx.now(),
    erased: {
      attributes: Object.keys(user.attributes).length,
      groupMemberships: user.groups.length,
      linkedIdentities: user.identities?.length ?? 0,
      credentials: 1,
      ...Object.fromEntries(counts),
    },
    remains: [
      'The event log keeps past calls until its retention ends; names, attributes and secrets are redacted in it.',
      'Messages that were sent, and backups and exports that were made before, are where they were put.',
    ],
  }
}

/** What operators may ask about the users of a pool. */
export const people: People = {
  async ownerOf(id, ctx) {
    const place = await placeOf(id, reading(ctx), () => noPool(id))
    if (place.id !== place.pool) throw noPool(id)
    return { account: place.account, region: place.region }
  },
  everybody,
  person,
  erase,
  homesOfPools,
  weakPools,
}
