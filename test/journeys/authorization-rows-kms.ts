import * as crypto from 'node:crypto'
import type { Making, Row, World } from './authorization-rows.ts'

/** What every operation of KMS asks for. */

type Input = Row['input']
// biome-ignore lint/suspicious/noExplicitAny: rows say what they expect of it
type Loose = any

const keyArn = (w: World, id: string, region = 'us-east-1'): string =>
  `arn:aws:kms:${region}:${w.account}:key/${id}`
const aliasArn = (w: World, name = 'alias/a'): string =>
  `arn:aws:kms:us-east-1:${w.account}:${name}`

const blue = { Tags: [{ TagKey: 'team', TagValue: 'blue' }] }
const some = Buffer.from('some text').toString('base64')

async function key(w: World, input: object = {}): Promise<string> {
  return (await w.kms('CreateKey', { ...blue, ...input })).KeyMetadata.KeyId
}

type Prepare = (w: World, KeyId: string) => Input | Promise<Input>

/** An operation on one key with the tag team=blue, named by its ARN. */
const on =
  (
    operation: string,
    prepare: Prepare = () => ({}),
    made: object = {},
    more: object = {},
  ): Making =>
  async (w) => {
    const KeyId = await key(w, made)
    return {
      input: { KeyId: keyArn(w, KeyId), ...(await prepare(w, KeyId)) },
      decides: [[`kms:${operation}`, keyArn(w, KeyId)]],
      tagged: true,
      ...more,
    }
  }

const anywhere = (operation: string, input: Input = {}): Making => {
  return () => ({ input, decides: [[`kms:${operation}`, '*']] })
}

const proxied = {
  CustomKeyStoreType: 'EXTERNAL_KEY_STORE',
  XksProxyUriEndpoint: 'https://127.0.0.1',
  XksProxyUriPath: '/kms/xks/v1',
  XksProxyConnectivity: 'VPC_ENDPOINT_SERVICE',
  XksProxyVpcEndpointServiceName: 'com.amazonaws.vpce.us-east-1.vpce-svc-0123456789abcdef0',
  XksProxyAuthenticationCredential: {
    AccessKeyId: 'ABCDEFGHIJKLMNOPQRST',
    RawSecretAccessKey: 'x'.repeat(43),
  },
}

/** An operation on a custom key store, whose proxy is nowhere. */
const onStore =
  (operation: string, more: object = {}, connected = false): Making =>
  async (w) => {
    const made = await w.kms('CreateCustomKeyStore', { CustomKeyStoreName: 's', ...proxied })
    const { CustomKeyStoreId } = made
    if (connected) await w.kms('ConnectCustomKeyStore', { CustomKeyStoreId })
    return { input: { CustomKeyStoreId, ...more }, decides: [[`kms:${operation}`, '*']] }
  }

