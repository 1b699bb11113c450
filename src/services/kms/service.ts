import { defineService } from '../../kernel/service.ts'
import { CreateAlias, DeleteAlias, ListAliases, UpdateAlias } from './aliases.ts'
import { CreateKey } from './CreateKey.ts'
import type { C } from './contract.ts'
import { Decrypt } from './Decrypt.ts'
import { GenerateDataKey, GenerateDataKeyWithoutPlaintext, GenerateRandom } from './data-keys.ts'
import { Encrypt } from './Encrypt.ts'
import { CancelKeyDeletion, deleteKey, ScheduleKeyDeletion } from './key-deletion.ts'
import { GetKeyPolicy, ListKeyPolicies, PutKeyPolicy } from './key-policies.ts'
import { DescribeKey, DisableKey, EnableKey, ListKeys, UpdateKeyDescription } from './keys.ts'
import { ReEncrypt } from './ReEncrypt.ts'
import { ListResourceTags, TagResource, UntagResource } from './tagging.ts'

/** AWS Key Management Service, API version 2014-11-01. */
export const service = defineService<C>()({
  name: 'kms',
  contract: () => import('@aws-sdk/client-kms'),
  operations: {
    CancelKeyDeletion,
    CreateAlias,
    CreateKey,
    Decrypt,
    DeleteAlias,
    DescribeKey,
    DisableKey,
    EnableKey,
    Encrypt,
    GenerateDataKey,
    GenerateDataKeyWithoutPlaintext,
    GenerateRandom,
    GetKeyPolicy,
    ListAliases,
    ListKeyPolicies,
    ListKeys,
    ListResourceTags,
    PutKeyPolicy,
    ReEncrypt,
    ScheduleKeyDeletion,
    TagResource,
    UntagResource,
    UpdateAlias,
    UpdateKeyDescription,
  },
  notYet: {
    others:
      'signatures, MACs, key pairs, grants, rotation, import, replicas and custom key stores are still to be built',
  },
  jobs: { 'kms.DeleteKey': deleteKey },
  secrets: ['Plaintext', 'PrivateKeyPlaintext', 'SharedSecret', 'EncryptedKeyMaterial', 'Message'],
})
