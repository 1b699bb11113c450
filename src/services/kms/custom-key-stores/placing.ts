import type { CallContext } from '../../../kernel/context.ts'
import type { Input } from '../../../kernel/contract.ts'
import { TokenFailed } from '../../../kernel/ports.ts'
import type { Transaction } from '../../../kernel/store.ts'
import { type C, fail } from '../contract.ts'
import type { KeyRecord } from '../key-records.ts'
import { requestOf } from './calls.ts'
import { externalKey } from './proxy.ts'
import { creatingError, throughProxy } from './proxy-failures.ts'
import {
  checkConnected,
  foundStore,
  type KeyStoreRecord,
  keysOfStore,
  storeKeys,
} from './store-records.ts'
import { loginOf, tokenLabel } from './token.ts'

const isOutside = (origin: string): boolean =>
  origin === 'AWS_CLOUDHSM' || origin === 'EXTERNAL_KEY_STORE'

/** Refuses members of CreateKey that do not go with the origin. */
export function checkPlace(input: Input<C, 'CreateKey'>, spec: string, usage: string): void {
  const { Origin = 'AWS_KMS', CustomKeyStoreId, XksKeyId } = input
  if (!isOutside(Origin)) {
    const strange = CustomKeyStoreId !== undefined ? 'CustomKeyStoreId' : 'XksKeyId'
    if ((CustomKeyStoreId ?? XksKeyId) !== undefined)
      throw fail('ValidationException', `${strange} is not valid with origin ${Origin}.`)
    return
  }
  if (CustomKeyStoreId === undefined)
    throw fail('ValidationException', `CustomKeyStoreId is required with origin ${Origin}.`)
  if ((Origin === 'EXTERNAL_KEY_STORE') !== (XksKeyId !== undefined))
    throw fail(
      'ValidationException',
      `XksKeyId is ${XksKeyId === undefined ? 'required' : 'not valid'} with origin ${Origin}.`,
    )
  if (spec !== 'SYMMETRIC_DEFAULT' || usage !== 'ENCRYPT_DECRYPT')
    throw fail(
      'UnsupportedOperationException',
      `KeySpec ${spec} is not supported for keys in custom key stores.`,
    )
  if (input.MultiRegion)
    throw fail(
      'UnsupportedOperationException',
      'Multi-Region keys are not supported in custom key stores.',
    )
}

/** The store that a new key goes to, when it is ready to take it; undefined for a key of KMS's own. */
export async function prepareStore(
  input: Input<C, 'CreateKey'>,
  ctx: CallContext,
): Promise<KeyStoreRecord | undefined> {
  const { Origin = 'AWS_KMS', CustomKeyStoreId } = input
  if (!isOutside(Origin) || CustomKeyStoreId === undefined) return undefined
  const store = await foundStore(CustomKeyStoreId, ctx.store)
  if ((store.token !== undefined) !== (Origin === 'AWS_CLOUDHSM'))
    throw fail('ValidationException', `Origin ${Origin} is not valid for this custom key store.`)
  checkConnected(store)
  return store
}

/** Makes the key on its token, or looks at it through its proxy. */
export async function placeKey(
  key: KeyRecord,
  store: KeyStoreRecord,
  ctx: CallContext,
): Promise<void> {
  const { proxy } = store
  if (proxy !== undefined) {
    const found = await throughProxy(creatingError, () =>
      externalKey({ id: store.id, proxy }, key.xksKeyId!, requestOf(ctx, 'CreateKey')),
    )
    const wrong = (message: string) => fail('XksKeyInvalidConfigurationException', message)
    if (found.spec !== 'AES_256')
      throw wrong(
        `The key spec of the external key must be AES_256. The key spec of specified external key is ${found.spec}.`,
      )
    if (found.status !== 'ENABLED')
      throw wrong(
        `The status of the external key must be ENABLED. The status of specified external key is ${found.status}.`,
      )
    if (!found.usage.includes('ENCRYPT') || !found.usage.includes('DECRYPT'))
      throw wrong(
        `The key usage of the external key must include ENCRYPT and DECRYPT. The key use of specified external key is ${found.usage.join(', ')}.`,
      )
    return
  }
  try {
    await ctx.ports.tokens.makeKey(await loginOf(store, ctx), tokenLabel(key))
  } catch (error) {
    if (!(error instanceof TokenFailed)) throw error
    throw fail(
      'CloudHsmClusterInvalidConfigurationException',
      `The token of custom key store ${store.id} cannot make a key: ${error.trouble}.`,
    )
  }
}

/** Notes in the transaction that makes a key that it belongs to its store. */
export async function joinStore(tx: Transaction, key: KeyRecord): Promise<void> {
  const { customKeyStoreId: storeId, xksKeyId } = key
  if (storeId === undefined) return
  checkConnected(await foundStore(storeId, tx))
  if (xksKeyId !== undefined) {
    const others = await keysOfStore(storeId, tx)
    if (others.some((other) => other.xksKeyId === xksKeyId))
      throw fail(
        'XksKeyAlreadyInUseException',
        `The external key ${xksKeyId} is associated with another KMS key in this external key store already.`,
      )
  }
  await tx.of(storeKeys).create({ storeId, keyId: key.id, xksKeyId })
}

export async function leaveStore(tx: Transaction, key: KeyRecord): Promise<void> {
  if (key.customKeyStoreId !== undefined)
    await tx.of(storeKeys).delete([key.customKeyStoreId, key.id])
}

/** Takes a key from its token, if it can be reached; a proxy's keys are their manager's. */
export async function removeFromToken(key: KeyRecord, ctx: CallContext): Promise<void> {
  if (key.origin !== 'AWS_CLOUDHSM' || key.customKeyStoreId === undefined) return
  try {
    const store = await foundStore(key.customKeyStoreId, ctx.store)
    await ctx.ports.tokens.removeKey(await loginOf(store, ctx), tokenLabel(key))
  } catch (error) {
    ctx.log.warn('a deleted key stays on its token', { keyId: key.id, cause: String(error) })
  }
}
