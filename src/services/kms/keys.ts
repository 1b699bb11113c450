import type { CallContext } from '../../kernel/context.ts'
import { operation } from './contract.ts'
import { scheduleRotation } from './current-material.ts'
import { metadataOf } from './key-metadata.ts'
import { type KeyRecord, keyArn, keys } from './key-records.ts'
import { checkCustomerManaged, checkLiving, invalidState, stateOf } from './key-states.ts'
import { foundKey, type KeyTarget, keyTarget, managed } from './key-targets.ts'
import { storePage } from './listing.ts'
import { foundOrMade } from './managed-keys.ts'

export const DescribeKey = operation('DescribeKey', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [
      await keyTarget(input.KeyId, read, { grantTokens: input.GrantTokens }),
    ],
  },
  handle: async (_input, ctx, [target]) => ({
    KeyMetadata: metadataOf(await foundOrMade(target, ctx)),
  }),
})

export const ListKeys = operation('ListKeys', {
  access: { kind: 'iam', targets: () => [{ resource: '*', record: undefined }] },
  async handle(input, ctx) {
    const { items, ...more } = await storePage(keys, input, ctx)
    return { Keys: items.map((key) => ({ KeyId: key.id, KeyArn: keyArn(key) })), ...more }
  },
})

/** Changes a key that may be changed; what AWS manages may not. */
async function change(
  target: KeyTarget,
  ctx: CallContext,
  next: (old: KeyRecord) => Partial<KeyRecord>,
): Promise<void> {
  const key = foundKey(target)
  checkCustomerManaged(key)
  await ctx.store.transaction(async (tx) => {
    const changed = await tx.of(keys).update([key.id], (old) => {
      checkLiving(old)
      return { ...old, ...next(old) }
    })
    // A rotation that was missed while the key was disabled comes at once.
    if (!key.enabled && changed.enabled) scheduleRotation(tx, changed)
  })
}

const switched =
  (enabled: boolean) =>
  async (_input: object, ctx: CallContext, [target]: readonly [KeyTarget]) => {
    await change(target, ctx, (old) => {
      if (stateOf(old) === 'PendingImport') throw invalidState(old)
      return { enabled }
    })
    return {}
  }

export const EnableKey = operation('EnableKey', {
  access: managed,
  handle: switched(true),
})

export const DisableKey = operation('DisableKey', {
  access: managed,
  handle: switched(false),
})

export const UpdateKeyDescription = operation('UpdateKeyDescription', {
  access: managed,
  async handle(input, ctx, [target]) {
    await change(target, ctx, () => ({ description: input.Description }))
    return {}
  },
})
