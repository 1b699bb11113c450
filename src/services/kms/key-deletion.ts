import type { CallContext } from '../../kernel/context.ts'
import type { Fact, Job, Transaction } from '../../kernel/store.ts'
import { fail, operation } from './contract.ts'
import { leaveStore, removeFromToken } from './custom-key-stores/placing.ts'
import { removeGrants } from './grant-records.ts'
import { aliases, type KeyRecord, keyArn, keys, materials } from './key-records.ts'
import { checkCustomerManaged, checkLiving, stateOf } from './key-states.ts'
import { foundKey, managed, managing } from './key-targets.ts'
import { putShared, received, tell } from './shared-properties.ts'

const day = 86_400_000
const longestWindow = 30

export const ScheduleKeyDeletion = operation('ScheduleKeyDeletion', {
  access: managing((input) => ({
    'kms:ScheduleKeyDeletionPendingWindowInDays': String(
      input.PendingWindowInDays ?? longestWindow,
    ),
  })),
  async handle(input, ctx, [target]) {
    const key = foundKey(target)
    checkCustomerManaged(key)
    const windowDays = input.PendingWindowInDays ?? longestWindow
    const deleted = await ctx.store.transaction(async (tx) => {
      const old = (await tx.of(keys).get([key.id])) ?? foundKey(undefined)
      checkLiving(old)
      const waiting = waitForDeletion(tx, { ...old, enabled: false }, windowDays, ctx.now())
      await tx.of(keys).put(waiting)
      return waiting
    })
    const at = deleted.deletion?.at
    return {
      KeyId: keyArn(key),
      ...(at !== undefined && { DeletionDate: at }),
      KeyState: stateOf(deleted),
      PendingWindowInDays: windowDays,
    }
  },
})

export const CancelKeyDeletion = operation('CancelKeyDeletion', {
  access: managed,
  async handle(_input, ctx, [target]) {
    const key = foundKey(target)
    await ctx.store.transaction(async (tx) => {
      await tx.of(keys).update([key.id], ({ deletion, ...old }) => {
        if (deletion === undefined)
          throw fail('KMSInvalidStateException', `${keyArn(key)} is not pending deletion.`)
        return old
      })
      tx.unschedule('kms.DeleteKey', key.id)
    })
    return { KeyId: keyArn(key) }
  },
})

/** The key as it waits for its end; a primary first waits for its replicas to go. */
function waitForDeletion(
  tx: Transaction,
  key: KeyRecord,
  windowDays: number,
  now: Date,
): KeyRecord {
  if (hasReplicas(key)) return { ...key, deletion: { windowDays } }
  const at = new Date(now.getTime() + windowDays * day)
  const detail = { keyId: key.id }
  tx.schedule({ type: 'kms.DeleteKey', key: key.id, dueAt: at.getTime(), detail })
  return { ...key, deletion: { at, windowDays } }
}

const hasReplicas = ({ multiRegion }: KeyRecord): boolean =>
  multiRegion?.type === 'PRIMARY' && multiRegion.replicaRegions.length > 0

/** The job that ends a key: with it go its material and its aliases, for ever. */
export async function deleteKey({ detail }: Job, ctx: CallContext): Promise<void> {
  const id = String(detail.keyId)
  const removed = await ctx.store.transaction(async (tx) => {
    const key = await tx.of(keys).get([id])
    const { deletion, multiRegion } = key ?? {}
    if (key === undefined || deletion?.at === undefined || deletion.at > ctx.now()) return
    // It has become the primary while it waited.
    if (hasReplicas(key)) {
      await tx.of(keys).put(waitForDeletion(tx, key, deletion.windowDays, ctx.now()))
      return
    }
    await removeKey(key, tx)
    if (multiRegion?.type === 'REPLICA')
      tell(tx, multiRegion.primaryRegion, 'kms.ReplicaDeleted', key)
    return key
  })
  if (removed !== undefined) await removeFromToken(removed, ctx)
}

/** A replica is gone: nobody waits for it any more, and a primary may have been the last. */
export async function onReplicaDeleted({ detail }: Fact, ctx: CallContext): Promise<void> {
  const { keyId, region } = detail as Readonly<Record<string, string>>
  await ctx.store.transaction(async (tx) => {
    const found = await tx.of(keys).get([keyId!])
    const { multiRegion, pending, deletion } = found ?? {}
    if (found === undefined || !multiRegion?.replicaRegions.includes(region!)) return
    if (multiRegion.type === 'REPLICA') {
      // The primary has moved on: it is told in turn.
      tx.emit({ type: 'kms.ReplicaDeleted', region: multiRegion.primaryRegion, detail })
      return
    }
    const rest = (regions: readonly string[]) => regions.filter((other) => other !== region)
    const replicaRegions = rest(multiRegion.replicaRegions)
    const key = await received(
      tx,
      { ...found, multiRegion: { ...multiRegion, replicaRegions } },
      region!,
    )
    const missed = pending && { ...pending, missingIn: rest(pending.missingIn) }
    const next = { ...key, pending: key.pending && missed }
    const isWaiting = deletion !== undefined && deletion.at === undefined
    await putShared(
      tx,
      isWaiting ? waitForDeletion(tx, next, deletion.windowDays, ctx.now()) : next,
    )
  })
}

async function removeKey(key: KeyRecord, tx: Transaction): Promise<void> {
  for (const id of key.materialIds) await tx.of(materials).delete([key.id, id])
  const named = await tx.of(aliases).find('key', [key.id], { limit: 1_000 })
  for (const { name } of named.records) await tx.of(aliases).delete([name])
  await removeGrants(tx, key.id)
  await leaveStore(tx, key)
  await tx.of(keys).delete([key.id])
}
