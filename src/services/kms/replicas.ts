import type { CallContext } from '../../kernel/context.ts'
import type { Input } from '../../kernel/contract.ts'
import type { Fact, Store } from '../../kernel/store.ts'
import { tagsToList } from '../../kernel/tags.ts'
import { type C, fail, operation } from './contract.ts'
import { metadataOf } from './key-metadata.ts'
import { defaultPolicy, shownPolicy, storedPolicy } from './key-policies.ts'
import { type KeyRecord, keyArn, keys } from './key-records.ts'
import { checkPrimary, checkUsable } from './key-states.ts'
import { foundKey, keyTarget } from './key-targets.ts'
import { publish, type SharedState, takeOver } from './shared-properties.ts'
import { mergedTags, tagContext } from './tagging.ts'

export const ReplicateKey = operation('ReplicateKey', {
  access: {
    kind: 'iam',
    async targets(input, read) {
      const primary = await keyTarget(input.KeyId, read, {
        forms: 'no-alias',
        context: { 'kms:ReplicaRegion': input.ReplicaRegion },
      })
      const { record: key } = primary
      const create = {
        action: 'kms:CreateKey',
        resource: '*',
        region: input.ReplicaRegion,
        record: undefined,
        context: {
          ...tagContext(input.Tags),
          'kms:KeySpec': key?.spec,
          'kms:KeyUsage': key?.usage,
          'kms:KeyOrigin': key?.origin,
          'kms:MultiRegion': 'true',
          'kms:MultiRegionKeyType': 'REPLICA',
          'kms:BypassPolicyLockoutSafetyCheck': String(
            input.BypassPolicyLockoutSafetyCheck ?? false,
          ),
        },
      }
      return input.Tags?.length
        ? [primary, create, { ...create, action: 'kms:TagResource' }]
        : [primary, create]
    },
  },
  async handle(input, ctx, [target, there]) {
    const found = foundKey(target)
    checkPrimaryOf(found)
    const replica = await newReplica(found, input, ctx)
    const { ReplicaRegion: region } = input
    const state = await ctx.store.transaction(async (tx) => {
      const key = (await tx.of(keys).get([found.id])) ?? foundKey(undefined)
      checkPrimaryOf(key)
      const multiRegion = key.multiRegion!
      if (region === key.region || multiRegion.replicaRegions.includes(region))
        throw fail(
          'AlreadyExistsException',
          `The key ${keyArn({ ...key, region })} already exists in Region ${region}.`,
        )
      const replicaRegions = [...multiRegion.replicaRegions, region]
      const { pending } = key
      const published = await publish(tx, {
        ...key,
        multiRegion: { ...multiRegion, replicaRegions },
        pending: pending && { ...pending, missingIn: [...pending.missingIn, region] },
      })
      const detail = { replica, state: published.state }
      // Makes the replica although this node should end before the next line.
      tx.emit({ type: 'kms.KeyReplicated', region, detail })
      return published.state
    })
    const made = await makeReplica(ctx.storeOf(there!), replica, state)
    return {
      ReplicaKeyMetadata: metadataOf(made),
      ReplicaPolicy: await shownPolicy(made, ctx),
      ReplicaTags: tagsToList(made.tags).map(({ Key, Value }) => ({
        TagKey: Key,
        TagValue: Value,
      })),
    }
  },
})

function checkPrimaryOf(key: KeyRecord): void {
  if (key.multiRegion === undefined)
    throw fail('UnsupportedOperationException', `${keyArn(key)} is not a multi-region primary key.`)
  checkPrimary(key)
  checkUsable(key)
}

/** What a replica has of its own. */
async function newReplica(
  key: KeyRecord,
  input: Input<C, 'ReplicateKey'>,
  ctx: CallContext,
): Promise<KeyRecord> {
  const { id, account, spec, usage, origin, manager, multiRegion } = key
  const own = { id, account, region: input.ReplicaRegion, tags: mergedTags({}, input.Tags) }
  const policy = input.Policy ?? defaultPolicy(account)
  // The default policy locks nobody out.
  const bypass = input.Policy === undefined || input.BypassPolicyLockoutSafetyCheck
  const stored = await storedPolicy(policy, own, bypass, ctx)
  return {
    ...own,
    spec,
    usage,
    origin,
    manager,
    ...stored,
    description: input.Description ?? '',
    createdAt: ctx.now(),
    enabled: true,
    material: undefined,
    materialIds: [],
    // Older than everything that the primary says.
    multiRegion: { ...multiRegion!, type: 'REPLICA', revision: 0 },
  }
}

/** Makes the replica, unless it is there, with what the primary shares. */
const makeReplica = (store: Store, replica: KeyRecord, state: SharedState): Promise<KeyRecord> =>
  store.transaction(async (tx) => {
    const there = await tx.of(keys).get([replica.id])
    if (there === undefined) await tx.of(keys).create(replica)
    return takeOver(tx, there ?? replica, state)
  })

export async function onKeyReplicated({ detail }: Fact, ctx: CallContext): Promise<void> {
  await makeReplica(ctx.store, detail.replica as KeyRecord, detail.state as SharedState)
}
