import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { after, before, test } from 'node:test'
import { CreateAliasCommand, CreateKeyCommand, KMS, KMSClient } from '@aws-sdk/client-kms'
import { type Installation, install } from '../installation.ts'

/** The AWS Encryption SDK, unmodified, with our keys behind its keyrings. */

// The package is CommonJS whose exports Node cannot name.
const sdk: typeof import('@aws-crypto/client-node') = createRequire(import.meta.url)(
  '@aws-crypto/client-node',
)

let house: Installation
let kms: KMSClient
before(async () => {
  house = await install()
  kms = new KMSClient({ endpoint: house.url, region: 'us-east-1', credentials: house.admin })
})
after(async () => {
  kms.destroy()
  await house.close()
})

const newKey = async (input = {}): Promise<string> =>
  (await kms.send(new CreateKeyCommand(input as never))).KeyMetadata!.Arn!

/** The SDK makes a client per Region; all of them are ours. */
const clientProvider = ((region: string) =>
  new KMS({ endpoint: house.url, region, credentials: house.admin })) as never

const suites = sdk.CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT
const plaintext = Buffer.alloc(100_000, 'all work and no play ')
const encryptionContext = { purpose: 'test', origin: 'here' }

test('a message under several keys is opened with each of them', async () => {
  const { encrypt, decrypt } = sdk.buildClient(suites)
  const generatorKeyId = await newKey()
  const other = await newKey()
  await kms.send(new CreateAliasCommand({ AliasName: 'alias/esdk', TargetKeyId: other }))
  const keyring = new sdk.KmsKeyringNode({
    generatorKeyId,
    keyIds: ['arn:aws:kms:us-east-1:000000000000:alias/esdk'],
    clientProvider,
  })
  const { result } = await encrypt(keyring, plaintext, { encryptionContext, frameLength: 4_096 })
  for (const keyIds of [[generatorKeyId], [other]]) {
    const opened = await decrypt(new sdk.KmsKeyringNode({ keyIds, clientProvider }), result)
    assert.deepEqual(opened.plaintext, plaintext)
    assert.equal(opened.messageHeader.encryptionContext.purpose, 'test')
  }
  const stranger = new sdk.KmsKeyringNode({ keyIds: [await newKey()], clientProvider })
  await assert.rejects(decrypt(stranger, result))
})

test('discovery finds the key of a message by itself, within the accounts it may', async () => {
  const { encrypt, decrypt } = sdk.buildClient(suites)
  const keyring = new sdk.KmsKeyringNode({ generatorKeyId: await newKey(), clientProvider })
  const { result } = await encrypt(keyring, plaintext, { encryptionContext })
  const discover = (accountIDs: string[]) =>
    new sdk.KmsKeyringNode({
      discovery: true,
      clientProvider,
      discoveryFilter: { accountIDs, partition: 'aws' },
    })
  const opened = await decrypt(discover(['000000000000']), result)
  assert.deepEqual(opened.plaintext, plaintext)
  await assert.rejects(decrypt(discover(['111122223333']), result))
})

test('a cache of data keys spares KMS its calls', async () => {
  const { encrypt, decrypt } = sdk.buildClient(suites)
  const keyring = new sdk.KmsKeyringNode({ generatorKeyId: await newKey(), clientProvider })
  const materials = new sdk.NodeCachingMaterialsManager({
    backingMaterials: keyring,
    cache: sdk.getLocalCryptographicMaterialsCache(100),
    maxAge: 60_000,
    maxMessagesEncrypted: 100,
  })
  const counted = async () => {
    const metrics = (await house.ask('GET', 'metrics')).text
    const lines = metrics.split('\n').filter((line) => /GenerateDataKey/.test(line))
    return lines.map((line) => Number(line.split(' ').at(-1))).reduce((a, b) => Math.max(a, b), 0)
  }
  const before = await counted()
  for (let i = 0; i < 10; i++) {
    const { result } = await encrypt(materials, Buffer.from(`message ${i}`), { encryptionContext })
    const { plaintext: opened } = await decrypt(materials, result)
    assert.equal(opened.toString(), `message ${i}`)
  }
  assert.equal((await counted()) - before, 1)
})
