import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { type Account, openAccount } from '../../../../test/account.ts'
import { type XksProxy, xksKey, xksProxy } from '../../../../test/xks-proxy.ts'
import type { Egress } from '../../../kernel/ports.ts'
import { bytes, kmsOf, type Loose, refusedAs } from '../calls.test-support.ts'

let account: Account
let proxy: XksProxy
/** Where a proxy's name leads; AWS permits no port in it. */
const hosts = new Map<string, string>()

before(async () => {
  proxy = await xksProxy()
  hosts.set('xks.example.com', proxy.url)
  // What answers there speaks no TLS; the name before it answers nobody.
  hosts.set('plain.example.com', proxy.url.replace('http:', 'https:'))
  hosts.set('nobody.example.com', 'http://127.0.0.1:1')
  account = await openAccount(
    {
      prepare({ house }) {
        const egress = house.ports.egress
        const { post } = egress
        Object.assign(egress, {
          post(url, options) {
            // A busy machine is no slow proxy.
            const patience = proxy.trouble === 'hang' ? options.patience : 30_000
            return post(new URL(url.pathname, hosts.get(url.host)), { ...options, patience })
          },
        } satisfies Partial<Egress>)
      },
    },
    '--test-clock',
  )
})
after(async () => {
  await account.close()
  await proxy.close()
})
beforeEach(() => {
  proxy.trouble = undefined
})

const kms = kmsOf(() => account)
let made = 0
const external = (more: object = {}) => ({
  CustomKeyStoreName: `store ${made++}`,
  CustomKeyStoreType: 'EXTERNAL_KEY_STORE',
  XksProxyUriEndpoint: 'https://xks.example.com',
  XksProxyUriPath: '/kms/xks/v1',
  XksProxyConnectivity: 'PUBLIC_ENDPOINT',
  XksProxyAuthenticationCredential: {
    AccessKeyId: proxy.accessKeyId,
    RawSecretAccessKey: proxy.secretAccessKey,
  },
  ...more,
})
const described = async (CustomKeyStoreId: string): Promise<Loose> =>
  (await kms('DescribeCustomKeyStores', { CustomKeyStoreId })).CustomKeyStores[0]

let store: string | undefined
/** The store that the tests share: a proxy's URI serves one only. */
async function connected(): Promise<string> {
  if (store === undefined) {
    store = (await kms('CreateCustomKeyStore', external())).CustomKeyStoreId
    await kms('ConnectCustomKeyStore', { CustomKeyStoreId: store })
  }
  return store!
}

let keyNumber = 0
async function newKey(): Promise<{ KeyId: string; Arn: string; XksKeyId: string }> {
  const XksKeyId = `external.key_${keyNumber++}`
  proxy.keys.set(XksKeyId, xksKey())
  const { KeyMetadata } = await kms('CreateKey', {
    Origin: 'EXTERNAL_KEY_STORE',
    CustomKeyStoreId: await connected(),
    XksKeyId,
  })
  return { ...KeyMetadata, XksKeyId }
}

test('a key behind a proxy encrypts twice, and tells the proxy who asks for what', async () => {
  const { KeyId, Arn, XksKeyId } = await newKey()
  const { KeyMetadata } = await kms('DescribeKey', { KeyId })
  assert.deepEqual(
    [KeyMetadata.Origin, KeyMetadata.CustomKeyStoreId, KeyMetadata.XksKeyConfiguration],
    ['EXTERNAL_KEY_STORE', store, { Id: XksKeyId }],
  )
  assert.equal(KeyMetadata.CurrentKeyMaterialId, undefined)
  proxy.calls.length = 0
  const EncryptionContext = { a: '1' }
  const Plaintext = new Uint8Array(4096).fill(7)
  const { CiphertextBlob } = await kms('Encrypt', { KeyId, Plaintext, EncryptionContext })
  assert.ok(CiphertextBlob.length <= 6144)
  const opened = await kms('Decrypt', { CiphertextBlob, EncryptionContext })
  assert.deepEqual(Buffer.from(opened.Plaintext), Buffer.from(Plaintext))
  assert.equal(opened.KeyId, Arn)
  const [encrypt, decrypt] = proxy.calls
  assert.deepEqual(
    [encrypt?.path, decrypt?.path],
    [`/keys/${XksKeyId}/encrypt`, `/keys/${XksKeyId}/decrypt`],
  )
  const { kmsRequestId, ...asked } = encrypt!.body.requestMetadata
  assert.match(kmsRequestId, /^[0-9a-f-]{36}$/)
  assert.deepEqual(asked, {
    awsPrincipalArn: 'arn:aws:iam::000000000000:root',
    kmsKeyArn: Arn,
    kmsOperation: 'Encrypt',
  })
  assert.notDeepEqual(
    Buffer.from(encrypt?.body.plaintext, 'base64').subarray(0, 64),
    Buffer.alloc(64, 7),
  )

  const other = refusedAs('KMSInvalidStateException', /corrupted, missing, or otherwise invalid/)
  await assert.rejects(kms('Decrypt', { CiphertextBlob, EncryptionContext: { a: '2' } }), other)
  const bent = Uint8Array.from(CiphertextBlob)
  bent[bent.length - 1]! ^= 1
  await assert.rejects(kms('Decrypt', { CiphertextBlob: bent, EncryptionContext }), other)
  const short = CiphertextBlob.slice(0, 70)
  await assert.rejects(
    kms('Decrypt', { CiphertextBlob: short, EncryptionContext }),
    (error: Error) => /InvalidCiphertext|KMSInvalidState/.test(error.name),
  )
})

