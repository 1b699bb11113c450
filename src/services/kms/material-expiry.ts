import type { Transaction } from '../../kernel/store.ts'
import { fail } from './contract.ts'
import { day } from './current-material.ts'
import type { KeyRecord, MaterialRecord } from './key-records.ts'
import { materialsOf } from './shared-properties.ts'

const longest = 365 * day
const job = 'kms.ExpireMaterial'

type Expiry = NonNullable<MaterialRecord['expiry']>

/** The expiry that an import asks for. */
export function checkedExpiry(
  {
    ExpirationModel: model = 'KEY_MATERIAL_EXPIRES',
    ValidTo: validTo,
  }: {
    readonly ExpirationModel?: Expiry['model'] | undefined
    readonly ValidTo?: Date | undefined
  },
  now: Date,
): Expiry {
  const refuse = (why: string) => fail('ValidationException', why)
  if (model === 'KEY_MATERIAL_DOES_NOT_EXPIRE') {
    if (validTo === undefined) return { model }
    throw refuse(
      'A validTo date must not be set if the ExpirationModel is KEY_MATERIAL_DOES_NOT_EXPIRE',
    )
  }
  if (validTo === undefined)
    throw refuse('A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES')
  const ahead = validTo.getTime() - now.getTime()
  if (!(ahead > 0 && ahead <= longest))
    throw refuse('The validTo date must be in the future, and at most 365 days from now')
  return { model, validTo }
}

/** Sees to it that material goes when it expires. */
export function scheduleExpiry(tx: Transaction, { keyId, id, expiry }: MaterialRecord): void {
  const key = `${keyId}/${id}`
  const dueAt = expiry?.validTo?.getTime()
  if (dueAt === undefined) tx.unschedule(job, key)
  else tx.schedule({ type: job, key, dueAt, detail: { keyId, materialId: id } })
}

/** The key with the earliest expiry of the materials that are here and belong to it for good. */
export async function withExpiry(tx: Transaction, key: KeyRecord): Promise<KeyRecord> {
  const expiries = (await materialsOf(tx, key.id))
    .filter(({ id, sealed }) => sealed !== undefined && id !== key.pending?.id)
    .flatMap(({ expiry }) => (expiry === undefined ? [] : [expiry]))
  const times = expiries.flatMap(({ validTo }) => (validTo === undefined ? [] : [+validTo]))
  if (times.length > 0) {
    const validTo = new Date(Math.min(...times))
    return { ...key, import: { model: 'KEY_MATERIAL_EXPIRES', validTo } }
  }
  const model = 'KEY_MATERIAL_DOES_NOT_EXPIRE'
  return { ...key, import: expiries.length > 0 ? { model } : undefined }
}
