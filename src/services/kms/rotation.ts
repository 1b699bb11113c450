import type { CallContext } from '../../kernel/context.ts'
import { fail, operation } from './contract.ts'
import { day, scheduleRotation } from './current-material.ts'
import { type KeyRecord, keyArn, keys } from './key-records.ts'
import { isSymmetric } from './key-specs.ts'
import { checkCustomerManaged, checkPrimary, checkUsable, stateOf } from './key-states.ts'
import { foundKey, type KeyTarget, managed, managing } from './key-targets.ts'
import { putShared } from './shared-properties.ts'

const usualPeriod = 365

/** Refuses keys that KMS cannot rotate by itself. */
function checkRotatable(key: KeyRecord): void {
  if (key.customKeyStoreId !== undefined || key.origin !== 'AWS_KMS')
    throw fail(
      'UnsupportedOperationException',
      `${keyArn(key)} origin is ${key.origin} which is not valid for this operation.`,
    )
  checkSymmetric(key)
}

/** Refuses keys whose material never changes. */
export function checkSymmetric(key: KeyRecord): void {
  if (!isSymmetric(key.spec))
    throw fail(
      'UnsupportedOperationException',
      `${keyArn(key)} key spec is ${key.spec} which is not valid for this operation.`,
    )
}

async function setRotation(
  target: KeyTarget,
  ctx: CallContext,
  next: (key: KeyRecord) => KeyRecord['rotation'],
) {
  const { id } = foundKey(target)
  await ctx.store.transaction(async (tx) => {
    const key = (await tx.of(keys).get([id])) ?? foundKey(undefined)
    checkCustomerManaged(key)
    checkRotatable(key)
    checkUsable(key)
    checkPrimary(key)
    scheduleRotation(tx, await putShared(tx, { ...key, rotation: next(key) }))
  })
  return {}
}

export const EnableKeyRotation = operation('EnableKeyRotation', {
  access: managing((input) => ({
    'kms:RotationPeriodInDays': String(input.RotationPeriodInDays ?? usualPeriod),
  })),
  handle(input, ctx, [target]) {
    const periodDays = input.RotationPeriodInDays ?? usualPeriod
    return setRotation(target, ctx, ({ rotation }) =>
      // Asked for again, it stays as it is.
      rotation?.periodDays === periodDays
        ? rotation
        : { periodDays, nextAt: new Date(ctx.now().getTime() + periodDays * day) },
    )
  },
})

export const DisableKeyRotation = operation('DisableKeyRotation', {
  access: managed,
  handle: (_input, ctx, [target]) => setRotation(target, ctx, () => undefined),
})

export const GetKeyRotationStatus = operation('GetKeyRotationStatus', {
  access: managed,
  handle(_input, _ctx, [target]) {
    const key = foundKey(target)
    if (key.customKeyStoreId !== undefined || stateOf(key) === 'PendingImport') checkRotatable(key)
    const { rotation, upcoming } = key
    const on = rotation !== undefined && key.deletion === undefined
    return {
      KeyId: keyArn(key),
      KeyRotationEnabled: on,
      ...(on && { RotationPeriodInDays: rotation.periodDays, NextRotationDate: rotation.nextAt }),
      ...(upcoming?.type === 'ON_DEMAND' && { OnDemandRotationStartDate: upcoming.at }),
    }
  },
})
