import type { KeySpec, KeyUsageType } from '@aws-sdk/client-kms'
import type { CallContext } from '../../kernel/context.ts'
import type { Input } from '../../kernel/contract.ts'
import { type C, fail, operation } from './contract.ts'
import {
  checkPlace,
  joinStore,
  placeKey,
  prepareStore,
  removeFromToken,
} from './custom-key-stores/placing.ts'
import { recognition } from './imported-material.ts'
import { metadataOf } from './key-metadata.ts'
import { defaultPolicy, storedPolicy } from './key-policies.ts'
import { type KeyRecord, keys, materials } from './key-records.ts'
import { specFacts } from './key-specs.ts'
import { newMaterialId, sealMaterial } from './materials.ts'
import { newMaterial } from './new-material.ts'
import { mergedTags, tagContext } from './tagging.ts'

export const CreateKey = operation('CreateKey', {
  access: {
    kind: 'iam',
    targets(input) {
      const spec = input.KeySpec ?? input.CustomerMasterKeySpec ?? 'SYMMETRIC_DEFAULT'
      const usage = input.KeyUsage ?? 'ENCRYPT_DECRYPT'
      const create = {
        resource: '*',
        record: undefined,
        context: {
          ...tagContext(input.Tags),
          'kms:KeySpec': spec,
          'kms:KeyUsage': usage,
          'kms:CustomerMasterKeySpec': spec,
          'kms:CustomerMasterKeyUsage': usage,
          'kms:KeyOrigin': input.Origin ?? 'AWS_KMS',
          'kms:MultiRegion': String(input.MultiRegion ?? false),
          'kms:MultiRegionKeyType': input.MultiRegion ? 'PRIMARY' : undefined,
          'kms:BypassPolicyLockoutSafetyCheck': String(
            input.BypassPolicyLockoutSafetyCheck ?? false,
          ),
        },
      }
      return input.Tags?.length ? [create, { ...create, action: 'kms:TagResource' }] : [create]
    },
  },
  async handle(input, ctx) {
    const key = await withRecognition(await newKey(input, ctx), ctx)
    const material =
      key.material === undefined
        ? undefined
        : await sealMaterial(key, key.material, await newMaterial(key.spec, ctx.random), ctx)
    const keyStore = await prepareStore(input, ctx)
    if (keyStore !== undefined) await placeKey(key, keyStore, ctx)
    const written = ctx.store.transaction(async (tx) => {
      await joinStore(tx, key)
      await tx.of(keys).create(key)
      if (material !== undefined)
        await tx.of(materials).create({
          keyId: key.id,
          id: key.material!,
          sealed: material,
          createdAt: key.createdAt,
          origin: 'AWS_KMS',
          state: 'CURRENT',
        })
    })
    await written.catch(async (error: unknown) => {
      await removeFromToken(key, ctx)
      throw error
    })
    return { KeyMetadata: metadataOf(key) }
  },
})

/** A key for imported material gets the secret by which the material is known again. */
async function withRecognition(key: KeyRecord, ctx: CallContext): Promise<KeyRecord> {
  if (key.origin !== 'EXTERNAL') return key
  return { ...key, recognition: await sealMaterial(key, recognition, ctx.random.bytes(32), ctx) }
}

async function newKey(input: Input<C, 'CreateKey'>, ctx: CallContext): Promise<KeyRecord> {
  const { spec, usage } = checkedSpec(input)
  const origin = input.Origin ?? 'AWS_KMS'
  if (origin === 'EXTERNAL' && spec.startsWith('ML_'))
    throw fail(
      'UnsupportedOperationException',
      `KeySpec ${spec} is not supported for keys with imported key material.`,
    )
  checkPlace(input, spec, usage)
  const hex = Buffer.from(ctx.random.bytes(16)).toString('hex')
  const own = {
    id: input.MultiRegion ? `mrk-${hex}` : ctx.random.uuid(),
    account: ctx.account,
    region: ctx.region,
    tags: mergedTags({}, input.Tags),
  }
  const policy = input.Policy ?? defaultPolicy(ctx.account)
  // The default policy locks nobody out.
  const bypass = input.Policy === undefined || input.BypassPolicyLockoutSafetyCheck
  const stored = await storedPolicy(policy, own, bypass, ctx)
  // A key behind a proxy has material of KMS's own too: what it encrypts is encrypted twice.
  const doubled = origin === 'AWS_KMS' || origin === 'EXTERNAL_KEY_STORE'
  const material = doubled ? newMaterialId(ctx.random) : undefined
  return {
    ...own,
    spec,
    usage,
    origin,
    manager: 'CUSTOMER',
    description: input.Description ?? '',
    ...stored,
    createdAt: ctx.now(),
    enabled: true,
    customKeyStoreId: input.CustomKeyStoreId,
    xksKeyId: input.XksKeyId,
    material,
    materialIds: material === undefined ? [] : [material],
    ...(input.MultiRegion && {
      multiRegion: { type: 'PRIMARY', primaryRegion: ctx.region, replicaRegions: [] },
    }),
  }
}

function checkedSpec(input: Input<C, 'CreateKey'>): { spec: KeySpec; usage: KeyUsageType } {
  const spec = (input.KeySpec ?? input.CustomerMasterKeySpec ?? 'SYMMETRIC_DEFAULT') as KeySpec
  if (input.KeySpec !== undefined && input.CustomerMasterKeySpec !== undefined)
    throw fail(
      'ValidationException',
      'You cannot specify KeySpec and CustomerMasterKeySpec in the same request. CustomerMasterKeySpec is deprecated.',
    )
  const facts = specFacts(spec)
  if (facts === undefined)
    throw fail('UnsupportedOperationException', `KeySpec ${spec} is not supported in this Region.`)
  if (input.KeyUsage === undefined && spec !== 'SYMMETRIC_DEFAULT')
    throw fail(
      'ValidationException',
      'You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.',
    )
  const usage = input.KeyUsage ?? 'ENCRYPT_DECRYPT'
  if (!facts.usages.includes(usage))
    throw fail('ValidationException', `KeyUsage ${usage} is not compatible with KeySpec ${spec}`)
  return { spec, usage }
}
