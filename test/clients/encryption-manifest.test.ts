import assert from 'node:assert/strict'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { after, before, test } from 'node:test'
import { CreateKeyCommand, KMSClient, ReplicateKeyCommand } from '@aws-sdk/client-kms'
import { type Account, openAccount, policy } from '../account.ts'
import type { Keys } from '../installation.ts'
import {
  type EncryptManifest,
  type EncryptTest,
  type KeysManifest,
  ManifestHandler,
  type MasterKey,
} from './encryption-manifest.ts'

/**
 * The scenarios that AWS has every Encryption SDK encrypt and decrypt: each algorithm suite with each
 * size of frames, each kind of encryption context and each set of master keys, with our keys where
 * AWS's manifest has keys of KMS.
 */

const suites = '0014 0046 0078 0114 0146 0178 0214 0346 0378 0478 0578'.split(' ')
/** More than ten frames; smaller than the text, as large, larger. */
const frameSizes = [512, 4_096, 10_240, 20_480]
const contexts: readonly Record<string, string>[] = [
  {},
  { key1: 'val1', key2: 'val2' },
  { key1: 'val1', 'ключ ünïcode 鍵': 'значение 値' },
  { key1: 'val1', '\u0001\u0002\u0003': ' "D' },
]

let account: Account
let reader: Keys
let keys: KeysManifest
let handler: ManifestHandler
before(async () => {
  account = await openAccount()
  reader = await account.user('reader', 'kms:*')
  keys = { manifest: { type: 'keys', version: 3 }, keys: await madeKeys() }
  handler = new ManifestHandler(keys, account.house.url, reader)
})
after(async () => {
  handler?.close()
  await account.close()
})

async function madeKeys(): Promise<KeysManifest['keys']> {
  const { url: endpoint, admin: credentials } = account.house
  const kms = new KMSClient({ endpoint, region: 'us-west-2', credentials })
  const make = async (input: object = {}) =>
    (await kms.send(new CreateKeyCommand(input))).KeyMetadata!.Arn!
  const everything = {
    Effect: 'Allow',
    Principal: { AWS: 'arn:aws:iam::000000000000:root' },
    Action: 'kms:*',
    Resource: '*',
  }
  // The reader may encrypt by this key, and nobody who reads messages may open them by it.
  const Policy = policy(everything, { ...everything, Effect: 'Deny', Action: 'kms:Decrypt' })
  const primary = await make({ MultiRegion: true })
  const KeyId = primary.split('/').at(-1)!
  const replicated = await kms.send(new ReplicateKeyCommand({ KeyId, ReplicaRegion: 'us-east-1' }))
  const ofKms = (id: string, decrypt = true) =>
    ({ type: 'aws-kms', 'key-id': id, encrypt: true, decrypt }) as const
  const aes = (bits: 128 | 192 | 256) =>
    ({
      type: 'symmetric',
      algorithm: 'aes',
      bits,
      material: randomBytes(bits / 8).toString('base64'),
    }) as const
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey
  const made = {
    'us-west-2-decryptable': ofKms(await make()),
    'us-west-2-encrypt-only': ofKms(await make({ Policy }), false),
    'us-west-2-mrk': ofKms(primary),
    'us-east-1-mrk': ofKms(replicated.ReplicaKeyMetadata!.Arn!),
    'aes-128': aes(128),
    'aes-192': aes(192),
    'aes-256': aes(256),
    'rsa-2048-private': {
      type: 'private',
      algorithm: 'rsa',
      bits: 2_048,
      material: rsa.export({ type: 'pkcs8', format: 'pem' }) as string,
    } as const,
  }
  kms.destroy()
  return made
}

const kms = (key: string): MasterKey => ({ type: 'aws-kms', key })
const aware = (key: string): MasterKey => ({ type: 'aws-kms-mrk-aware', key })
const discovering = (region: string): MasterKey => ({
  type: 'aws-kms-mrk-aware-discovery',
  'default-mrk-region': region,
  'aws-kms-discovery-filter': { partition: 'aws', 'account-ids': ['000000000000'] },
})
const raw = { type: 'raw', 'provider-id': 'aws-raw-vectors-persistent' } as const
const aes = (key: string): MasterKey => ({ ...raw, key, 'encryption-algorithm': 'aes' })
const rsa = (padding: object): MasterKey => ({
  ...raw,
  key: 'rsa-2048-private',
  'encryption-algorithm': 'rsa',
  ...padding,
})

