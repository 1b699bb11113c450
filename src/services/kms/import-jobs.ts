import type { CallContext } from '../../kernel/context.ts'
import type { Fact, Job } from '../../kernel/store.ts'
import { removeMaterial } from './imported-material.ts'
import { type KeyRecord, keys, materials } from './key-records.ts'
import { putShared } from './shared-properties.ts'

/** The job that takes imported material away on the day that it expires. */
export async function expireMaterial({ detail }: Job, ctx: CallContext): Promise<void> {
  const { keyId, materialId } = detail as Readonly<Record<string, string>>
  await ctx.store.transaction(async (tx) => {
    const key = await tx.of(keys).get([keyId!])
    const record = await tx.of(materials).get([keyId!, materialId!])
    const validTo = record?.expiry?.validTo
    if (key === undefined || validTo === undefined || validTo > ctx.now()) return
    await removeMaterial(tx, key, materialId!)
  })
}

/** A replica has the pending material, or has it no longer: the primary rotates when none lacks it. */
const missing =
  (next: (regions: readonly string[], region: string) => readonly string[]) =>
  async ({ detail }: Fact, ctx: CallContext): Promise<void> => {
    const { keyId, region, material } = detail as Readonly<Record<string, string>>
    await ctx.store.transaction(async (tx) => {
      const key = await tx.of(keys).get([keyId!])
      if (key?.pending?.id !== material || key?.multiRegion?.type !== 'PRIMARY') return
      await putShared(tx, withMissing(key, next(key.pending!.missingIn, region!)))
    })
  }

const withMissing = (key: KeyRecord, missingIn: readonly string[]): KeyRecord => ({
  ...key,
  pending: { id: key.pending!.id, missingIn },
})

const without = (regions: readonly string[], region: string) =>
  regions.filter((other) => other !== region)

export const onMaterialImported = missing(without)
export const onMaterialRemoved = missing((regions, region) => [...without(regions, region), region])
