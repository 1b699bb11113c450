import type { CallContext } from '../../kernel/context.ts'
import { collection, type Readable } from '../../kernel/store.ts'
import { invalid } from './contract.ts'
import { domainsOf } from './domain-records.ts'
import type { PoolMfa, PoolRecord } from './pool-records.ts'
import type { UserRecord } from './user-records.ts'

/** A passkey of a user: the public half of what its authenticator keeps. */
export interface PasskeyRecord {
  readonly pool: string
  readonly sub: string
  readonly id: string
  /** Base64url, as the authenticator chose it. */
  readonly credentialId: string
  /** SubjectPublicKeyInfo in DER. */
  readonly publicKey: Uint8Array
  /** By COSE: -7 or -257. */
  readonly algorithm: number
  readonly signCount: number
  readonly relyingParty: string
  readonly attachment?: 'platform' | 'cross-platform' | undefined
  readonly transports: readonly string[]
  readonly name: string
  readonly createdAt: Date
}

/** Passkeys by pool, user and a time-ordered id of ours; the authenticator's own is found blindly. */
export const passkeys = collection<PasskeyRecord>('cognito.passkeys')({
  scope: 'region',
  version: 1,
  key: ({ pool, sub, id }) => [pool, sub, id],
  indexes: {
    credential: {
      kind: 'blind',
      unique: true,
      of: ({ pool, credentialId }: PasskeyRecord) => `${pool}|${credentialId}`,
    },
  },
})

/** How many passkeys a user may have. */
export const passkeyQuota = 20

type Owner = Pick<UserRecord, 'pool' | 'sub'>

export async function passkeysOf(
  store: Readable,
  { pool, sub }: Owner,
): Promise<readonly PasskeyRecord[]> {
  const { records } = await store.of(passkeys).list({ prefix: [pool, sub], limit: passkeyQuota })
  return records
}

/**
 * The domain for which the pool's passkeys are made: the one that was chosen, or else the pool's own
 * domain, or the one of its prefix; undefined when there is none.
 */
export async function relyingPartyOf(
  { id, mfa }: PoolRecord,
  ctx: Pick<CallContext, 'issuer' | 'region' | 'baseUrl'> & { readonly store: Readable },
): Promise<string | undefined> {
  if (mfa.webAuthn?.RelyingPartyId !== undefined) return mfa.webAuthn.RelyingPartyId
  const { custom, prefix } = await domainsOf(ctx.store, id)
  if (custom !== undefined || prefix === undefined) return custom?.domain
  const { hostname } = new URL(ctx.baseUrl)
  // An address is no domain; whoever calls it by one is at this machine, or meant a name.
  const own = /[a-z]/.test(hostname) && !hostname.startsWith('[') ? hostname : 'localhost'
  const base = ctx.issuer === 'aws' ? 'amazoncognito.com' : own
  return `${prefix.domain}.auth.${ctx.region}.${base}`
}

/** The user's passkeys that are good for the pool's relying party as it is by now. */
export async function usablePasskeys(
  pool: PoolRecord,
  user: Owner,
  ctx: Parameters<typeof relyingPartyOf>[1],
): Promise<readonly PasskeyRecord[]> {
  const known = await passkeysOf(ctx.store, user)
  if (known.length === 0) return known
  const party = await relyingPartyOf(pool, ctx)
  return known.filter(({ relyingParty }) => relyingParty === party)
}

/** Whether a passkey with user verification does for all factors. */
export const isPasskeyMfa = ({ webAuthn }: PoolMfa): boolean =>
  webAuthn?.FactorConfiguration === 'MULTI_FACTOR_WITH_USER_VERIFICATION'

/** Refuses what cannot be a relying party: a URL, an address, a top-level domain. */
export function checkRelyingParty(id: string): void {
  const isDomain = id.split('.').every((part) => /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(part))
  const hasParent = id === 'localhost' || /\.[a-z][a-z0-9-]*$/.test(id)
  if (!isDomain || !hasParent) throw invalid('RelyingPartyId must be a domain name.')
}
