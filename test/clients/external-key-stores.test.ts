import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import tls from 'node:tls'
import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail'
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  IAMClient,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam'
import * as Kms from '@aws-sdk/client-kms'
import type { Egress } from '../../src/kernel/ports.ts'
import { kmsOf, refusedAs } from '../../src/services/kms/calls.test-support.ts'
import { type Account, openAccount } from '../account.ts'
import type { Keys } from '../installation.ts'
import { freePort } from '../ports.ts'
import { tlsIdentity } from '../tls-identity.ts'
import { curl, proxyCredential, requestMetadata } from '../xks-client.ts'
import { type Server, startServer } from './server.ts'

/**
 * One installation keeps the keys of another: the outer one is a process of its own, which serves the
 * External Key Store Proxy API over TLS; the inner one is the KMS that its clients see.
 */

const folder = mkdtempSync(join(tmpdir(), 'sallyport-xks-'))
let outer: Server
let inner: Account
let user: Keys
let outerKms: Kms.KMSClient
before(async () => {
  const { cert, key } = tlsIdentity(folder, 'IP:127.0.0.1')
  const port = await freePort()
  const secure = ['--tls-port', String(port), '--tls-cert', cert, '--tls-key', key]
  outer = await startServer('--store', 'memory', ...secure)
  // What the system would be told of the proxy's authority.
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), readFileSync(cert, 'utf8')])
  user = await userOf(outer, 'inner-kms', ['kms:Encrypt', 'kms:Decrypt', 'kms:DescribeKey'])
  outerKms = new Kms.KMSClient(clientOf(outer, outer.admin))
  inner = await openAccount({
    prepare({ house }) {
      const { egress } = house.ports
      const { post } = egress
      Object.assign(egress, {
        // AWS permits no port in a proxy's name; and a busy machine is no slow proxy.
        post: (url, options) =>
          post(new URL(url.pathname, `https://127.0.0.1:${port}`), {
            ...options,
            patience: 30_000,
          }),
      } satisfies Partial<Egress>)
    },
  })
})
after(async () => {
  outerKms?.destroy()
  await inner?.close()
  await outer?.stop()
  rmSync(folder, { recursive: true, force: true })
})

const clientOf = ({ url }: Server, credentials: Keys) => ({
  endpoint: url,
  region: 'us-east-1',
  credentials,
  maxAttempts: 1,
})

async function userOf(server: Server, UserName: string, Action: string[]): Promise<Keys> {
  const iam = new IAMClient(clientOf(server, server.admin))
  await iam.send(new CreateUserCommand({ UserName }))
  const Statement = { Effect: 'Allow', Action, Resource: '*' }
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement })
  await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'keys', PolicyDocument }))
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }))
  iam.destroy()
  return { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! }
}

const kms = kmsOf(() => inner)

test('the command line prints the configuration that a key store wants', async () => {
  const { code, out } = await outer.sallyport('xks-credential')
  assert.equal(code, 0)
  const { XksProxyUriPath, XksProxyAuthenticationCredential: credential } = JSON.parse(out)
  assert.equal(XksProxyUriPath, '/xks/us-east-1/kms/xks/v1')
  assert.deepEqual(credential, proxyCredential(outer.admin))
  // The forms that CreateCustomKeyStore asks for.
  assert.match(credential.AccessKeyId, /^[A-Z2-7]{20,30}$/)
  assert.match(credential.RawSecretAccessKey, /^[a-zA-Z0-9/+=]{43,64}$/)
})