test('data keys and re-encryption go through the proxy too', async () => {
  const { KeyId } = await newKey()
  const data = await kms('GenerateDataKey', { KeyId, KeySpec: 'AES_256' })
  const { CiphertextBlob } = data
  assert.deepEqual((await kms('Decrypt', { CiphertextBlob })).Plaintext, data.Plaintext)
  const own = (await kms('CreateKey', {})).KeyMetadata.KeyId
  const there = await kms('ReEncrypt', { CiphertextBlob, DestinationKeyId: own })
  const back = await kms('ReEncrypt', {
    CiphertextBlob: there.CiphertextBlob,
    DestinationKeyId: KeyId,
  })
  const opened = await kms('Decrypt', { CiphertextBlob: back.CiphertextBlob })
  assert.deepEqual(opened.Plaintext, data.Plaintext)
})

test('what a proxy does wrong is told in the words of AWS', async () => {
  const { KeyId } = await newKey()
  const told: Readonly<Record<string, RegExp>> = {
    AuthenticationFailedException: /could not authenticate AWS KMS/,
    AccessDeniedException: /denied access to the operation/,
    KeyNotFoundException: /could not find the external key/,
    InvalidStateException: /not enabled in the external key manager/,
    InvalidKeyUsageException: /does not support the requested operation/,
    InvalidUriPathException: /invalid URI path/,
    ThrottlingException: /request rate is too high/,
    UnsupportedOperationException: /does not support the requested cryptographic/,
    DependencyTimeoutException: /did not respond to the request in the time allotted/,
    InternalException: /unhealthy state/,
    ValidationException: /cannot interpret the response/,
    nonsense: /cannot interpret the response/,
    'bit flip': /cannot interpret the response/,
    hang: /did not respond to the request in the time allotted/,
  }
  for (const [trouble, message] of Object.entries(told)) {
    proxy.trouble = trouble
    await assert.rejects(
      kms('Encrypt', { KeyId, Plaintext: bytes('x') }),
      refusedAs('KMSInvalidStateException', message),
      trouble,
    )
  }
  proxy.trouble = undefined
  const { CiphertextBlob } = await kms('Encrypt', { KeyId, Plaintext: bytes('x') })
  proxy.trouble = 'bit flip'
  await assert.rejects(
    kms('Decrypt', { CiphertextBlob }),
    refusedAs(
      'KMSInvalidStateException',
      /The ciphertext that the external key store proxy submitted/,
    ),
  )
})

