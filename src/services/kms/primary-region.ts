import { fail, operation } from './contract.ts'
import { scheduleRotation } from './current-material.ts'
import { loadKey } from './key-names.ts'
import { type KeyRecord, keyArn, keys } from './key-records.ts'
import { checkUsable } from './key-states.ts'
import { foundKey, keyTarget, targetOf } from './key-targets.ts'
import { publish, takeOver } from './shared-properties.ts'

export const UpdatePrimaryRegion = operation('UpdatePrimaryRegion', {
  access: {
    kind: 'iam',
    async targets(input, read) {
      const asked = { context: { 'kms:PrimaryRegion': input.PrimaryRegion } }
      const primary = await keyTarget(input.KeyId, read, { forms: 'no-alias', ...asked })
      const { account = read.account, record } = primary
      const region = input.PrimaryRegion
      const id = record?.id ?? primary.resource.split('/').at(-1)!
      const key = await loadKey(account, region, id, read)
      const arn = keyArn({ account, region, id })
      const missing = `Key '${arn}' does not exist`
      return [primary, await targetOf({ account, region, arn, key, missing }, read, asked)] as const
    },
  },
  async handle(input, ctx, [target, there]) {
    const found = foundKey(target)
    check(found)
    const { PrimaryRegion: region } = input
    if (region !== found.region) checkUsable(foundKey(there))
    const state = await ctx.store.transaction(async (tx) => {
      const key = (await tx.of(keys).get([found.id])) ?? foundKey(undefined)
      check(key)
      const { replicaRegions } = key.multiRegion!
      if (!replicaRegions.includes(region)) throw fail('NotFoundException', there.missing)
      const published = await publish(tx, handedOver(key, region))
      scheduleRotation(tx, published.key)
      return published.state
    })
    // The fact does the same, should this node end before.
    await ctx.storeOf(there).transaction(async (tx) => {
      const key = await tx.of(keys).get([found.id])
      if (key !== undefined) await takeOver(tx, key, state)
    })
    return {}
  },
})

function check(key: KeyRecord): void {
  if (key.multiRegion?.type !== 'PRIMARY')
    throw fail('UnsupportedOperationException', `${keyArn(key)} is not a multi-region primary key.`)
  checkUsable(key)
  // A rotation that waits for replicas ends where it began.
  if (key.upcoming !== undefined)
    throw fail('KMSInvalidStateException', `${keyArn(key)} is updating.`)
}

/** The key as a replica of the one in another Region. */
function handedOver(key: KeyRecord, region: string): KeyRecord {
  const { multiRegion, pending, absent } = key
  const replicaRegions = multiRegion!.replicaRegions.map((one) =>
    one === region ? key.region : one,
  )
  const missingIn = pending?.missingIn.filter((other) => other !== region) ?? []
  const isHere = pending !== undefined && !absent?.includes(pending.id)
  return {
    ...key,
    multiRegion: { ...multiRegion!, type: 'REPLICA', primaryRegion: region, replicaRegions },
    pending: pending && { ...pending, missingIn: isHere ? missingIn : [...missingIn, key.region] },
  }
}
