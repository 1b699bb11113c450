import { fail, operation } from '../contract.ts'
import { checkState } from './connecting.ts'
import { foundStore, keyStores, storeKeys } from './store-records.ts'

export const DeleteCustomKeyStore = operation('DeleteCustomKeyStore', {
  access: { kind: 'iam', targets: () => [{ resource: '*', record: undefined }] },
  async handle({ CustomKeyStoreId: id }, ctx) {
    await ctx.store.transaction(async (tx) => {
      const store = await foundStore(id, tx)
      const { records } = await tx.of(storeKeys).list({ prefix: [id], limit: 1 })
      if (records.length > 0)
        throw fail(
          'CustomKeyStoreHasCMKsException',
          `Custom key store ${id} contains KMS keys. Delete them first.`,
        )
      checkState(store, 'DISCONNECTED')
      await tx.of(keyStores).delete([id])
    })
    return {}
  },
})
