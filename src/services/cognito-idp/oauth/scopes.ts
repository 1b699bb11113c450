import type { Readable } from '../../../kernel/store.ts'
import { isReadable } from '../attributes.ts'
import type { App } from '../client-places.ts'
import type { ClientRecord } from '../client-records.ts'
import { customScopes } from '../resource-servers.ts'
import { adminScope } from '../tokens.ts'
import { attributesOfScope } from './told-attributes.ts'

const reserved = new Set(['openid', ...Object.keys(attributesOfScope), adminScope])

/**
 * The scopes that an app gets: what it asks for, of what it may have, and all of that when it asks for
 * nothing; undefined for scopes that exist nowhere, or make no sense together.
 */
export async function grantedScopes(
  { pool, client }: App,
  asked: string | undefined,
  store: Readable,
): Promise<readonly string[] | undefined> {
  const allowed = client.settings.AllowedOAuthScopes ?? []
  if (asked === undefined) return allowed.length === 0 ? undefined : allowed
  const scopes = [...new Set(asked.split(' ').filter((one) => one !== ''))]
  const custom = await customScopes(store, pool.id)
  if (scopes.some((one) => !reserved.has(one) && !custom.has(one))) return undefined
  const granted = scopes.filter((one) => allowed.includes(one))
  const ofIdentity = granted.some((one) => attributesOfScope[one] !== undefined)
  if (granted.length === 0 || (ofIdentity && !granted.includes('openid'))) return undefined
  return granted
}

/** Whether a client may read what its scopes tell. */
export const readsItsScopes = (client: ClientRecord, scopes: readonly string[]): boolean =>
  scopes.every((one) => (attributesOfScope[one] ?? []).every((name) => isReadable(client, name)))
