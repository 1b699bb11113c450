import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  buildClient,
  CommitmentPolicy,
  getClient,
  KMS,
  KmsKeyringNode,
} from '@aws-crypto/client-node'
import { KMS as Kms } from '@aws-sdk/client-kms'
import { type Functions, functionsFor } from '../../../test/trigger-functions.ts'
import { type Cognito, inbox, installCognito, newPool, refused } from './pools.test-support.ts'

let cognito: Cognito
let functions: Functions
let KMSKeyID: string
before(async () => {
  cognito = await installCognito()
  functions = await functionsFor(cognito.house)
  const { house } = cognito
  const kms = new Kms({ endpoint: house.url, region: 'us-east-1', credentials: house.admin })
  KMSKeyID = (await kms.createKey({})).KeyMetadata!.Arn!
  kms.destroy()
})
after(async () => {
  await functions.close()
  await cognito.close()
})

test('a sender of the pool gets the code encrypted, and nobody else sends it', async () => {
  const { idp, house } = cognito
  const { arn: LambdaArn } = functions
  const CustomEmailSender = { LambdaArn, LambdaVersion: 'V1_0' } as const
  await assert.rejects(
    newPool(cognito, { LambdaConfig: { CustomEmailSender } }),
    refused('InvalidParameterException', /KMSKeyID is required/),
  )
  const UserPoolId = await newPool(cognito, {
    AutoVerifiedAttributes: ['email'],
    LambdaConfig: { CustomEmailSender, KMSKeyID },
  })
  const { UserPoolClient } = await idp.createUserPoolClient({ UserPoolId, ClientName: 'web' })
  const ClientId = UserPoolClient!.ClientId!
  const sent = functions.next()
  await idp.signUp({
    ClientId,
    Username: 'ada',
    Password: 'Permanent-1',
    UserAttributes: [{ Name: 'email', Value: 'ada@example.com' }],
  })
  const event = await sent
  assert.equal(event.triggerSource, 'CustomEmailSender_SignUp')
  assert.equal(event.request.type, 'customEmailSenderRequestV1')
  assert.equal(event.request.userAttributes.email, 'ada@example.com')
  assert.deepEqual(await inbox(cognito, 'ada@example.com'), [])

  const { decrypt } = buildClient(CommitmentPolicy.REQUIRE_ENCRYPT_ALLOW_DECRYPT)
  const clientProvider = getClient(KMS, { endpoint: house.url, credentials: house.admin } as never)
  const keyring = new KmsKeyringNode({ keyIds: [KMSKeyID], clientProvider })
  const { plaintext } = await decrypt(keyring, Buffer.from(event.request.code, 'base64'))
  await idp.confirmSignUp({ ClientId, Username: 'ada', ConfirmationCode: plaintext.toString() })
  const { UserStatus } = await idp.adminGetUser({ UserPoolId, Username: 'ada' })
  assert.equal(UserStatus, 'CONFIRMED')
})
