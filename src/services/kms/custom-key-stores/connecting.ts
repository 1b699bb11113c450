import type { ConnectionErrorCodeType } from '@aws-sdk/client-kms'
import type { CallContext } from '../../../kernel/context.ts'
import type { Transaction } from '../../../kernel/store.ts'
import { fail, operation } from '../contract.ts'
import { keys } from '../key-records.ts'
import { requestOf } from './calls.ts'
import { proxyHealth } from './proxy.ts'
import { connectionError, ProxyFailed } from './proxy-failures.ts'
import { type KeyStoreRecord, keyStores, keysOfStore, storeNotFound } from './store-records.ts'
import { tokenConnectionError } from './token.ts'

const access = {
  kind: 'iam' as const,
  targets: () => [{ resource: '*', record: undefined }] as const,
}

/** Refuses what a store's connection state does not permit. */
export function checkState(store: KeyStoreRecord, ...states: KeyStoreRecord['state'][]): void {
  if (!states.includes(store.state))
    throw fail(
      'CustomKeyStoreInvalidStateException',
      `The connection state of custom key store ${store.id} is ${store.state}; it must be ${states.join(' or ')}.`,
    )
}

async function changeStore(
  tx: Transaction,
  id: string,
  change: (old: KeyStoreRecord) => KeyStoreRecord,
): Promise<KeyStoreRecord> {
  if ((await tx.of(keyStores).get([id])) === undefined) throw storeNotFound(id)
  return tx.of(keyStores).update([id], change)
}

/** The connection is made at once; whether it was shows the state, as with AWS. */
export const ConnectCustomKeyStore = operation('ConnectCustomKeyStore', {
  access,
  async handle({ CustomKeyStoreId: id }, ctx) {
    const store = await ctx.store.transaction((tx) =>
      changeStore(tx, id, (old) => {
        checkState(old, 'DISCONNECTED')
        return { ...old, state: 'CONNECTING', errorCode: undefined }
      }),
    )
    const errorCode = await probe(store, ctx)
    await ctx.store.transaction(async (tx) => {
      const now = await tx.of(keyStores).get([id])
      // It was disconnected meanwhile.
      if (now?.state !== 'CONNECTING') return
      const state = errorCode === undefined ? 'CONNECTED' : 'FAILED'
      await tx.of(keyStores).put({ ...now, state, errorCode })
      if (errorCode === undefined) await markKeys(tx, id, false)
    })
    return {}
  },
})

async function probe(
  store: KeyStoreRecord,
  ctx: CallContext,
): Promise<ConnectionErrorCodeType | undefined> {
  const { id, proxy } = store
  try {
    if (proxy === undefined) return await tokenConnectionError(store, ctx)
    await proxyHealth({ id, proxy }, requestOf(ctx, 'ConnectCustomKeyStore'))
    return undefined
  } catch (error) {
    if (error instanceof ProxyFailed) return connectionError(error)
    ctx.log.error('a custom key store could not be connected', { id, cause: String(error) })
    return 'INTERNAL_ERROR'
  }
}

export const DisconnectCustomKeyStore = operation('DisconnectCustomKeyStore', {
  access,
  async handle({ CustomKeyStoreId: id }, ctx) {
    const store = await ctx.store.transaction(async (tx) => {
      const changed = await changeStore(tx, id, (old) => {
        checkState(old, 'CONNECTED', 'CONNECTING', 'FAILED')
        return { ...old, state: 'DISCONNECTED', errorCode: undefined }
      })
      await markKeys(tx, id, true)
      return changed
    })
    if (store.token !== undefined) await ctx.ports.tokens.leave(store.token.cluster)
    return {}
  },
})

/** Tells every key of a store whether it can be reached. */
async function markKeys(tx: Transaction, storeId: string, unreachable: boolean): Promise<void> {
  for (const { keyId } of await keysOfStore(storeId, tx))
    await tx.of(keys).update([keyId], ({ unreachable: _before, ...key }) => ({
      ...key,
      ...(unreachable && { unreachable }),
    }))
}
