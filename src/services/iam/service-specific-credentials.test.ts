import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { LookupEventsCommand } from '@aws-sdk/client-cloudtrail'
import { type Account, allow, openAccount, policy } from '../../../test/account.ts'

let account: Account
before(async () => {
  account = await openAccount('--test-clock')
})
after(() => account.close())

const codecommit = 'codecommit.amazonaws.com'
const bedrock = 'bedrock.amazonaws.com'

const create = async (UserName: string, ServiceName: string, more: object = {}) =>
  (await account.iam('CreateServiceSpecificCredential', { UserName, ServiceName, ...more }))
    .ServiceSpecificCredential

test('a password for one service is made, told once, reset and deleted', async () => {
  const UserName = 'ada'
  await account.iam('CreateUser', { UserName })
  const made = await create(UserName, codecommit)
  const { ServiceSpecificCredentialId } = made
  assert.match(ServiceSpecificCredentialId, /^ACCA[A-Z2-7]{17}$/)
  assert.equal(made.ServiceUserName, 'ada-at-000000000000')
  assert.match(made.ServicePassword, /^[A-Za-z0-9+/]{43}=$/)
  const second = await create(UserName, codecommit)
  assert.equal(second.ServiceUserName, 'ada+1-at-000000000000')
  await account.refuses(
    ['iam', 'CreateServiceSpecificCredential', { UserName, ServiceName: codecommit }],
    'LimitExceeded',
    409,
    'Cannot exceed quota for ServiceSpecificCredentialsPerUser: 2',
  )
  const id = { UserName, ServiceSpecificCredentialId }
  const reset = (await account.iam('ResetServiceSpecificCredential', id)).ServiceSpecificCredential
  assert.notEqual(reset.ServicePassword, made.ServicePassword)
  assert.equal(reset.ServiceUserName, made.ServiceUserName)
  await account.iam('UpdateServiceSpecificCredential', { ...id, Status: 'Inactive' })
  const listed = async (input: object) =>
    (await account.iam('ListServiceSpecificCredentials', input)).ServiceSpecificCredentials
  const all: { Status: string; ServicePassword?: string }[] = await listed({ UserName })
  assert.deepEqual(all.map(({ Status }) => Status).sort(), ['Active', 'Inactive'])
  assert.ok(all.every((one) => one.ServicePassword === undefined))
  assert.deepEqual(await listed({ UserName, ServiceName: 'cassandra.amazonaws.com' }), [])
  await account.refuses(
    ['iam', 'DeleteUser', { UserName }],
    'DeleteConflict',
    409,
    'Cannot delete entity, must remove referenced objects first.',
  )
  await account.iam('UpdateUser', { UserName, NewUserName: 'lovelace' })
  await account.iam('CreateUser', { UserName })
  assert.equal((await create(UserName, codecommit)).ServiceUserName, 'ada+2-at-000000000000')
  await account.refuses(
    ['iam', 'DeleteServiceSpecificCredential', id],
    'NoSuchEntity',
    404,
    /cannot be found/,
  )
  const names = (await listed({ AllUsers: true, ServiceName: codecommit })).map(
    (one: { UserName: string }) => one.UserName,
  )
  assert.deepEqual(names.sort(), ['ada', 'lovelace', 'lovelace'])
  await account.refuses(
    ['iam', 'ListServiceSpecificCredentials', { AllUsers: true, UserName }],
    'ValidationError',
    400,
    /AllUsers/,
  )
  await account.iam('DeleteServiceSpecificCredential', { ...id, UserName: 'lovelace' })
  assert.equal((await listed({ UserName: 'lovelace' })).length, 1)
})

