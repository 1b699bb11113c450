import { createHmac } from 'node:crypto'
import type { CallContext } from '../../kernel/context.ts'
import type { Input } from '../../kernel/contract.ts'
import type { Transaction } from '../../kernel/store.ts'
import { type C, fail, operation } from './contract.ts'
import { checkImported, takesSeveral } from './import-parameters.ts'
import { openToken } from './import-tokens.ts'
import { type KeyRecord, keyArn, keys, type MaterialRecord, materials } from './key-records.ts'
import { checkLiving } from './key-states.ts'
import { foundKey, managed, managing } from './key-targets.ts'
import { checkedExpiry, scheduleExpiry, withExpiry } from './material-expiry.ts'
import { isSecret, openSealed, publicOf, sealMaterial } from './materials.ts'
import { putShared, tell } from './shared-properties.ts'
import { checkedMaterial, unwrap } from './unwrapping.ts'

/** Imported material is sealed beside a key of this name, which only makes its id. */
export const recognition = 'recognition'

export const ImportKeyMaterial = operation('ImportKeyMaterial', {
  access: managing((input) => ({
    'kms:ExpirationModel': input.ExpirationModel ?? 'KEY_MATERIAL_EXPIRES',
    'kms:ValidTo': input.ValidTo?.toISOString(),
  })),
  async handle(input, ctx, [target]) {
    const found = foundKey(target)
    checkImported(found)
    checkLiving(found)
    checkMembers(found, input)
    const expiry = checkedExpiry(input, ctx.now())
    const token = await openToken(found, input.ImportToken, ctx)
    const bytes = checkedMaterial(found.spec, unwrap(input.EncryptedKeyMaterial, token))
    const id = await idOf(found, bytes, ctx)
    const sealed = await sealMaterial(found, id, bytes, ctx)
    const publicKey = isSecret(found.spec) ? undefined : publicOf(bytes)
    await ctx.store.transaction(async (tx) => {
      const key = (await tx.of(keys).get([found.id])) ?? foundKey(undefined)
      checkLiving(key)
      const old = await tx.of(materials).get([key.id, id])
      const next = takesSeveral(key) ? associated(key, id, input, old) : firstOrSame(key, id)
      const record: MaterialRecord = {
        keyId: key.id,
        id,
        sealed,
        publicKey,
        createdAt: old?.createdAt ?? ctx.now(),
        origin: 'EXTERNAL',
        description: input.KeyMaterialDescription ?? old?.description,
        rotation: old?.rotation,
        state: old?.state ?? (next.material === id ? 'CURRENT' : 'PENDING_ROTATION'),
        expiry,
      }
      await tx.of(materials).put(record)
      scheduleExpiry(tx, record)
      const here = { ...next, absent: next.absent?.filter((other) => other !== id) }
      await putShared(tx, await withExpiry(tx, here))
      tellPrimary(tx, here, id, 'kms.MaterialImported')
    })
    return { KeyId: keyArn(found), KeyMaterialId: id }
  },
})

/** Tells the primary what became of material that waits for its rotation. */
function tellPrimary(tx: Transaction, key: KeyRecord, id: string, type: string): void {
  if (key.multiRegion?.type === 'REPLICA' && key.pending?.id === id)
    tell(tx, key.multiRegion.primaryRegion, type, key, id)
}

/**
 * The id of imported material: known again when it comes again, and telling nothing about it, because
 * the key that makes it is sealed like the material itself.
 */
async function idOf(key: KeyRecord, bytes: Uint8Array, ctx: CallContext): Promise<string> {
  const secret = await openSealed(key, recognition, key.recognition, ctx)
  return createHmac('sha256', secret).update(bytes).digest('hex')
}

