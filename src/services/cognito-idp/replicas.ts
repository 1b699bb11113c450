import type { UserPoolReplicaType } from '@aws-sdk/client-cognito-identity-provider'
import type { Readable } from '../../kernel/store.ts'
import { tagContext } from '../../kernel/tags.ts'
import { fail, invalid, operation } from './contract.ts'
import { type PlaceRecord, type PoolRecord, places } from './pool-records.ts'
import { foundPool, livingPool, onPool, poolArn, poolTarget } from './pool-targets.ts'
import { newTags } from './tag-rules.ts'

type Replica = NonNullable<PlaceRecord['replica']>

const shape = (
  { id, account }: Pick<PlaceRecord, 'id' | 'account'>,
  { region, status }: Replica,
): UserPoolReplicaType => ({
  RegionName: region,
  Status: status,
  Role: 'SECONDARY',
  UserPoolArn: poolArn(region, account, id),
})

/** What a pool must have so that another Region can answer for it. */
function checkReady({ settings }: PoolRecord): void {
  if (settings.UserPoolTier === 'LITE')
    throw fail(
      'FeatureUnavailableInTierException',
      'Multi-Region replication is not available in the LITE tier.',
    )
  const { KeyType, KmsKeyArn } = settings.KeyConfiguration ?? {}
  if (KeyType !== 'CUSTOMER_MANAGED_KEY' || !/:key\/mrk-/.test(KmsKeyArn ?? ''))
    throw invalid('Replication needs a multi-Region customer managed key in KeyConfiguration.')
  if (settings.IssuerConfiguration?.Type !== 'UPDATED')
    throw invalid('Replication needs an IssuerConfiguration of the type UPDATED.')
}

async function placeOfPool(store: Readable, id: string): Promise<PlaceRecord> {
  const place = await store.of(places).get([id])
  if (place === undefined) throw new Error('a pool without a place')
  return place
}

/** The place with its replica in a Region; refuses when there is none. */
async function withReplica(store: Readable, id: string, region: string) {
  const place = await placeOfPool(store, id)
  if (place.replica?.region !== region)
    throw fail('ResourceNotFoundException', `User pool ${id} has no replica in ${region}.`)
  return { place, replica: place.replica }
}

export const CreateUserPoolReplica = operation('CreateUserPoolReplica', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [
      await poolTarget(input, read),
      // Whoever makes it makes a user pool there.
      {
        action: 'cognito-idp:CreateUserPool',
        resource: '*',
        record: undefined,
        context: tagContext(input.UserPoolTags),
      },
    ],
  },
  async handle(input, ctx, [target]) {
    const { id } = foundPool(target, input)
    const replica: Replica = {
      region: input.RegionName,
      status: 'INACTIVE',
      tags: newTags(input.UserPoolTags),
    }
    if (!/^[a-z]{2}(-[a-z]+)+-\d+$/.test(replica.region) || replica.region === ctx.region)
      throw invalid(`${replica.region} is not a Region for a replica of this user pool.`)
    const place = await ctx.store.transaction(async (tx) => {
      checkReady(await livingPool(tx, id))
      const old = await placeOfPool(tx, id)
      if (old.replica !== undefined)
        throw fail('LimitExceededException', 'A user pool has at most one replica.')
      const next = { ...old, replica }
      await tx.of(places).put(next)
      return next
    })
    return { UserPoolReplica: { ...shape(place, replica), Status: 'CREATING' as const } }
  },
})

export const UpdateUserPoolReplica = operation('UpdateUserPoolReplica', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const { id } = foundPool(target, input)
    return ctx.store.transaction(async (tx) => {
      const { place, replica } = await withReplica(tx, id, input.RegionName)
      const next: Replica = { ...replica, status: input.Status }
      await tx.of(places).put({ ...place, replica: next })
      return { UserPoolReplica: shape(place, next) }
    })
  },
})

export const DeleteUserPoolReplica = operation('DeleteUserPoolReplica', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const { id } = foundPool(target, input)
    return ctx.store.transaction(async (tx) => {
      const { place, replica } = await withReplica(tx, id, input.RegionName)
      if (replica.status === 'ACTIVE')
        throw invalid('A replica must be inactive before it is deleted.')
      await tx.of(places).put({ ...place, replica: undefined })
      return { UserPoolReplica: { ...shape(place, replica), Status: 'DELETING' as const } }
    })
  },
})

export const ListUserPoolReplicas = operation('ListUserPoolReplicas', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const { id } = foundPool(target, input)
    const place = await placeOfPool(ctx.store, id)
    const { account, region } = place
    const primary = {
      RegionName: region,
      Status: 'ACTIVE',
      Role: 'PRIMARY',
      UserPoolArn: poolArn(region, account, id),
    } as const
    const UserPoolReplicas = [primary, ...(place.replica ? [shape(place, place.replica)] : [])]
    return { UserPoolReplicas }
  },
})
