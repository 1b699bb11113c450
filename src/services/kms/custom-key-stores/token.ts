import type { ConnectionErrorCodeType } from '@aws-sdk/client-kms'
import { type Ports, TokenFailed, type TokenLogin } from '../../../kernel/ports.ts'
import { fail } from '../contract.ts'
import { type KeyRecord, keyArn } from '../key-records.ts'
import { type KeyStoreRecord, openSecret } from './store-records.ts'

/** What working with a token needs. */
export interface TokenContext {
  readonly ports: Pick<Ports, 'seals' | 'tokens'>
}

/** How to log in to the token of a store. */
export async function loginOf(store: KeyStoreRecord, ctx: TokenContext): Promise<TokenLogin> {
  const { cluster, password } = store.token!
  return { label: cluster, pin: await openSecret(store.id, password, ctx) }
}

/** Label of a KMS key's key on its token. */
export const tokenLabel = ({ account, region, id }: Pick<KeyRecord, 'account' | 'region' | 'id'>) =>
  `kms/${account}/${region}/${id}`

const errorCodes: Readonly<Record<TokenFailed['trouble'], ConnectionErrorCodeType>> = {
  absent: 'CLUSTER_NOT_FOUND',
  'wrong PIN': 'INVALID_CREDENTIALS',
  locked: 'USER_LOCKED_OUT',
  'no such key': 'INTERNAL_ERROR',
  gone: 'NETWORK_ERRORS',
}

/** Why a token cannot be connected; undefined when it can. */
export async function tokenConnectionError(
  store: KeyStoreRecord,
  ctx: TokenContext,
): Promise<ConnectionErrorCodeType | undefined> {
  try {
    await ctx.ports.tokens.check(await loginOf(store, ctx))
    return undefined
  } catch (error) {
    if (error instanceof TokenFailed) return errorCodes[error.trouble]
    throw error
  }
}

/** Works with a key on its token; whatever a token does wrong makes the key unavailable. */
export async function onToken<T>(key: KeyRecord, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof TokenFailed)) throw error
    throw fail(
      'KMSInvalidStateException',
      `${keyArn(key)} is unavailable. The token of its custom key store cannot do what was asked: ${error.trouble}.`,
    )
  }
}