/** Several materials are for symmetric encryption keys only, and so is what tells them apart. */
function checkMembers(key: KeyRecord, input: Input<C, 'ImportKeyMaterial'>): void {
  const { ImportType: type, KeyMaterialDescription: description, KeyMaterialId: id } = input
  if (!takesSeveral(key) && [type, description, id].some((member) => member !== undefined))
    throw fail(
      'UnsupportedOperationException',
      `ImportType, KeyMaterialDescription and KeyMaterialId are not supported for key spec ${key.spec}.`,
    )
  if (type === 'NEW_KEY_MATERIAL' && id !== undefined)
    throw fail(
      'ValidationException',
      'KeyMaterialId cannot be specified when ImportType is NEW_KEY_MATERIAL.',
    )
}

const incorrect = (why: string) => fail('IncorrectKeyMaterialException', why)

/** The only material that the key may ever have. */
function firstOrSame(key: KeyRecord, id: string): KeyRecord {
  if (key.material === undefined) return { ...key, material: id, materialIds: [id] }
  if (key.material !== id)
    throw incorrect('The key material is not the same that was imported before.')
  return key
}

/** One of the materials of a symmetric key: known, or new and waiting for its rotation. */
function associated(
  key: KeyRecord,
  id: string,
  input: Input<C, 'ImportKeyMaterial'>,
  old: MaterialRecord | undefined,
): KeyRecord {
  const isFirst = key.materialIds.length === 0
  const type = input.ImportType ?? (isFirst ? 'NEW_KEY_MATERIAL' : 'EXISTING_KEY_MATERIAL')
  if (type === 'EXISTING_KEY_MATERIAL') {
    if (old === undefined || (input.KeyMaterialId ?? id) !== id)
      throw incorrect('The key material is not associated with the key.')
    return key
  }
  if (key.multiRegion?.type === 'REPLICA')
    throw fail(
      'UnsupportedOperationException',
      `New key material cannot be imported into the replica key ${keyArn(key)}.`,
    )
  if (old !== undefined) throw incorrect('The key material is already associated with the key.')
  const materialIds = [...key.materialIds, id]
  if (isFirst) return { ...key, material: id, materialIds }
  if (key.pending !== undefined)
    throw fail(
      'KMSInvalidStateException',
      `Key material of ${keyArn(key)} is pending rotation already.`,
    )
  return { ...key, materialIds, pending: { id, missingIn: key.multiRegion?.replicaRegions ?? [] } }
}

export const DeleteImportedKeyMaterial = operation('DeleteImportedKeyMaterial', {
  access: managed,
  async handle(input, ctx, [target]) {
    const found = foundKey(target)
    checkImported(found)
    const id = input.KeyMaterialId ?? found.material
    if (input.KeyMaterialId !== undefined && !found.materialIds.includes(input.KeyMaterialId))
      throw fail('NotFoundException', `Key material ${id} of ${keyArn(found)} does not exist`)
    if (id !== undefined)
      await ctx.store.transaction(async (tx) => {
        const key = await tx.of(keys).get([found.id])
        if (key !== undefined) await removeMaterial(tx, key, id)
      })
    return { KeyId: keyArn(found), ...(id !== undefined && { KeyMaterialId: id }) }
  },
})

/**
 * Takes imported material away. The key knows it still, and cannot be used until it is back, unless
 * the material only waited for its rotation.
 */
export async function removeMaterial(tx: Transaction, key: KeyRecord, id: string): Promise<void> {
  const old = await tx.of(materials).get([key.id, id])
  if (old?.sealed === undefined) return
  scheduleExpiry(tx, { ...old, expiry: undefined })
  if (key.pending?.id === id && key.multiRegion?.type !== 'REPLICA') {
    await tx.of(materials).delete([key.id, id])
    const materialIds = key.materialIds.filter((other) => other !== id)
    await putShared(tx, { ...key, materialIds, pending: undefined })
    return
  }
  const { sealed: _, expiry: __, ...kept } = old
  await tx.of(materials).put(kept)
  const changed = { ...key, absent: [...(key.absent ?? []), id] }
  await tx.of(keys).put(await withExpiry(tx, changed))
  tellPrimary(tx, changed, id, 'kms.MaterialRemoved')
}
