import type { CallContext } from '../../kernel/context.ts'
import type { Transaction } from '../../kernel/store.ts'
import { fail, operation } from './contract.ts'
import { complete } from './current-material.ts'
import { type KeyRecord, keyArn, keys, type MaterialRecord } from './key-records.ts'
import { checkCustomerManaged, checkPrimary, checkUsable } from './key-states.ts'
import { foundKey, managed } from './key-targets.ts'
import { begin, freshMaterial } from './rotating.ts'
import { checkSymmetric } from './rotation.ts'
import { putShared } from './shared-properties.ts'

const quota = 25
/** No rotation is asked for so shortly before the automatic one; milliseconds. */
const tooClose = 20 * 60_000

export const RotateKeyOnDemand = operation('RotateKeyOnDemand', {
  access: managed,
  async handle(_input, ctx, [target]) {
    const found = foundKey(target)
    const fresh = await freshMaterial(found, ctx)
    await ctx.store.transaction(async (tx) => {
      const key = (await tx.of(keys).get([found.id])) ?? foundKey(undefined)
      check(key, ctx)
      await rotate(tx, key, fresh, ctx)
    })
    return { KeyId: found.id }
  },
})

function check(key: KeyRecord, ctx: CallContext): void {
  checkCustomerManaged(key)
  checkSymmetric(key)
  if (key.customKeyStoreId !== undefined)
    throw fail('UnsupportedOperationException', `${keyArn(key)} is in a custom key store.`)
  checkUsable(key)
  checkPrimary(key)
  if ((key.onDemandRotations ?? 0) >= quota)
    throw fail(
      'LimitExceededException',
      `The on-demand rotations limit has been reached for the given keyId. No more on-demand rotations can be performed for this key: ${keyArn(key)}`,
    )
  const isSoon =
    key.rotation !== undefined && key.rotation.nextAt.getTime() - ctx.now().getTime() < tooClose
  if (isSoon || key.upcoming !== undefined)
    throw fail(
      'ConflictException',
      `A rotation of ${keyArn(key)} is in progress or begins within 20 minutes.`,
    )
}

async function rotate(
  tx: Transaction,
  old: KeyRecord,
  fresh: MaterialRecord,
  ctx: CallContext,
): Promise<void> {
  const key = { ...old, onDemandRotations: (old.onDemandRotations ?? 0) + 1 }
  const rotation = { type: 'ON_DEMAND', at: ctx.now() } as const
  if (key.origin === 'AWS_KMS') return begin(tx, key, fresh, rotation)
  const { pending } = key
  // The pending material must be here, and in every Region of a replica.
  if (pending === undefined || pending.missingIn.length > 0 || key.absent?.includes(pending.id))
    throw fail(
      'KMSInvalidStateException',
      `No available key material pending rotation for the key: ${keyArn(key)}.`,
    )
  await putShared(tx, await complete(tx, key, pending.id, rotation))
}
