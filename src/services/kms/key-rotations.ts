import type { RotationsListEntry } from '@aws-sdk/client-kms'
import { fail, operation } from './contract.ts'
import { type KeyRecord, keyArn, type MaterialRecord } from './key-records.ts'
import { foundKey, managed } from './key-targets.ts'
import { keyPage } from './listing.ts'
import { checkSymmetric } from './rotation.ts'
import { materialsOf } from './shared-properties.ts'

export const ListKeyRotations = operation('ListKeyRotations', {
  access: managed,
  async handle(input, ctx, [target]) {
    const key = foundKey(target)
    checkSymmetric(key)
    if (key.customKeyStoreId !== undefined)
      throw fail('UnsupportedOperationException', `${keyArn(key)} is in a custom key store.`)
    const all = await materialsOf(ctx.store, key.id)
    const wanted = all.filter(
      ({ id, rotation }) =>
        id !== key.upcoming?.material &&
        (rotation !== undefined || input.IncludeKeyMaterial === 'ALL_KEY_MATERIAL'),
    )
    const list = `rotations/${key.id}/${input.IncludeKeyMaterial}`
    const inOrder = wanted.toSorted((a, b) => (order(a, key) < order(b, key) ? -1 : 1))
    const { items, ...more } = await keyPage(inOrder, (one) => order(one, key), input, ctx, list)
    return { Rotations: items.map((record) => entryOf(record, key)), ...more }
  },
})

/** As they were used: the first one, then by rotation, and what waits at the end. */
function order({ rotation, id }: MaterialRecord, key: KeyRecord): string {
  if (rotation !== undefined) return `1 ${rotation.at.toISOString()} ${id}`
  return id === key.pending?.id ? `2 ${id}` : `0 ${id}`
}

function entryOf(record: MaterialRecord, key: KeyRecord): RotationsListEntry {
  const { id, rotation, expiry, description, sealed } = record
  const { pending } = key
  const waits =
    pending !== undefined && pending.missingIn.length > 0
      ? 'PENDING_MULTI_REGION_IMPORT_AND_ROTATION'
      : 'PENDING_ROTATION'
  return {
    KeyId: keyArn(key),
    KeyMaterialId: id,
    KeyMaterialState: id === pending?.id ? waits : record.state,
    ...(rotation && { RotationDate: rotation.at, RotationType: rotation.type }),
    ...(key.origin === 'EXTERNAL' && {
      ImportState: sealed === undefined ? 'PENDING_IMPORT' : 'IMPORTED',
      ...(description !== undefined && { KeyMaterialDescription: description }),
      ...(expiry && {
        ExpirationModel: expiry.model,
        ...(expiry.validTo && { ValidTo: expiry.validTo }),
      }),
    }),
  }
}
