import type { CallContext } from '../../kernel/context.ts'
import type { Fact, Readable, Transaction } from '../../kernel/store.ts'
import { complete, scheduleRotation } from './current-material.ts'
import { type KeyRecord, keys, type MaterialRecord, materials } from './key-records.ts'

/**
 * What related multi-Region keys have in common: the primary decides it and tells the others.
 *
 * A transaction reaches one Region. So the primary commits its own change together with one fact for
 * each replica; a fact is delivered at least once, however often nodes die in between, and carries the
 * whole shared state with a revision, so that it may come late, twice, or after a newer one.
 */
export interface SharedState {
  readonly keyId: string
  readonly revision: number
  readonly primaryRegion: string
  readonly replicaRegions: readonly string[]
  readonly properties: Pick<KeyRecord, (typeof shared)[number]>
  readonly materials: readonly MaterialRecord[]
}

const shared = [
  'material',
  'materialIds',
  'rotation',
  'onDemandRotations',
  'upcoming',
  'pending',
  'recognition',
] as const

/** All materials of a key. */
export async function materialsOf(tx: Readable, keyId: string): Promise<readonly MaterialRecord[]> {
  return (await tx.of(materials).list({ prefix: [keyId], limit: 1_000 })).records
}

/** The shared state of a primary as it stands in the transaction. */
async function sharedState(tx: Transaction, key: KeyRecord): Promise<SharedState> {
  const { primaryRegion, replicaRegions, revision = 0 } = key.multiRegion!
  const own = await materialsOf(tx, key.id)
  const properties = Object.fromEntries(shared.map((name) => [name, key[name]]))
  return {
    keyId: key.id,
    revision,
    primaryRegion,
    replicaRegions,
    properties: properties as SharedState['properties'],
    // Imported material is imported into each Region by itself.
    materials: key.origin === 'EXTERNAL' ? own.map(withoutMaterial) : own,
  }
}

const withoutMaterial = ({ sealed: _, expiry: __, ...rest }: MaterialRecord): MaterialRecord => rest

/** Stores a key whose shared properties may have changed, and tells the related keys. */
export async function putShared(tx: Transaction, changed: KeyRecord): Promise<KeyRecord> {
  if (changed.multiRegion?.type === 'PRIMARY') return (await publish(tx, changed)).key
  await tx.of(keys).put(changed)
  return changed
}

/** Stores what the primary has decided as a new revision, and tells it to every other Region. */
export async function publish(
  tx: Transaction,
  changed: KeyRecord,
): Promise<{ readonly key: KeyRecord; readonly state: SharedState }> {
  const { region } = changed
  const old = changed.multiRegion!
  const key = { ...changed, multiRegion: { ...old, revision: (old.revision ?? 0) + 1 } }
  await tx.of(keys).put(key)
  const state = await sharedState(tx, key)
  for (const other of [old.primaryRegion, ...old.replicaRegions])
    if (other !== region) tx.emit({ type: 'kms.KeyShared', region: other, detail: { state } })
  return { key, state }
}

/** Takes over what the primary of a related key says, unless something newer is known. */
export async function takeOver(
  tx: Transaction,
  key: KeyRecord,
  state: SharedState,
): Promise<KeyRecord> {
  if (key.multiRegion === undefined || state.revision <= (key.multiRegion.revision ?? 0)) return key
  const { properties, primaryRegion, replicaRegions, revision } = state
  const type = primaryRegion === key.region ? ('PRIMARY' as const) : ('REPLICA' as const)
  const absent: string[] = []
  for (const told of state.materials) {
    const own = await tx.of(materials).get([key.id, told.id])
    const { sealed = told.sealed, expiry = told.expiry, publicKey = told.publicKey } = own ?? {}
    if (sealed === undefined) absent.push(told.id)
    await tx.of(materials).put({ ...told, sealed, expiry, publicKey })
  }
  for (const { id } of await materialsOf(tx, key.id))
    if (!properties.materialIds.includes(id)) await tx.of(materials).delete([key.id, id])
  const multiRegion = { type, primaryRegion, replicaRegions, revision }
  const next = { ...key, ...cleared, ...properties, multiRegion, absent }
  await tx.of(keys).put(next)
  scheduleRotation(tx, next)
  return next
}

const cleared = Object.fromEntries(shared.map((name) => [name, undefined]))

/** The primary has told a replica what they share. */
export async function onKeyShared({ detail }: Fact, ctx: CallContext): Promise<void> {
  const state = detail.state as SharedState
  await ctx.store.transaction(async (tx) => {
    const key = await tx.of(keys).get([state.keyId])
    if (key === undefined) return
    const { upcoming, region, multiRegion } = await takeOver(tx, key, state)
    if (upcoming?.waitsFor.includes(region))
      tell(tx, multiRegion!.primaryRegion, 'kms.MaterialReceived', key, upcoming.material)
  })
}

/** Tells the primary of related keys about a material of the key in this Region. */
export function tell(
  tx: Transaction,
  primaryRegion: string,
  type: string,
  { id, region }: KeyRecord,
  material?: string,
): void {
  tx.emit({ type, region: primaryRegion, detail: { keyId: id, region, material } })
}

/** A replica holds the material of a rotation: with the last of them the rotation is complete. */
export async function onMaterialReceived({ detail }: Fact, ctx: CallContext): Promise<void> {
  const { keyId, region, material } = detail as Readonly<Record<string, string>>
  await ctx.store.transaction(async (tx) => {
    const key = await tx.of(keys).get([keyId!])
    if (key?.upcoming?.material !== material) return
    await putShared(tx, await received(tx, key!, region!))
  })
}

/** The key after a Region need not be waited for any more. */
export async function received(
  tx: Transaction,
  key: KeyRecord,
  region: string,
): Promise<KeyRecord> {
  const { upcoming } = key
  if (upcoming === undefined) return key
  const waitsFor = upcoming.waitsFor.filter((other) => other !== region)
  if (waitsFor.length > 0) return { ...key, upcoming: { ...upcoming, waitsFor } }
  return complete(tx, key, upcoming.material, upcoming)
}