test('an API key may expire', async () => {
  const UserName = 'bot'
  await account.iam('CreateUser', { UserName })
  const made = await create(UserName, bedrock, { CredentialAgeDays: 30 })
  assert.equal(made.ServiceCredentialAlias, 'bot-at-000000000000')
  assert.match(made.ServiceCredentialSecret, /^ABSK/)
  assert.equal(made.ServicePassword, undefined)
  assert.equal(made.ExpirationDate - made.CreateDate, 30 * 24 * 3_600_000)
  assert.equal((await create(UserName, bedrock)).ExpirationDate, undefined)
  const statuses = async () => {
    const list = await account.iam('ListServiceSpecificCredentials', { UserName })
    return list.ServiceSpecificCredentials.map(({ Status }: { Status: string }) => Status).sort()
  }
  assert.deepEqual(await statuses(), ['Active', 'Active'])
  await account.house.ask('POST', 'clock', { body: { advanceSeconds: 30 * 24 * 3_600 } })
  assert.deepEqual(await statuses(), ['Active', 'Expired'])
  await account.refuses(
    [
      'iam',
      'CreateServiceSpecificCredential',
      { UserName, ServiceName: codecommit, CredentialAgeDays: 1 },
    ],
    'ValidationError',
    400,
    /CredentialAgeDays/,
  )
})

test('other services are not supported', async () => {
  await account.iam('CreateUser', { UserName: 'odd' })
  for (const ServiceName of ['s3.amazonaws.com', 'constructor', ''])
    await account.refuses(
      ['iam', 'CreateServiceSpecificCredential', { UserName: 'odd', ServiceName }],
      'NotSupportedService',
      404,
      /supported/,
    )
})

test('policies may ask which service a credential is for, and how long it lives', async () => {
  const keys = await account.user('limited')
  const on = (ServiceName: string, more: object = {}) =>
    [
      'iam',
      'CreateServiceSpecificCredential',
      { UserName: 'limited', ServiceName, ...more },
      keys,
    ] as const
  await account.iam('PutUserPolicy', {
    UserName: 'limited',
    PolicyName: 'bedrock-for-a-month',
    PolicyDocument: policy({
      ...allow('iam:*ServiceSpecificCredential'),
      Condition: {
        StringEquals: { 'iam:ServiceSpecificCredentialServiceName': bedrock },
        NumericLessThanEqualsIfExists: { 'iam:ServiceSpecificCredentialAgeDays': '30' },
      },
    }),
  })
  await account.refuses(on(codecommit), 'AccessDenied', 403, /not authorized/)
  await account.refuses(
    on(bedrock, { CredentialAgeDays: 31 }),
    'AccessDenied',
    403,
    /not authorized/,
  )
  const { ServiceSpecificCredential: made } = await account.iam(
    'CreateServiceSpecificCredential',
    on(bedrock, { CredentialAgeDays: 30 })[2],
    keys,
  )
  const theirs = await create('limited', codecommit)
  for (const operation of ['ResetServiceSpecificCredential', 'DeleteServiceSpecificCredential']) {
    const input = { UserName: 'limited' }
    const { ServiceSpecificCredentialId } = theirs
    await account.refuses(
      ['iam', operation, { ...input, ServiceSpecificCredentialId }, keys],
      'AccessDenied',
      403,
      /not authorized/,
    )
    const own = { ...input, ServiceSpecificCredentialId: made.ServiceSpecificCredentialId }
    await account.iam(operation, own, keys)
  }
})

test('no secret reaches the event log', async () => {
  await account.iam('CreateUser', { UserName: 'quiet' })
  const { ServicePassword } = await create('quiet', codecommit)
  const { ServiceCredentialSecret } = await create('quiet', bedrock)
  const { cloudtrail } = account.house.as()
  const { Events = [] } = await cloudtrail.send(new LookupEventsCommand({ MaxResults: 50 }))
  const text = Events.map((event) => event.CloudTrailEvent).join('\n')
  assert.match(text, /quiet-at-000000000000/)
  for (const secret of [ServicePassword, ServiceCredentialSecret]) assert.ok(!text.includes(secret))
})
