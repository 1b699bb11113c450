import type { KeyMetadata } from '@aws-sdk/client-kms'
import { type KeyRecord, keyArn } from './key-records.ts'
import { algorithmsOf } from './key-specs.ts'
import { stateOf } from './key-states.ts'

/** What CreateKey and DescribeKey tell of a key. */
export function metadataOf(key: KeyRecord): KeyMetadata {
  const { account, id, multiRegion, deletion } = key
  const inRegion = (region: string) => ({ Arn: keyArn({ account, id, region }), Region: region })
  const state = stateOf(key)
  return {
    AWSAccountId: account,
    KeyId: id,
    Arn: keyArn(key),
    CreationDate: key.createdAt,
    Enabled: state === 'Enabled',
    Description: key.description,
    KeyUsage: key.usage,
    KeyState: state,
    ...(deletion && state !== 'PendingReplicaDeletion' && { DeletionDate: deletion.at }),
    ...(state === 'PendingReplicaDeletion' && {
      PendingDeletionWindowInDays: deletion?.windowDays,
    }),
    Origin: key.origin,
    KeyManager: key.manager,
    CustomerMasterKeySpec: key.spec as never,
    KeySpec: key.spec,
    ...algorithmsOf(key.spec, key.usage),
    MultiRegion: multiRegion !== undefined,
    ...(multiRegion && {
      MultiRegionConfiguration: {
        MultiRegionKeyType: multiRegion.type,
        PrimaryKey: inRegion(multiRegion.primaryRegion),
        ReplicaKeys: multiRegion.replicaRegions.map(inRegion),
      },
    }),
    ...(key.import && {
      ExpirationModel: key.import.model,
      ...(key.import.validTo && { ValidTo: key.import.validTo }),
    }),
    ...(key.customKeyStoreId !== undefined && { CustomKeyStoreId: key.customKeyStoreId }),
    ...(key.xksKeyId !== undefined && { XksKeyConfiguration: { Id: key.xksKeyId } }),
    ...(key.spec === 'SYMMETRIC_DEFAULT' &&
      key.customKeyStoreId === undefined &&
      key.material !== undefined && { CurrentKeyMaterialId: key.material }),
  }
}
