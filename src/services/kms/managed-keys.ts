import type { CallContext } from '../../kernel/context.ts'
import type { Transaction } from '../../kernel/store.ts'
import { day, scheduleRotation } from './current-material.ts'
import { aliases, type KeyRecord, keys, materials } from './key-records.ts'
import { foundKey, type KeyTarget } from './key-targets.ts'
import { isUnmade, managedAliasOf } from './managed-key-names.ts'
import { freshMaterial } from './rotating.ts'

/** The key of a target; an AWS managed key is made when it is used for the first time. */
export async function foundOrMade(target: KeyTarget, ctx: CallContext): Promise<KeyRecord> {
  const key = foundKey(target)
  if (!isUnmade(key)) return key
  const material = await freshMaterial(key, ctx)
  return ctx.storeOf(target).transaction(async (tx) => {
    const there = await tx.of(keys).get([key.id])
    if (there !== undefined) return there
    await tx.of(materials).create({ ...material, state: 'CURRENT' })
    return make(tx, { ...key, material: material.id, materialIds: [material.id] })
  })
}

async function make(tx: Transaction, key: KeyRecord): Promise<KeyRecord> {
  const { createdAt } = key
  const nextAt = new Date(createdAt.getTime() + 365 * day)
  const made = { ...key, rotation: { periodDays: 365, nextAt } }
  await tx.of(keys).create(made)
  scheduleRotation(tx, made)
  const name = managedAliasOf(made)
  await tx.of(aliases).put({ name, keyId: key.id, createdAt, updatedAt: createdAt })
  return made
}
