import type { Transaction } from '../../kernel/store.ts'
import { type KeyRecord, materials, type Rotation } from './key-records.ts'

export const day = 86_400_000
const job = 'kms.RotateKey'

/** The key with another material as its current one; those before it go on decrypting. */
export async function complete(
  tx: Transaction,
  key: KeyRecord,
  material: string,
  { type, at }: Rotation,
): Promise<KeyRecord> {
  if (key.material !== undefined)
    await tx
      .of(materials)
      .update([key.id, key.material], (old) => ({ ...old, state: 'NON_CURRENT' }))
  await tx.of(materials).update([key.id, material], (old) => ({
    ...old,
    state: 'CURRENT',
    rotation: { type, at },
  }))
  return { ...key, material, upcoming: undefined, pending: undefined }
}

/** Sees to it that a key is rotated when it is due; replicas follow their primary. */
export function scheduleRotation(tx: Transaction, key: KeyRecord): void {
  if (key.rotation === undefined || key.multiRegion?.type === 'REPLICA') tx.unschedule(job, key.id)
  else {
    const dueAt = key.rotation.nextAt.getTime()
    tx.schedule({ type: job, key: key.id, dueAt, detail: { keyId: key.id } })
  }
}
