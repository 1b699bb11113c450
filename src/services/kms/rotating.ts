import type { CallContext } from '../../kernel/context.ts'
import type { Job, Transaction } from '../../kernel/store.ts'
import { complete, day, scheduleRotation } from './current-material.ts'
import {
  type KeyRecord,
  keys,
  type MaterialRecord,
  materials,
  type Rotation,
} from './key-records.ts'
import { stateOf } from './key-states.ts'
import { newMaterialId, sealMaterial } from './materials.ts'
import { newMaterial } from './new-material.ts'
import { putShared } from './shared-properties.ts'

/** New material for a key, not in use yet. */
export async function freshMaterial(key: KeyRecord, ctx: CallContext): Promise<MaterialRecord> {
  const id = newMaterialId(ctx.random)
  const bytes = await newMaterial(key.spec, ctx.random)
  return {
    keyId: key.id,
    id,
    sealed: await sealMaterial(key, id, bytes, ctx),
    createdAt: ctx.now(),
    origin: 'AWS_KMS',
    state: 'NON_CURRENT',
  }
}

/**
 * Begins a rotation to new material. A key without replicas encrypts with it at once; another when
 * every replica has said that it holds it, so that no ciphertext exists that a replica cannot open.
 */
export async function begin(
  tx: Transaction,
  key: KeyRecord,
  fresh: MaterialRecord,
  rotation: Rotation,
): Promise<void> {
  await tx.of(materials).create(fresh)
  const known = { ...key, materialIds: [...key.materialIds, fresh.id] }
  const waitsFor = key.multiRegion?.replicaRegions ?? []
  const next =
    waitsFor.length === 0
      ? await complete(tx, known, fresh.id, rotation)
      : { ...known, upcoming: { ...rotation, material: fresh.id, waitsFor } }
  await putShared(tx, next)
}

/** Another rotation waits for a Region: this one waits for it. */
function later(tx: Transaction, keyId: string, now: Date): void {
  const dueAt = now.getTime() + 60_000
  tx.schedule({ type: 'kms.RotateKey', key: keyId, dueAt, detail: { keyId } })
}

/**
 * The job that rotates a key on its day. A key that is not enabled then is passed over; it is rotated
 * as soon as it is enabled again, and from that day on at its period.
 */
export async function rotateKey({ detail }: Job, ctx: CallContext): Promise<void> {
  const id = String(detail.keyId)
  const found = await ctx.store.of(keys).get([id])
  if (found === undefined) return
  const fresh = await freshMaterial(found, ctx)
  const now = ctx.now()
  await ctx.store.transaction(async (tx) => {
    const key = await tx.of(keys).get([id])
    const { rotation, multiRegion, upcoming } = key ?? {}
    if (key === undefined || rotation === undefined || multiRegion?.type === 'REPLICA') return
    if (stateOf(key) !== 'Enabled' || rotation.nextAt > now) return
    if (upcoming !== undefined) return later(tx, id, now)
    const nextAt = new Date(rotation.nextAt.getTime() + rotation.periodDays * day)
    const late = nextAt <= now ? new Date(now.getTime() + rotation.periodDays * day) : nextAt
    const next = { ...key, rotation: { ...rotation, nextAt: late } }
    scheduleRotation(tx, next)
    await begin(tx, next, fresh, { type: 'AUTOMATIC', at: now })
  })
}