const signing = { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' }
const mac = { KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' }
const agreement = { KeySpec: 'ECC_NIST_P256', KeyUsage: 'KEY_AGREEMENT' }
const encapsulation = { KeySpec: 'ML_KEM_512', KeyUsage: 'ENCAPSULATE_DECAPSULATE' }
const imported = { Origin: 'EXTERNAL' }
const manyRegions = { MultiRegion: true }

const ofMessage = { Message: some, SigningAlgorithm: 'ECDSA_SHA_256' }
const ofMac = { Message: some, MacAlgorithm: 'HMAC_SHA_256' }
const byMlKem = { EncapsulationAlgorithm: 'ML_KEM' }
const wrapping = { WrappingAlgorithm: 'RSAES_OAEP_SHA_256', WrappingKeySpec: 'RSA_2048' }

const sealed = async (w: World, KeyId: string): Promise<{ CiphertextBlob: string }> => {
  const { CiphertextBlob } = await w.kms('Encrypt', { KeyId, Plaintext: some })
  return { CiphertextBlob }
}

const grant = (w: World, KeyId: string): Promise<Loose> =>
  w.kms('CreateGrant', { KeyId, ...granted(w) })
const granted = (w: World) => ({
  GranteePrincipal: `arn:aws:iam::${w.account}:user/u`,
  Operations: ['Encrypt'],
})

async function wrapped(w: World, KeyId: string): Promise<Input> {
  const { PublicKey, ImportToken } = await w.kms('GetParametersForImport', { KeyId, ...wrapping })
  const spki = Buffer.from(PublicKey, 'base64')
  const publicKey = crypto.createPublicKey({ key: spki, format: 'der', type: 'spki' })
  const padding = crypto.constants.RSA_PKCS1_OAEP_PADDING
  const material = crypto.publicEncrypt(
    { key: publicKey, padding, oaepHash: 'sha256' },
    crypto.randomBytes(32),
  )
  const EncryptedKeyMaterial = material.toString('base64')
  return { ImportToken, EncryptedKeyMaterial, ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE' }
}

const own = crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' })
const PublicKey = own.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')

const alias = async (w: World, TargetKeyId: string) => {
  await w.kms('CreateAlias', { AliasName: 'alias/a', TargetKeyId })
  return { AliasName: 'alias/a' }
}

/** Operations on an alias and the keys behind it. */
const aliased =
  (operation: string, prepare: (w: World) => Promise<{ input: Input; keys: string[] }>): Making =>
  async (w) => {
    const { input, keys } = await prepare(w)
    const decided = [...keys.map((id) => keyArn(w, id)), aliasArn(w)]
    return {
      input,
      decides: decided.map((arn) => [`kms:${operation}`, arn] as const),
      tagged: true,
    }
  }

const everyKey: readonly (readonly [string, Making])[] = [
  ...[
    'DescribeKey',
    'DisableKey',
    'DisableKeyRotation',
    'EnableKey',
    'EnableKeyRotation',
    'GetKeyLastUsage',
    'GetKeyRotationStatus',
    'ListGrants',
    'ListKeyPolicies',
    'ListKeyRotations',
    'ListResourceTags',
    'RotateKeyOnDemand',
    'ScheduleKeyDeletion',
  ].map((name) => [name, on(name)] as const),
  ...['GenerateDataKey', 'GenerateDataKeyWithoutPlaintext'].map(
    (name) => [name, on(name, () => ({ KeySpec: 'AES_256' }))] as const,
  ),
  ...['GenerateDataKeyPair', 'GenerateDataKeyPairWithoutPlaintext'].map(
    (name) => [name, on(name, () => ({ KeyPairSpec: 'ECC_NIST_P256' }))] as const,
  ),
]

export const kmsRows: ReadonlyMap<string, Making> = new Map<string, Making>([
  ...everyKey,
  ['ConnectCustomKeyStore', onStore('ConnectCustomKeyStore')],
  [
    'CreateCustomKeyStore',
    anywhere('CreateCustomKeyStore', { CustomKeyStoreName: 'new', ...proxied }),
  ],
  ['DeleteCustomKeyStore', onStore('DeleteCustomKeyStore')],
  ['DescribeCustomKeyStores', onStore('DescribeCustomKeyStores')],
  ['DisconnectCustomKeyStore', onStore('DisconnectCustomKeyStore', {}, true)],
  ['UpdateCustomKeyStore', onStore('UpdateCustomKeyStore', { NewCustomKeyStoreName: 't' })],
  [
    'CancelKeyDeletion',
    on('CancelKeyDeletion', async (w, KeyId) => {
      await w.kms('ScheduleKeyDeletion', { KeyId })
      return {}
    }),
  ],
  [
    'CreateAlias',
    aliased('CreateAlias', async (w) => {
      const TargetKeyId = await key(w)
      return { input: { AliasName: 'alias/a', TargetKeyId }, keys: [TargetKeyId] }
    }),
  ],
  ['CreateGrant', on('CreateGrant', granted)],
  [
    'CreateKey',
    () => ({
      input: blue,
      decides: [
        ['kms:CreateKey', '*'],
        ['kms:TagResource', '*'],
      ],
    }),
  ],
  [
    'Decapsulate',
    on(
      'Decapsulate',
      async (w, KeyId) => {
        const made = await w.kms('Encapsulate', { KeyId, ...byMlKem })
        return { ...byMlKem, SharedSecretCiphertextBlob: made.SharedSecretCiphertextBlob }
      },
      encapsulation,
    ),
  ],
  ['Decrypt', on('Decrypt', sealed)],
  [
    'DeleteAlias',
    aliased('DeleteAlias', async (w) => {
      const id = await key(w)
      return { input: await alias(w, id), keys: [id] }
    }),
  ],
  [
    'DeleteImportedKeyMaterial',
    on(
      'DeleteImportedKeyMaterial',
      async (w, KeyId) => {
        await w.kms('ImportKeyMaterial', { KeyId, ...(await wrapped(w, KeyId)) })
        return {}
      },
      imported,
    ),
  ],
  [
    'DeriveSharedSecret',
    on('DeriveSharedSecret', () => ({ KeyAgreementAlgorithm: 'ECDH', PublicKey }), agreement),
  ],
  ['Encapsulate', on('Encapsulate', () => byMlKem, encapsulation)],
  ['Encrypt', on('Encrypt', () => ({ Plaintext: some }))],
  ['GenerateMac', on('GenerateMac', () => ofMac, mac)],
  ['GenerateRandom', anywhere('GenerateRandom', { NumberOfBytes: 8 })],
  ['GetParametersForImport', on('GetParametersForImport', () => wrapping, imported)],
  ['GetPublicKey', on('GetPublicKey', () => ({}), signing)],
  ['ImportKeyMaterial', on('ImportKeyMaterial', wrapped, imported)],
  ['ListAliases', anywhere('ListAliases')],
  ['ListKeys', anywhere('ListKeys')],
  [
    'ListRetirableGrants',
    async (w) => {
      await grant(w, await key(w))
      const RetiringPrincipal = `arn:aws:iam::${w.account}:user/u`
      // Grants of this account's keys only: somebody else finds nothing.
      return {
        input: { RetiringPrincipal },
        decides: [['kms:ListRetirableGrants', '*']],
        anyAccount: true,
      }
    },
  ],
  [
    'PutKeyPolicy',
    on('PutKeyPolicy', async (w, KeyId) => {
      const { Policy } = await w.kms('GetKeyPolicy', { KeyId })
      return { Policy, PolicyName: 'default' }
    }),
  ],
  ['GetKeyPolicy', on('GetKeyPolicy', () => ({ PolicyName: 'default' }))],
  [
    'ReEncrypt',
    async (w) => {
      const [from, to] = [await key(w), await key(w)]
      return {
        input: { SourceKeyId: from, DestinationKeyId: to, ...(await sealed(w, from)) },
        decides: [
          ['kms:ReEncryptFrom', keyArn(w, from)],
          ['kms:ReEncryptTo', keyArn(w, to)],
        ],
        tagged: true,
      }
    },
  ],
  [
    'ReplicateKey',
    async (w) => {
      const KeyId = keyArn(w, await key(w, manyRegions))
      return {
        input: { KeyId, ReplicaRegion: 'eu-west-1' },
        decides: [
          ['kms:ReplicateKey', KeyId],
          ['kms:CreateKey', '*'],
        ],
        tagged: true,
      }
    },
  ],
  [
    'RetireGrant',
    on('RetireGrant', async (w, KeyId) => {
      const { GrantId } = await grant(w, KeyId)
      return { GrantId }
    }),
  ],
  [
    'RevokeGrant',
    on('RevokeGrant', async (w, KeyId) => {
      const { GrantId } = await grant(w, KeyId)
      return { GrantId }
    }),
  ],
  ['Sign', on('Sign', () => ofMessage, signing)],
  ['TagResource', on('TagResource', () => ({ Tags: [{ TagKey: 'more', TagValue: 'x' }] }))],
  ['UntagResource', on('UntagResource', () => ({ TagKeys: ['team'] }))],
  [
    'UpdateAlias',
    aliased('UpdateAlias', async (w) => {
      const [from, to] = [await key(w), await key(w)]
      return { input: { ...(await alias(w, from)), TargetKeyId: to }, keys: [to, from] }
    }),
  ],
  ['UpdateKeyDescription', on('UpdateKeyDescription', () => ({ Description: 'other' }))],
  [
    'UpdatePrimaryRegion',
    async (w) => {
      const id = await key(w, manyRegions)
      const ReplicaRegion = 'eu-west-1'
      await w.kms('ReplicateKey', { KeyId: id, ReplicaRegion, ...blue })
      return {
        input: { KeyId: keyArn(w, id), PrimaryRegion: ReplicaRegion },
        decides: [
          ['kms:UpdatePrimaryRegion', keyArn(w, id)],
          ['kms:UpdatePrimaryRegion', keyArn(w, id, ReplicaRegion)],
        ],
        tagged: true,
      }
    },
  ],
  [
    'Verify',
    on(
      'Verify',
      async (w, KeyId) => {
        const { Signature } = await w.kms('Sign', { KeyId, ...ofMessage })
        return { ...ofMessage, Signature }
      },
      signing,
    ),
  ],
  [
    'VerifyMac',
    on(
      'VerifyMac',
      async (w, KeyId) => {
        const { Mac } = await w.kms('GenerateMac', { KeyId, ...ofMac })
        return { ...ofMac, Mac }
      },
      mac,
    ),
  ],
])