/** Master keys that encrypt, and those that decrypt where they are others. */
const providers: readonly (readonly [readonly MasterKey[], (readonly MasterKey[])?])[] = [
  [[kms('us-west-2-decryptable')]],
  [[kms('us-west-2-decryptable'), kms('us-west-2-encrypt-only')]],
  [[kms('us-west-2-encrypt-only'), kms('us-west-2-decryptable')]],
  [[aware('us-west-2-mrk')], [aware('us-east-1-mrk')]],
  [[aware('us-east-1-mrk')], [discovering('us-west-2')]],
  [[kms('us-west-2-mrk')], [discovering('us-east-1')]],
  ...(['aes-128', 'aes-192', 'aes-256'] as const).map(
    (name) => [[kms('us-west-2-decryptable'), aes(name)], [aes(name)]] as const,
  ),
  [[aes('aes-256'), kms('us-west-2-decryptable')], [kms('us-west-2-decryptable')]],
  ...[
    { 'padding-algorithm': 'pkcs1' },
    { 'padding-algorithm': 'oaep-mgf1', 'padding-hash': 'sha1' },
    { 'padding-algorithm': 'oaep-mgf1', 'padding-hash': 'sha256' },
    { 'padding-algorithm': 'oaep-mgf1', 'padding-hash': 'sha384' },
    { 'padding-algorithm': 'oaep-mgf1', 'padding-hash': 'sha512' },
  ].map(
    (padding) =>
      [[rsa(padding), kms('us-west-2-decryptable')], [kms('us-west-2-decryptable')]] as const,
  ),
]

function manifestOf(algorithm: string): EncryptManifest {
  const tests: Record<string, EncryptTest> = {}
  for (const size of frameSizes)
    for (const [i, context] of contexts.entries())
      for (const [j, [encrypting, decrypting]] of providers.entries())
        tests[`${algorithm}/${size}/${i}/${j}`] = {
          plaintext: 'small',
          algorithm,
          'frame-size': size,
          'encryption-context': context,
          'master-keys': encrypting,
          ...(decrypting && { 'decryption-master-keys': decrypting }),
        }
  for (const plaintext of ['zero', 'tiny'])
    tests[`${algorithm}/${plaintext}`] = {
      plaintext,
      algorithm,
      'frame-size': 512,
      'encryption-context': {},
      'master-keys': [kms('us-west-2-decryptable')],
    }
  return { manifest: { type: 'awses-encrypt', version: 2 }, keys: 'keys.json', plaintexts, tests }
}

const plaintexts = { zero: Buffer.alloc(0), tiny: randomBytes(10), small: randomBytes(10_240) }

for (const algorithm of suites)
  test(`suite ${algorithm}: every message of the manifest is encrypted and decrypted`, async () => {
    const messages = await handler.encrypt(manifestOf(algorithm))
    const ids = Object.keys(messages)
    assert.equal(ids.length, frameSizes.length * contexts.length * providers.length + 2)
    for (const id of ids) {
      const described = messages[id]!
      const { plaintext, messageHeader } = await handler.decrypt(described)
      assert.ok(plaintext.equals(plaintexts[described.plaintext as keyof typeof plaintexts]), id)
      assert.equal(messageHeader.suiteId, Number.parseInt(algorithm, 16), id)
      for (const [name, value] of Object.entries(described['encryption-context']))
        assert.equal(messageHeader.encryptionContext[name], value, id)
    }
  })

test('clients that require commitment refuse messages without it', async () => {
  const some = async (algorithm: string) => {
    const { tests, ...manifest } = manifestOf(algorithm)
    const id = `${algorithm}/tiny`
    const messages = await handler.encrypt({ ...manifest, tests: { [id]: tests[id]! } })
    return messages[id]!
  }
  const policies = [
    'FORBID_ENCRYPT_ALLOW_DECRYPT',
    'REQUIRE_ENCRYPT_ALLOW_DECRYPT',
    'REQUIRE_ENCRYPT_REQUIRE_DECRYPT',
  ] as const
  for (const algorithm of suites) {
    const message = await some(algorithm)
    for (const name of policies) {
      const isRefused = name === 'REQUIRE_ENCRYPT_REQUIRE_DECRYPT' && !/^0[45]78$/.test(algorithm)
      const opened = handler.decrypt(message, name)
      if (isRefused) await assert.rejects(opened, /[Cc]ommitment|Configuration conflict/)
      else assert.ok((await opened).plaintext.equals(plaintexts.tiny))
    }
  }
})

test('what must not be opened is not: by other keys, other contexts, or changed', async () => {
  const algorithm = '0578'
  const { tests, ...manifest } = manifestOf(algorithm)
  const id = `${algorithm}/512/1/1`
  const { [id]: message } = await handler.encrypt({ ...manifest, tests: { [id]: tests[id]! } })
  const opened = (more: object) => handler.decrypt({ ...message!, ...more })
  await opened({})
  for (const others of [
    [kms('us-west-2-encrypt-only')],
    [aware('us-east-1-mrk')],
    [aes('aes-256')],
    [
      {
        ...discovering('us-west-2'),
        'aws-kms-discovery-filter': { partition: 'aws', 'account-ids': ['111122223333'] },
      },
    ],
  ] as MasterKey[][])
    await assert.rejects(opened({ 'master-keys': others }), Error, JSON.stringify(others))
  const { ciphertext } = message!
  // A value of the encryption context, a wrapped key, the text, the signature.
  const places = [
    ciphertext.indexOf('val1'),
    ciphertext.indexOf('aws-kms') + 120,
    3_000,
    ciphertext.length - 20,
  ]
  for (const at of places) {
    const changed = Buffer.from(ciphertext)
    changed[at]! ^= 1
    await assert.rejects(opened({ ciphertext: changed }), Error, `byte ${at}`)
  }
})
