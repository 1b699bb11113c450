import { defineService } from '../../kernel/service.ts'
import { Decapsulate, DeriveSharedSecret, Encapsulate } from './agreement.ts'
import { ListAliases } from './alias-listing.ts'
import { CreateAlias, DeleteAlias, UpdateAlias } from './aliases.ts'
import { CreateGrant } from './CreateGrant.ts'
import { CreateKey } from './CreateKey.ts'
import type { C } from './contract.ts'
import { CreateCustomKeyStore } from './custom-key-stores/CreateCustomKeyStore.ts'
import { ConnectCustomKeyStore, DisconnectCustomKeyStore } from './custom-key-stores/connecting.ts'
import { DeleteCustomKeyStore } from './custom-key-stores/DeleteCustomKeyStore.ts'
import { DescribeCustomKeyStores } from './custom-key-stores/DescribeCustomKeyStores.ts'
import { UpdateCustomKeyStore } from './custom-key-stores/UpdateCustomKeyStore.ts'
import { Decrypt } from './Decrypt.ts'
import { GenerateDataKeyPair, GenerateDataKeyPairWithoutPlaintext } from './data-key-pairs.ts'
import { GenerateDataKey, GenerateDataKeyWithoutPlaintext, GenerateRandom } from './data-keys.ts'
import { Encrypt } from './Encrypt.ts'
import { externalProxyPages } from './external-proxy/pages.ts'
import { GetPublicKey } from './GetPublicKey.ts'
import { RetireGrant, RevokeGrant } from './grant-ending.ts'
import { ListGrants, ListRetirableGrants } from './grant-listing.ts'
import { expireMaterial, onMaterialImported, onMaterialRemoved } from './import-jobs.ts'
import { GetParametersForImport } from './import-parameters.ts'
import { DeleteImportedKeyMaterial, ImportKeyMaterial } from './imported-material.ts'
import {
  CancelKeyDeletion,
  deleteKey,
  onReplicaDeleted,
  ScheduleKeyDeletion,
} from './key-deletion.ts'
import { GetKeyPolicy, ListKeyPolicies, PutKeyPolicy } from './key-policies.ts'
import { ListKeyRotations } from './key-rotations.ts'
import { DescribeKey, DisableKey, EnableKey, ListKeys, UpdateKeyDescription } from './keys.ts'
import { GetKeyLastUsage } from './last-usage.ts'
import { GenerateMac, VerifyMac } from './macs.ts'
import { RotateKeyOnDemand } from './on-demand-rotation.ts'
import { UpdatePrimaryRegion } from './primary-region.ts'
import { ReEncrypt } from './ReEncrypt.ts'
import { onKeyReplicated, ReplicateKey } from './replicas.ts'
import { requestQuotas } from './request-quotas.ts'
import { rotateKey } from './rotating.ts'
import { DisableKeyRotation, EnableKeyRotation, GetKeyRotationStatus } from './rotation.ts'
import { onKeyShared, onMaterialReceived } from './shared-properties.ts'
import { Sign, Verify } from './signing.ts'
import { ListResourceTags, TagResource, UntagResource } from './tagging.ts'

/** AWS Key Management Service, API version 2014-11-01. */
export const service = defineService<C>()({
  name: 'kms',
  contract: () => import('@aws-sdk/client-kms'),
  operations: {
    CancelKeyDeletion,
    ConnectCustomKeyStore,
    CreateAlias,
    CreateCustomKeyStore,
    CreateGrant,
    CreateKey,
    Decapsulate,
    Decrypt,
    DeleteAlias,
    DeleteCustomKeyStore,
    DeleteImportedKeyMaterial,
    DeriveSharedSecret,
    DescribeCustomKeyStores,
    DescribeKey,
    DisableKey,
    DisableKeyRotation,
    DisconnectCustomKeyStore,
    EnableKey,
    EnableKeyRotation,
    Encapsulate,
    Encrypt,
    GenerateDataKey,
    GenerateDataKeyPair,
    GenerateDataKeyPairWithoutPlaintext,
    GenerateDataKeyWithoutPlaintext,
    GenerateMac,
    GenerateRandom,
    GetKeyLastUsage,
    GetKeyPolicy,
    GetKeyRotationStatus,
    GetParametersForImport,
    GetPublicKey,
    ImportKeyMaterial,
    ListAliases,
    ListGrants,
    ListKeyPolicies,
    ListKeyRotations,
    ListKeys,
    ListResourceTags,
    ListRetirableGrants,
    PutKeyPolicy,
    ReEncrypt,
    ReplicateKey,
    RetireGrant,
    RevokeGrant,
    RotateKeyOnDemand,
    ScheduleKeyDeletion,
    Sign,
    TagResource,
    UntagResource,
    UpdateAlias,
    UpdateCustomKeyStore,
    UpdateKeyDescription,
    UpdatePrimaryRegion,
    Verify,
    VerifyMac,
  },
  notYet: {},
  pages: externalProxyPages,
  secrets: ['KeyStorePassword', 'RawSecretAccessKey', 'AttestationDocument'],
  quotas: requestQuotas,
  on: {
    'kms.KeyReplicated': onKeyReplicated,
    'kms.ReplicaDeleted': onReplicaDeleted,
    'kms.KeyShared': onKeyShared,
    'kms.MaterialImported': onMaterialImported,
    'kms.MaterialRemoved': onMaterialRemoved,
    'kms.MaterialReceived': onMaterialReceived,
  },
  jobs: {
    'kms.DeleteKey': deleteKey,
    'kms.RotateKey': rotateKey,
    'kms.ExpireMaterial': expireMaterial,
  },
})
