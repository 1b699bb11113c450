import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Account, allow, openAccount, policy } from '../../../test/account.ts'
import { accessKeys } from './access-key-records.ts'
import { newAccessKey } from './access-keys.ts'

let account: Account
before(async () => {
  account = await openAccount()
})
after(() => account.close())

test('an account has one alias, and no other account has it', async () => {
  const aliases = async () => (await account.iam('ListAccountAliases')).AccountAliases
  assert.deepEqual(await aliases(), [])
  await account.iam('CreateAccountAlias', { AccountAlias: 'first' })
  await account.iam('CreateAccountAlias', { AccountAlias: 'second' })
  await account.iam('CreateAccountAlias', { AccountAlias: 'second' })
  assert.deepEqual(await aliases(), ['second'])

  const { app } = account.house
  const { clock, random } = app.house
  const other = '222222222222'
  const key = newAccessKey(other, other, { random, now: () => new Date(clock.now()) })
  const store = app.store.storeFor({ account: other, region: 'us-east-1' })
  await store.transaction((tx) => tx.of(accessKeys).create(key))
  const keys = { accessKeyId: key.id, secretAccessKey: key.secret }
  await account.refuses(
    ['iam', 'CreateAccountAlias', { AccountAlias: 'second' }, keys],
    'EntityAlreadyExists',
    409,
    'The account alias second already exists.',
  )
  await account.refuses(
    ['iam', 'DeleteAccountAlias', { AccountAlias: 'second' }, keys],
    'NoSuchEntity',
    404,
    'The account alias second cannot be found.',
  )
  await account.iam('CreateAccountAlias', { AccountAlias: 'first' }, keys)
  await account.iam('DeleteAccountAlias', { AccountAlias: 'second' })
  assert.deepEqual(await aliases(), [])
  for (const AccountAlias of [
    'Capital',
    '-a',
    'a-',
    'ab--c',
    'ab',
    'x'.repeat(64),
    '123456789012x_',
  ])
    await account.refuses(
      ['iam', 'CreateAccountAlias', { AccountAlias }],
      'ValidationError',
      400,
      /accountAlias/,
    )
})

test('a password policy is replaced whole, and told with what follows from it', async () => {
  await account.refuses(
    ['iam', 'GetAccountPasswordPolicy'],
    'NoSuchEntity',
    404,
    'The Password Policy with domain name 000000000000 cannot be found.',
  )
  await account.iam('UpdateAccountPasswordPolicy', {
    MinimumPasswordLength: 12,
    RequireSymbols: true,
    MaxPasswordAge: 90,
    PasswordReusePrevention: 5,
    HardExpiry: true,
  })
  const get = async () => (await account.iam('GetAccountPasswordPolicy')).PasswordPolicy
  const defaults = {
    MinimumPasswordLength: 6,
    RequireSymbols: false,
    RequireNumbers: false,
    RequireUppercaseCharacters: false,
    RequireLowercaseCharacters: false,
    AllowUsersToChangePassword: false,
    ExpirePasswords: false,
  }
  assert.deepEqual(await get(), {
    ...defaults,
    MinimumPasswordLength: 12,
    RequireSymbols: true,
    ExpirePasswords: true,
    MaxPasswordAge: 90,
    PasswordReusePrevention: 5,
    HardExpiry: true,
  })
  for (const more of [
    { MinimumPasswordLength: 5 },
    { MinimumPasswordLength: 129 },
    { MaxPasswordAge: 0 },
    { MaxPasswordAge: 1_096 },
    { PasswordReusePrevention: 25 },
  ])
    await account.refuses(
      ['iam', 'UpdateAccountPasswordPolicy', more],
      'ValidationError',
      400,
      /Member must have value/,
    )
  await account.iam('UpdateAccountPasswordPolicy')
  assert.deepEqual(await get(), defaults)
  await account.iam('DeleteAccountPasswordPolicy')
  await account.refuses(
    ['iam', 'DeleteAccountPasswordPolicy'],
    'NoSuchEntity',
    404,
    'The account policy with name PasswordPolicy cannot be found.',
  )
})

test('the summary counts what is there', async () => {
  const summary = async () => (await account.iam('GetAccountSummary')).SummaryMap
  const before = await summary()
  assert.deepEqual(
    [before.UsersQuota, before.VersionsPerPolicyQuota, before.AccountAccessKeysPresent],
    [5_000, 5, 1],
  )
  await account.iam('CreateUser', { UserName: 'counted' })
  const PolicyDocument = policy(allow('s3:*'))
  const { Policy } = await account.iam('CreatePolicy', { PolicyName: 'counted', PolicyDocument })
  await account.iam('CreatePolicyVersion', { PolicyArn: Policy.Arn, PolicyDocument })
  const now = await summary()
  for (const [name, more] of [
    ['Users', 1],
    ['Policies', 1],
    ['PolicyVersionsInUse', 2],
    ['Groups', 0],
  ] as const)
    assert.equal(now[name], before[name] + more, name)
})
