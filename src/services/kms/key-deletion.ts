import type { CallContext } from '../../kernel/context.ts'
import type { Job, Transaction } from '../../kernel/store.ts'
import { fail, operation } from './contract.ts'
import { removeGrants } from './grant-records.ts'
import { aliases, type KeyRecord, keyArn, keys, materials } from './key-records.ts'
import { checkLiving, stateOf } from './key-states.ts'
import { foundKey, keyTarget } from './key-targets.ts'
import { checkCustomerManaged } from './keys.ts'

const day = 86_400_000
const longestWindow = 30

export const ScheduleKeyDeletion = operation('ScheduleKeyDeletion', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [
      await keyTarget(input.KeyId, read, {
        forms: 'no-alias',
        context: {
          'kms:ScheduleKeyDeletionPendingWindowInDays': String(
            input.PendingWindowInDays ?? longestWindow,
          ),
        },
      }),
    ],
  },
  async handle(input, ctx, [target]) {
    const key = foundKey(target)
    checkCustomerManaged(key)
    const windowDays = input.PendingWindowInDays ?? longestWindow
    const at = new Date(ctx.now().getTime() + windowDays * day)
    const deleted = await ctx.store.transaction(async (tx) => {
      const changed = await tx.of(keys).update([key.id], (old) => {
        checkLiving(old)
        return { ...old, enabled: false, deletion: { at, windowDays } }
      })
      const detail = { keyId: key.id }
      tx.schedule({ type: 'kms.DeleteKey', key: key.id, dueAt: at.getTime(), detail })
      return changed
    })
    const state = stateOf(deleted)
    return {
      KeyId: keyArn(key),
      ...(state === 'PendingDeletion' && { DeletionDate: at }),
      KeyState: state,
      PendingWindowInDays: windowDays,
    }
  },
})

export const CancelKeyDeletion = operation('CancelKeyDeletion', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [await keyTarget(input.KeyId, read, { forms: 'no-alias' })],
  },
  async handle(_input, ctx, [target]) {
    const key = foundKey(target)
    await ctx.store.transaction(async (tx) => {
      await tx.of(keys).update([key.id], ({ deletion, ...old }) => {
        if (deletion === undefined)
          throw fail('KMSInvalidStateException', `${keyArn(key)} is not pending deletion.`)
        return old
      })
      tx.unschedule('kms.DeleteKey', key.id)
    })
    return { KeyId: keyArn(key) }
  },
})

/** The job that ends a key: with it go its material and its aliases, for ever. */
export async function deleteKey({ detail }: Job, ctx: CallContext): Promise<void> {
  const id = String(detail.keyId)
  await ctx.store.transaction(async (tx) => {
    const key = await tx.of(keys).get([id])
    if (key?.deletion === undefined) return
    await removeKey(key, tx)
  })
}

async function removeKey(key: KeyRecord, tx: Transaction): Promise<void> {
  for (const id of key.materialIds) await tx.of(materials).delete([key.id, id])
  const named = await tx.of(aliases).find('key', [key.id], { limit: 1_000 })
  for (const { name } of named.records) await tx.of(aliases).delete([name])
  await removeGrants(tx, key.id)
  await tx.of(keys).delete([key.id])
}
