import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { after, before, test } from 'node:test'
import { type Account, openAccount } from '../../../../test/account.ts'
import type { Keys } from '../../../../test/installation.ts'
import { post, proxyCredential, requestMetadata } from '../../../../test/xks-client.ts'
import { bytes, kmsOf, type Loose } from '../calls.test-support.ts'

/** What the specification of the External Key Store Proxy API asks of a proxy. */

let account: Account
let user: Keys
let KeyId: string
before(async () => {
  account = await openAccount()
  user = await account.user('proxy', 'kms:Encrypt', 'kms:Decrypt', 'kms:DescribeKey')
  KeyId = (await kms('CreateKey')).KeyMetadata.KeyId
})
after(() => account.close())
const kms = kmsOf(() => account)

const ask = (path: string, body: string | object, keys: Keys = user, prefix = 'xks/us-east-1') =>
  post(`${account.house.url}/${prefix}/kms/xks/v1/${path}`, proxyCredential(keys), body)

const refused = async (call: ReturnType<typeof ask>, status: number, name: string) => {
  const answer = await call
  assert.equal(answer.body.errorName, name, JSON.stringify(answer.body))
  assert.equal(answer.status, status)
  assert.equal(answer.type, 'application/json')
  assert.match(answer.body.errorMessage ?? 'none', /^[ -~]{1,511}$/)
}

const plaintext = Buffer.from('Hello World!').toString('base64')
const aad = Buffer.from('project=nile,department=marketing').toString('base64')
const encrypting = (more: object = {}) => ({
  requestMetadata: requestMetadata('Encrypt'),
  plaintext,
  encryptionAlgorithm: 'AES_GCM',
  ...more,
})
const decrypting = ({ ciphertextDataIntegrityValue: _, ...parts }: Loose, more: object = {}) => ({
  requestMetadata: requestMetadata('Decrypt'),
  encryptionAlgorithm: 'AES_GCM',
  ...parts,
  ...more,
})
const key = (operation: string, id = KeyId) => `keys/${id}/${operation}`

test('health', async () => {
  const { requestMetadata: full } = { requestMetadata: requestMetadata('KmsHealthCheck') }
  const { kmsOperation, kmsRequestId } = full
  const { status, body } = await ask('health', { requestMetadata: { kmsOperation, kmsRequestId } })
  assert.equal(status, 200)
  assert.ok(Number.isInteger(body.xksProxyFleetSize) && body.xksProxyFleetSize > 0)
  for (const name of ['xksProxyVendor', 'xksProxyModel', 'ekmVendor'])
    assert.equal(typeof body[name], 'string')
  assert.deepEqual(
    body.ekmFleetDetails.map(({ healthStatus }: Loose) => healthStatus),
    ['ACTIVE'],
  )
})

