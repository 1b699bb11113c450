import type {
  ConnectionErrorCodeType,
  ConnectionStateType,
  XksProxyConnectivityType,
} from '@aws-sdk/client-kms'
import type { CallContext, ReadContext } from '../../../kernel/context.ts'
import type { Ports } from '../../../kernel/ports.ts'
import { collection, type Key } from '../../../kernel/store.ts'
import { fail } from '../contract.ts'

/** A store of keys outside: a hardware token, or a key manager behind a proxy. */
export interface KeyStoreRecord {
  /** `cks-` and 17 hex digits. */
  readonly id: string
  readonly account: string
  readonly region: string
  readonly name: string
  readonly createdAt: Date
  readonly state: ConnectionStateType
  /** Why the last connection failed, while the state is FAILED. */
  readonly errorCode?: ConnectionErrorCodeType | undefined
  readonly token?: TokenStore | undefined
  readonly proxy?: ProxyStore | undefined
}

export interface TokenStore {
  /** Label of the token. */
  readonly cluster: string
  readonly trustAnchor: string
  /** The PIN of the token's user, sealed once more. */
  readonly password: string
}

export interface ProxyStore {
  readonly endpoint: string
  readonly path: string
  readonly connectivity: XksProxyConnectivityType
  readonly serviceName?: string | undefined
  readonly serviceOwner?: string | undefined
  readonly accessKeyId: string
  /** Sealed once more. */
  readonly secret: string
}

export const keyStores = collection<KeyStoreRecord>('kms.key-stores')({
  scope: 'region',
  version: 1,
  key: ({ id }) => [id],
  cached: 'kms',
})

/** Which keys a store has. */
export const storeKeys = collection<{
  readonly storeId: string
  readonly keyId: string
  readonly xksKeyId?: string | undefined
}>('kms.store-keys')({
  scope: 'region',
  version: 1,
  key: ({ storeId, keyId }) => [storeId, keyId],
})

/** Every key of a store. */
export async function keysOfStore(storeId: string, store: Pick<ReadContext['store'], 'of'>) {
  const found: { readonly keyId: string; readonly xksKeyId?: string | undefined }[] = []
  let after: Key | undefined
  do {
    const page = await store.of(storeKeys).list({ prefix: [storeId], after, limit: 1_000 })
    found.push(...page.records)
    after = page.after
  } while (after !== undefined)
  return found
}

export const mostStores = 10

const purpose = 'kms-key-store'

/** Seals a password or secret of a store beside the barrier. */
export async function sealSecret(
  storeId: string,
  secret: string,
  ctx: Pick<CallContext, 'ports'>,
): Promise<string> {
  const seal = await ctx.ports.seals.ready(purpose)
  return seal.seal(new TextEncoder().encode(secret), storeId)
}

export async function openSecret(
  storeId: string,
  sealed: string,
  ctx: { readonly ports: Pick<Ports, 'seals'> },
): Promise<string> {
  const seal = await ctx.ports.seals.ready(purpose)
  const bytes = seal.open(sealed, storeId)
  if (bytes === undefined) throw new Error(`the secret of ${storeId} cannot be opened`)
  return new TextDecoder().decode(bytes)
}

export const storeNotFound = (id: string) =>
  fail('CustomKeyStoreNotFoundException', `Custom key store ${id} is not found.`)

/** A store by its id; throws CustomKeyStoreNotFoundException. */
export async function foundStore(
  id: string,
  store: Pick<ReadContext['store'], 'of'>,
): Promise<KeyStoreRecord> {
  const found = await store.of(keyStores).get([id])
  if (found === undefined) throw storeNotFound(id)
  return found
}

/** A store that can be worked with now; throws CustomKeyStoreInvalidStateException. */
export function checkConnected(store: KeyStoreRecord): void {
  if (store.state !== 'CONNECTED')
    throw fail(
      'CustomKeyStoreInvalidStateException',
      `Custom key store ${store.id} is not connected: its connection state is ${store.state}.`,
    )
}