test('what one encrypts, the other keeps the key of', async () => {
  const made = await kms('CreateCustomKeyStore', {
    CustomKeyStoreName: 'outer',
    CustomKeyStoreType: 'EXTERNAL_KEY_STORE',
    XksProxyUriEndpoint: 'https://outer.example.com',
    XksProxyUriPath: '/xks/us-east-1/kms/xks/v1',
    XksProxyConnectivity: 'PUBLIC_ENDPOINT',
    XksProxyAuthenticationCredential: proxyCredential(user),
  })
  const { CustomKeyStoreId } = made
  await kms('ConnectCustomKeyStore', { CustomKeyStoreId })
  const external = (await outerKms.send(new Kms.CreateKeyCommand({}))).KeyMetadata!.KeyId!
  const Origin = 'EXTERNAL_KEY_STORE'
  const { KeyMetadata } = await kms('CreateKey', { Origin, CustomKeyStoreId, XksKeyId: external })
  const { KeyId } = KeyMetadata

  const EncryptionContext = { team: 'blue' }
  // The largest plaintext that there is, and the smallest.
  for (const Plaintext of [Buffer.alloc(4_096, 7), Buffer.from('x')]) {
    const { CiphertextBlob } = await kms('Encrypt', { KeyId, Plaintext, EncryptionContext })
    const opened = await kms('Decrypt', { CiphertextBlob, EncryptionContext })
    assert.deepEqual(Buffer.from(opened.Plaintext), Plaintext)
    await assert.rejects(
      kms('Decrypt', { CiphertextBlob }),
      refusedAs('KMSInvalidStateException', /is corrupted, missing, or otherwise invalid/),
    )
  }
  const dataKey = await kms('GenerateDataKey', { KeyId, KeySpec: 'AES_256', EncryptionContext })
  const { CiphertextBlob } = dataKey
  const opened = await kms('Decrypt', { CiphertextBlob, EncryptionContext })
  assert.deepEqual(opened.Plaintext, dataKey.Plaintext)

  // Both logs tell of it: the outer one by its own user, with the id of the inner call.
  const cloudtrail = new CloudTrailClient(clientOf(outer, outer.admin))
  const { Events = [] } = await cloudtrail.send(
    new LookupEventsCommand({
      LookupAttributes: [{ AttributeKey: 'Username', AttributeValue: 'inner-kms' }],
    }),
  )
  cloudtrail.destroy()
  const records = Events.map(({ CloudTrailEvent = '' }) => JSON.parse(CloudTrailEvent))
  const decrypted = records.find(({ eventName }) => eventName === 'Decrypt')
  assert.equal(decrypted.additionalEventData.xksProxy.kmsRequestId, opened.$metadata.requestId)
  assert.equal(decrypted.additionalEventData.xksProxy.kmsKeyArn, KeyMetadata.Arn)

  // The outer installation has the last word.
  await outerKms.send(new Kms.DisableKeyCommand({ KeyId: external }))
  await assert.rejects(
    kms('Decrypt', { CiphertextBlob, EncryptionContext }),
    refusedAs('KMSInvalidStateException', /is not enabled in the external key manager/),
  )
  await outerKms.send(new Kms.EnableKeyCommand({ KeyId: external }))
  await outerKms.send(
    new Kms.PutKeyPolicyCommand({
      KeyId: external,
      Policy: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { AWS: 'arn:aws:iam::000000000000:root' },
            Action: 'kms:*',
            Resource: '*',
          },
          {
            Effect: 'Deny',
            Principal: { AWS: 'arn:aws:iam::000000000000:user/inner-kms' },
            Action: 'kms:Decrypt',
            Resource: '*',
          },
        ],
      }),
    }),
  )
  await assert.rejects(
    kms('Decrypt', { CiphertextBlob, EncryptionContext }),
    refusedAs('KMSInvalidStateException', /denied access to the operation/),
  )
})

test('curl, signing by itself, is a client of the proxy', async () => {
  const ask = (path: string, body: object, credential = proxyCredential(user)) =>
    curl(`${outer.url}/xks/us-east-1/kms/xks/v1/${path}`, credential, body)
  const { KeyMetadata } = await outerKms.send(new Kms.CreateKeyCommand({}))
  const key = `keys/${KeyMetadata!.KeyId}`
  const asked = { requestMetadata: requestMetadata('Encrypt'), encryptionAlgorithm: 'AES_GCM' }
  const health = await ask('health', asked)
  assert.equal(health.body.ekmFleetDetails[0].healthStatus, 'ACTIVE')
  const plaintext = Buffer.alloc(4_096, 'x').toString('base64')
  const additionalAuthenticatedData = Buffer.alloc(8_192, 'y').toString('base64')
  const input = { ...asked, plaintext, additionalAuthenticatedData }
  const { body } = await ask(`${key}/encrypt`, input)
  const opened = await ask(`${key}/decrypt`, { ...asked, ...body, additionalAuthenticatedData })
  assert.deepEqual(opened.body, { plaintext })
  const wrong = { ...proxyCredential(user), RawSecretAccessKey: 'x'.repeat(44) }
  const refused = await ask(`${key}/encrypt`, input, wrong)
  assert.equal(refused.status, 401)
  assert.equal(refused.body.errorName, 'AuthenticationFailedException')
})