test('metadata tells spec, usage and status', async () => {
  for (const operation of ['DescribeKey', 'CreateKey', 'BulkDescribeKey']) {
    const { body } = await ask(key('metadata'), { requestMetadata: requestMetadata(operation) })
    const keyUsage = ['ENCRYPT', 'DECRYPT']
    assert.deepEqual(body, { keySpec: 'AES_256', keyUsage, keyStatus: 'ENABLED' })
  }
  const signing = await kms('CreateKey', { KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' })
  const id = signing.KeyMetadata.KeyId
  await kms('DisableKey', { KeyId: id })
  const asked = { requestMetadata: requestMetadata('DescribeKey') }
  const { body } = await ask(key('metadata', id), asked)
  assert.deepEqual(body, {
    keySpec: 'RSA_2048',
    keyUsage: ['SIGN', 'VERIFY'],
    keyStatus: 'DISABLED',
  })
})

test('what was encrypted is decrypted, with its additional data, up to the largest sizes', async () => {
  const large = {
    plaintext: randomBytes(4_300).toString('base64'),
    additionalAuthenticatedData: randomBytes(8_192).toString('base64'),
  }
  for (const more of [{}, { additionalAuthenticatedData: aad }, large]) {
    const input: Loose = encrypting({ ...more, ciphertextDataIntegrityValueAlgorithm: 'SHA_256' })
    const { status, body } = await ask(key('encrypt'), input)
    assert.equal(status, 200, JSON.stringify(body))
    const part = (name: string) => Buffer.from(body[name] ?? '', 'base64')
    assert.equal(part('ciphertext').length, Buffer.from(input.plaintext, 'base64').length)
    assert.equal(part('initializationVector').length, 16)
    assert.equal(part('authenticationTag').length, 16)
    assert.ok(part('ciphertextMetadata').length <= 20)
    const digest = createHash('sha256').update(
      Buffer.from(input.additionalAuthenticatedData ?? '', 'base64'),
    )
    for (const name of [
      'ciphertextMetadata',
      'initializationVector',
      'ciphertext',
      'authenticationTag',
    ])
      digest.update(part(name))
    assert.equal(body.ciphertextDataIntegrityValue, digest.digest('base64'))
    const { additionalAuthenticatedData } = input
    const opened = await ask(key('decrypt'), decrypting(body, { additionalAuthenticatedData }))
    assert.deepEqual(opened.body, { plaintext: input.plaintext })
  }
  const { body } = await ask(key('encrypt'), encrypting())
  assert.equal('ciphertextDataIntegrityValue' in body, false)
})

test('nothing is decrypted that is not whole', async () => {
  const bound = { additionalAuthenticatedData: aad }
  const { body } = await ask(key('encrypt'), encrypting(bound))
  const bad = (more: object) =>
    refused(ask(key('decrypt'), decrypting(body, more)), 400, 'InvalidCiphertextException')
  await bad({})
  await bad({ additionalAuthenticatedData: Buffer.from('other').toString('base64') })
  for (const name of [
    'ciphertext',
    'ciphertextMetadata',
    'initializationVector',
    'authenticationTag',
  ]) {
    const changed = Buffer.from(body[name], 'base64')
    changed[changed.length - 1]! ^= 1
    await bad({ ...bound, [name]: changed.toString('base64') })
    await bad({ ...bound, [name]: undefined })
  }
  // The metadata is bound apart from the additional data: neither can stand for the other.
  await bad({
    additionalAuthenticatedData: body.ciphertextMetadata,
    ciphertextMetadata: aad.slice(0, 8),
  })
  await bad({ ...bound, initializationVector: body.initializationVector.slice(0, 16) })
  const other = (await kms('CreateKey')).KeyMetadata.KeyId
  await refused(
    ask(key('decrypt', other), decrypting(body, bound)),
    400,
    'InvalidCiphertextException',
  )
})

test('requests are refused in the words of the specification', async () => {
  const described = { requestMetadata: requestMetadata('DescribeKey') }
  const invalid = (path: string, body: string | object) =>
    refused(ask(path, body), 400, 'ValidationException')
  for (const path of ['health', key('metadata'), key('encrypt'), key('decrypt')])
    for (const body of [
      '{}',
      '{"requestMetadata":{}}',
      '{"requestMetadata":[]}',
      '[]',
      'null',
      '{',
      '',
    ])
      await invalid(path, body)
  await invalid(key('encrypt'), encrypting({ plaintext: undefined }))
  await invalid(key('encrypt'), encrypting({ plaintext: 'no base64' }))
  await invalid(key('encrypt'), encrypting({ encryptionAlgorithm: 'AES_CBC' }))
  await invalid(key('encrypt'), encrypting({ ciphertextDataIntegrityValueAlgorithm: 'MD5' }))
  await invalid(key('encrypt'), encrypting({ additionalAuthenticatedData: 7 }))
  await refused(
    ask(key('encrypt'), encrypting({ plaintext: Buffer.alloc(4_301).toString('base64') })),
    501,
    'UnsupportedOperationException',
  )
  const missing = [
    'non_existing_key',
    '1234abcd-12ab-34cd-56ef-1234567890ab',
    '..',
    'a'.repeat(128),
  ]
  for (const id of missing.filter((one) => one !== '..')) {
    await refused(ask(key('metadata', id), described), 404, 'KeyNotFoundException')
    await refused(ask(key('encrypt', id), encrypting()), 404, 'KeyNotFoundException')
  }
  for (const prefix of ['xks/us-east-1/invalid', 'xks/nowhere', 'xks'])
    await refused(ask('health', described, user, prefix), 404, 'InvalidUriPathException')
  await refused(ask(key('sign'), described), 404, 'InvalidUriPathException')
  const { status } = await fetch(`${account.house.url}/xks/us-east-1/kms/xks/v1/health`)
  assert.equal(status, 405)

  const signing = await kms('CreateKey', { KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' })
  const impotent = key('encrypt', signing.KeyMetadata.KeyId)
  await refused(ask(impotent, encrypting()), 400, 'InvalidKeyUsageException')
  const { KeyMetadata } = await kms('CreateKey')
  await kms('DisableKey', { KeyId: KeyMetadata.KeyId })
  await refused(ask(key('encrypt', KeyMetadata.KeyId), encrypting()), 400, 'InvalidStateException')
})

test('only who signs with the derived secret of a key that is there, and now, is heard', async () => {
  const path = `${account.house.url}/xks/us-east-1/kms/xks/v1/${key('encrypt')}`
  const own = proxyCredential(user)
  const fails = (call: ReturnType<typeof post>) =>
    refused(call, 401, 'AuthenticationFailedException')
  await fails(post(path, { ...own, AccessKeyId: `INVALID${own.AccessKeyId}` }, encrypting()))
  await fails(
    post(path, { ...own, RawSecretAccessKey: `Invalid${own.RawSecretAccessKey}` }, encrypting()),
  )
  await fails(post(path, { ...own, RawSecretAccessKey: user.secretAccessKey }, encrypting()))
  const minutes = (n: number) => Date.now() + n * 60_000
  await fails(post(path, own, encrypting(), minutes(-6)))
  await fails(post(path, own, encrypting(), minutes(6)))
  assert.equal((await post(path, own, encrypting(), minutes(-4))).status, 200)
  const unsigned = await fetch(path, { method: 'POST', body: JSON.stringify(encrypting()) })
  assert.equal(unsigned.status, 401)
  // The derived secret signs for nothing else: it is no credential of the user's.
  await assert.rejects(
    kms('DescribeKey', { KeyId }, { ...user, secretAccessKey: own.RawSecretAccessKey }),
    /signature|InvalidSignature/i,
  )
  const gone = await account.user('gone', 'kms:*')
  await account.iam('UpdateAccessKey', {
    UserName: 'gone',
    AccessKeyId: gone.accessKeyId,
    Status: 'Inactive',
  })
  await fails(post(path, proxyCredential(gone), encrypting()))
})

test('policies decide, and the record names the user and the call of the other KMS', async () => {
  const sealing = await account.user('sealing', 'kms:Encrypt')
  const { body, status } = await ask(
    key('encrypt'),
    encrypting({ additionalAuthenticatedData: aad }),
    sealing,
  )
  assert.equal(status, 200)
  const more = { additionalAuthenticatedData: aad }
  await refused(ask(key('decrypt'), decrypting(body, more), sealing), 403, 'AccessDeniedException')
  const asked = { requestMetadata: requestMetadata('DescribeKey') }
  await refused(ask(key('metadata'), asked, sealing), 403, 'AccessDeniedException')
  const { events } = account.house.app.house.ports
  const { records } = await events.lookup({
    account: '000000000000',
    region: 'us-east-1',
    from: 0,
    to: 8e15,
    limit: 3,
    filter: { key: 'Username', value: 'sealing' },
  })
  const told = records.map((text): Loose => JSON.parse(text))
  assert.deepEqual(
    told.map(({ eventName, errorCode }) => [eventName, errorCode]),
    [
      ['DescribeKey', 'AccessDeniedException'],
      ['Decrypt', 'AccessDeniedException'],
      ['Encrypt', undefined],
    ],
  )
  const [, , encrypted] = told
  assert.equal(encrypted.userIdentity.userName, 'sealing')
  assert.equal(
    encrypted.additionalEventData.xksProxy.kmsRequestId,
    requestMetadata('').kmsRequestId,
  )
  assert.equal(encrypted.requestParameters.plaintext, undefined)
  assert.ok(!JSON.stringify(told).includes(plaintext))
})

test('a policy can give a key to this API only', async () => {
  const digest = createHash('sha256').update(Buffer.from(aad, 'base64')).digest('base64')
  const only = await account.user('only')
  await account.iam('PutUserPolicy', {
    UserName: 'only',
    PolicyName: 'proxy',
    PolicyDocument: JSON.stringify({
      Version: '2012-10-17',
      Statement: {
        Effect: 'Allow',
        Action: 'kms:Encrypt',
        Resource: '*',
        Condition: { StringEquals: { 'kms:EncryptionContext:kms-xks-proxy': digest } },
      },
    }),
  })
  const { status } = await ask(
    key('encrypt'),
    encrypting({ additionalAuthenticatedData: aad }),
    only,
  )
  assert.equal(status, 200)
  await refused(ask(key('encrypt'), encrypting(), only), 403, 'AccessDeniedException')
  await assert.rejects(kms('Encrypt', { KeyId, Plaintext: bytes('x') }, only), /not authorized/)
})