test('an external key must be there, fit, and be used once', async () => {
  const CustomKeyStoreId = await connected()
  const create = (XksKeyId: string, more: object = {}) =>
    kms('CreateKey', { Origin: 'EXTERNAL_KEY_STORE', CustomKeyStoreId, XksKeyId, ...more })
  await assert.rejects(create('nobody'), refusedAs('XksKeyNotFoundException'))
  const { XksKeyId } = await newKey()
  await assert.rejects(create(XksKeyId), refusedAs('XksKeyAlreadyInUseException'))
  for (const [wrong, message] of [
    [{ spec: 'AES_128' }, /must be AES_256.* is AES_128\.$/],
    [{ status: 'DISABLED' }, /must be ENABLED.* is DISABLED\.$/],
    [{ usage: ['SIGN'] }, /must include ENCRYPT and DECRYPT.* is SIGN\.$/],
  ] as const) {
    proxy.keys.set('odd', Object.assign(xksKey(), wrong))
    await assert.rejects(create('odd'), refusedAs('XksKeyInvalidConfigurationException', message))
  }
  proxy.keys.set('fit', xksKey())
  const unsupported = refusedAs('UnsupportedOperationException')
  await assert.rejects(create('fit', { MultiRegion: true }), unsupported)
  const signing = { KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' }
  await assert.rejects(create('fit', signing), unsupported)
  const invalid = refusedAs('ValidationException')
  await assert.rejects(
    kms('CreateKey', { Origin: 'EXTERNAL_KEY_STORE', CustomKeyStoreId }),
    invalid,
  )
  await assert.rejects(kms('CreateKey', { Origin: 'EXTERNAL_KEY_STORE', XksKeyId: 'fit' }), invalid)
  await assert.rejects(kms('CreateKey', { Origin: 'AWS_CLOUDHSM', CustomKeyStoreId }), invalid)
  await assert.rejects(kms('CreateKey', { CustomKeyStoreId }), invalid)
  const Origin = 'EXTERNAL_KEY_STORE'
  await assert.rejects(
    kms('CreateKey', { Origin, XksKeyId: 'fit', CustomKeyStoreId: 'cks-1234567890abcdef0' }),
    refusedAs('CustomKeyStoreNotFoundException'),
  )
})

test('keys of a disconnected store are unavailable, and come back with it', async () => {
  const { KeyId, Arn } = await newKey()
  const CustomKeyStoreId = await connected()
  const { CiphertextBlob } = await kms('Encrypt', { KeyId, Plaintext: bytes('x') })
  await kms('DisconnectCustomKeyStore', { CustomKeyStoreId })
  const away = refusedAs('KMSInvalidStateException', `${Arn} is unavailable.`)
  await assert.rejects(kms('Encrypt', { KeyId, Plaintext: bytes('x') }), away)
  await assert.rejects(kms('Decrypt', { CiphertextBlob }), away)
  assert.equal((await kms('DescribeKey', { KeyId })).KeyMetadata.KeyState, 'Unavailable')
  proxy.keys.set('later', xksKey())
  const Origin = 'EXTERNAL_KEY_STORE'
  const state = refusedAs('CustomKeyStoreInvalidStateException')
  await assert.rejects(kms('CreateKey', { Origin, CustomKeyStoreId, XksKeyId: 'later' }), state)
  await assert.rejects(kms('DisconnectCustomKeyStore', { CustomKeyStoreId }), state)
  await kms('DisableKey', { KeyId })
  await kms('ConnectCustomKeyStore', { CustomKeyStoreId })
  await assert.rejects(kms('ConnectCustomKeyStore', { CustomKeyStoreId }), state)
  assert.equal((await kms('DescribeKey', { KeyId })).KeyMetadata.KeyState, 'Disabled')
  await kms('EnableKey', { KeyId })
  assert.deepEqual((await kms('Decrypt', { CiphertextBlob })).Plaintext, bytes('x'))
})

test('keys outside are neither rotated nor made data key pairs of', async () => {
  const { KeyId } = await newKey()
  const unsupported = refusedAs('UnsupportedOperationException')
  for (const operation of ['EnableKeyRotation', 'RotateKeyOnDemand', 'GetKeyRotationStatus'])
    await assert.rejects(kms(operation, { KeyId }), unsupported, operation)
  await assert.rejects(
    kms('GenerateDataKeyPair', { KeyId, KeyPairSpec: 'ECC_NIST_P256' }),
    unsupported,
  )
  const wrapping = { WrappingAlgorithm: 'RSAES_OAEP_SHA_256', WrappingKeySpec: 'RSA_2048' }
  await assert.rejects(kms('GetParametersForImport', { KeyId, ...wrapping }), unsupported)
})

test('a store is described without its secret, renamed, and deleted when it is empty', async () => {
  const CustomKeyStoreId = await connected()
  const { CreationDate, CustomKeyStoreName, ...rest } = await described(CustomKeyStoreId)
  assert.ok(CreationDate instanceof Date)
  assert.deepEqual(rest, {
    CustomKeyStoreId,
    CustomKeyStoreType: 'EXTERNAL_KEY_STORE',
    ConnectionState: 'CONNECTED',
    XksProxyConfiguration: {
      AccessKeyId: proxy.accessKeyId,
      Connectivity: 'PUBLIC_ENDPOINT',
      UriEndpoint: 'https://xks.example.com',
      UriPath: '/kms/xks/v1',
    },
  })
  const far = external({ CustomKeyStoreName, XksProxyUriPath: '/b/kms/xks/v1' })
  const vpc = {
    XksProxyConnectivity: 'VPC_ENDPOINT_SERVICE',
    XksProxyVpcEndpointServiceName: 'com.amazonaws.vpce.us-east-1.vpce-svc-0123456789abcdef0',
    XksProxyUriEndpoint: 'https://nobody.example.com',
  }
  await assert.rejects(
    kms('CreateCustomKeyStore', { ...far, ...vpc }),
    refusedAs('CustomKeyStoreNameInUseException'),
  )
  await assert.rejects(
    kms('CreateCustomKeyStore', external()),
    refusedAs('XksProxyUriInUseException'),
  )
  const made = await kms('CreateCustomKeyStore', external(vpc))
  const other = made.CustomKeyStoreId
  await kms('ConnectCustomKeyStore', { CustomKeyStoreId: other })
  const failed = await described(other)
  assert.deepEqual(
    [failed.ConnectionState, failed.ConnectionErrorCode],
    ['FAILED', 'XKS_PROXY_NOT_REACHABLE'],
  )
  const state = refusedAs('CustomKeyStoreInvalidStateException')
  await assert.rejects(kms('ConnectCustomKeyStore', { CustomKeyStoreId: other }), state)
  await assert.rejects(kms('DeleteCustomKeyStore', { CustomKeyStoreId: other }), state)
  await kms('DisconnectCustomKeyStore', { CustomKeyStoreId: other })
  const NewCustomKeyStoreName = 'another name'
  await kms('UpdateCustomKeyStore', { CustomKeyStoreId: other, NewCustomKeyStoreName })
  const named = await kms('DescribeCustomKeyStores', { CustomKeyStoreName: NewCustomKeyStoreName })
  assert.equal(named.CustomKeyStores[0].CustomKeyStoreId, other)
  await kms('DeleteCustomKeyStore', { CustomKeyStoreId: other })
  const gone = refusedAs('CustomKeyStoreNotFoundException')
  for (const operation of ['Delete', 'Connect', 'Disconnect', 'Update'])
    await assert.rejects(kms(`${operation}CustomKeyStore`, { CustomKeyStoreId: other }), gone)
  await assert.rejects(described(other), gone)
  await newKey()
  await assert.rejects(
    kms('DeleteCustomKeyStore', { CustomKeyStoreId }),
    refusedAs('CustomKeyStoreHasCMKsException'),
  )
  const { text } = await account.house.ask('GET', 'metrics')
  assert.doesNotMatch(text, new RegExp(proxy.secretAccessKey))
})

test('a proxy is looked at before its store is made or changed', async () => {
  const CustomKeyStoreId = await connected()
  const refusals = [
    [{ XksProxyUriEndpoint: 'https://nobody.example.com' }, 'XksProxyUriUnreachableException'],
    [{ XksProxyUriEndpoint: 'https://plain.example.com' }, 'XksProxyInvalidConfigurationException'],
    [{ XksProxyUriPath: '/wrong/kms/xks/v1' }, 'XksProxyInvalidConfigurationException'],
    [
      {
        XksProxyAuthenticationCredential: {
          AccessKeyId: proxy.accessKeyId,
          RawSecretAccessKey: 'x'.repeat(43),
        },
      },
      'XksProxyIncorrectAuthenticationCredentialException',
    ],
  ] as const
  for (const [wrong, name] of refusals)
    await assert.rejects(kms('CreateCustomKeyStore', external(wrong)), refusedAs(name))
  const [, , path, credential] = refusals
  await assert.rejects(
    kms('UpdateCustomKeyStore', { CustomKeyStoreId, ...path[0] }),
    refusedAs(path[1]),
  )
  await assert.rejects(
    kms('UpdateCustomKeyStore', { CustomKeyStoreId, ...credential[0] }),
    refusedAs(credential[1]),
  )
  await assert.rejects(
    kms('UpdateCustomKeyStore', { CustomKeyStoreId, XksProxyUriEndpoint: 'https://x.example.com' }),
    refusedAs('CustomKeyStoreInvalidStateException'),
  )
  proxy.trouble = 'sick'
  await assert.rejects(
    kms('CreateCustomKeyStore', external({ XksProxyUriPath: '/kms/xks/v2' })),
    (error: Error) => /^XksProxy/.test(error.name),
  )
  proxy.trouble = undefined
  const { XksProxyUriPath: _path, ...without } = external()
  await assert.rejects(kms('CreateCustomKeyStore', without), refusedAs('ValidationException'))
})

test('GenerateRandom takes no bytes from a proxy', async () => {
  await assert.rejects(
    kms('GenerateRandom', { NumberOfBytes: 8, CustomKeyStoreId: await connected() }),
    refusedAs('UnsupportedOperationException'),
  )
  await assert.rejects(
    kms('GenerateRandom', { NumberOfBytes: 8, CustomKeyStoreId: 'cks-nobody' }),
    refusedAs('CustomKeyStoreNotFoundException'),
  )
})

test('a deleted key makes its external key free again', async () => {
  const { KeyId, XksKeyId } = await newKey()
  await kms('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 })
  await account.house.ask('POST', 'clock', { body: { advanceSeconds: 8 * 86_400 } })
  await assert.rejects(kms('DescribeKey', { KeyId }), refusedAs('NotFoundException'))
  await kms('CreateKey', {
    Origin: 'EXTERNAL_KEY_STORE',
    CustomKeyStoreId: await connected(),
    XksKeyId,
  })
})
