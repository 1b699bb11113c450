import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { LookupEventsCommand } from '@aws-sdk/client-cloudtrail'
import { type Account, allow, openAccount, policy } from '../../../test/account.ts'

let account: Account
before(async () => {
  account = await openAccount()
})
after(() => account.close())

const Password = 'First-Password-1'

const violates = (call: readonly ['iam', string, object], message: string | RegExp) =>
  account.refuses(call, 'PasswordPolicyViolation', 400, message)

test('a login profile is made, told, changed and deleted', async () => {
  const UserName = 'ada'
  await account.iam('CreateUser', { UserName })
  await account.refuses(
    ['iam', 'GetLoginProfile', { UserName }],
    'NoSuchEntity',
    404,
    'Login Profile for User ada cannot be found.',
  )
  const create = { UserName, Password, PasswordResetRequired: true }
  const made = (await account.iam('CreateLoginProfile', create)).LoginProfile
  assert.deepEqual([made.UserName, made.PasswordResetRequired], [UserName, true])
  await account.refuses(
    ['iam', 'CreateLoginProfile', create],
    'EntityAlreadyExists',
    409,
    'Login Profile for user ada already exists.',
  )
  await account.iam('UpdateLoginProfile', { UserName, PasswordResetRequired: false })
  await account.iam('UpdateUser', { UserName, NewUserName: 'lovelace' })
  const { LoginProfile } = await account.iam('GetLoginProfile', { UserName: 'lovelace' })
  assert.equal(LoginProfile.PasswordResetRequired, false)
  assert.deepEqual(LoginProfile.CreateDate, made.CreateDate)
  await account.refuses(
    ['iam', 'DeleteUser', { UserName: 'lovelace' }],
    'DeleteConflict',
    409,
    'Cannot delete entity, must delete login profile first.',
  )
  await account.iam('DeleteLoginProfile', { UserName: 'lovelace' })
  for (const operation of ['DeleteLoginProfile', 'UpdateLoginProfile'])
    await account.refuses(
      ['iam', operation, { UserName: 'lovelace' }],
      'NoSuchEntity',
      404,
      'Login Profile for User lovelace cannot be found.',
    )
  await account.iam('DeleteUser', { UserName: 'lovelace' })
  await account.refuses(
    ['iam', 'CreateLoginProfile', { UserName: 'nobody', Password }],
    'NoSuchEntity',
    404,
    'The user with name nobody cannot be found.',
  )
})

test('AWS’s default policy holds where the account has none', async () => {
  const UserName = 'plain'
  await account.iam('CreateUser', { UserName })
  await account.iam('CreateAccountAlias', { AccountAlias: 'my-company-1' })
  const create = (password: string) =>
    ['iam', 'CreateLoginProfile', { UserName, Password: password }] as const
  await violates(create('Sh0rt!x'), 'Password should have a minimum length of 8')
  await violates(
    create('onlysmall1'),
    'Password should meet 1 more of the following requirements: Password should have at least one uppercase letter, Password should have at least one symbol',
  )
  await violates(
    create('        '),
    /^Password should meet 3 more of the following requirements: .*uppercase.*lowercase.*number.*symbol$/,
  )
  await violates(create('my-company-1'), /account name/)
  await account.refuses(create('Ūnicode-1-x'), 'ValidationError', 400, /password/)
  await account.refuses(create('Aa1-'.repeat(33)), 'ValidationError', 400, /password/)
  await account.iam('CreateLoginProfile', { UserName, Password: 'Small-and-Big' })
})

test('the account’s policy is enforced from then on', async () => {
  const UserName = 'strict'
  await account.iam('CreateUser', { UserName })
  await account.iam('CreateLoginProfile', { UserName, Password })
  await account.iam('UpdateAccountPasswordPolicy', {
    MinimumPasswordLength: 12,
    RequireSymbols: true,
    RequireNumbers: true,
    RequireUppercaseCharacters: true,
    RequireLowercaseCharacters: true,
    PasswordReusePrevention: 2,
  })
  const update = (password: string) =>
    ['iam', 'UpdateLoginProfile', { UserName, Password: password }] as const
  for (const [password, message] of [
    ['Short-Pass1', 'Password should have a minimum length of 12'],
    ['small-letters-1', 'Password should have at least one uppercase letter'],
    ['BIG-LETTERS-1', 'Password should have at least one lowercase letter'],
    ['No-Number-Here', 'Password should have at least one number'],
    ['NoSymbolsHere1', 'Password should have at least one symbol'],
  ] as const)
    await violates(update(password), message)
  const reuse = 'Policy constraint violation with password reuse prevention during password change.'
  await violates(update(Password), reuse)
  await account.iam('UpdateLoginProfile', { UserName, Password: 'Second-Password-2' })
  await violates(update(Password), reuse)
  await account.iam('UpdateLoginProfile', { UserName, Password: 'Third-Password-3' })
  await account.iam('UpdateLoginProfile', { UserName, Password })
  await account.iam('DeleteAccountPasswordPolicy')
})

test('users change their own passwords when policy or account lets them', async () => {
  const UserName = 'self'
  const keys = await account.user(UserName)
  await account.iam('CreateLoginProfile', { UserName, Password, PasswordResetRequired: true })
  const change = (OldPassword: string, NewPassword: string) =>
    ['iam', 'ChangePassword', { OldPassword, NewPassword }, keys] as const
  await account.refuses(
    change(Password, 'Second-Password-2'),
    'AccessDenied',
    403,
    /not authorized to perform: iam:ChangePassword on resource: user self/,
  )
  await account.iam('UpdateAccountPasswordPolicy', { AllowUsersToChangePassword: true })
  await account.refuses(
    change('Wrong-Password-9', 'Second-Password-2'),
    'AccessDenied',
    403,
    'The old password was incorrect.',
  )
  await account.refuses(change(Password, 'tiny'), 'PasswordPolicyViolation', 400, /minimum/)
  await account.iam('ChangePassword', change(Password, 'Second-Password-2')[2], keys)
  const { LoginProfile } = await account.iam('GetLoginProfile', { UserName })
  assert.equal(LoginProfile.PasswordResetRequired, false)
  await account.refuses(change(Password, Password), 'AccessDenied', 403, /incorrect/)
  await account.iam('GetAccountPasswordPolicy', {}, keys)
  await account.iam('PutUserPolicy', {
    UserName,
    PolicyName: 'never',
    PolicyDocument: policy({ ...allow('iam:ChangePassword'), Effect: 'Deny' }),
  })
  await account.refuses(change('Second-Password-2', Password), 'AccessDenied', 403, /explicit deny/)
  await account.iam('DeleteUserPolicy', { UserName, PolicyName: 'never' })
  await account.iam('DeleteAccountPasswordPolicy')
  await account.refuses(change('Second-Password-2', Password), 'AccessDenied', 403, /authorized/)
  await account.refuses(
    ['iam', 'ChangePassword', { OldPassword: Password, NewPassword: Password }],
    'InvalidUserType',
    400,
    /Only IAM Users/,
  )
})

test('of two changes that know the same old password, one wins', async () => {
  const UserName = 'racing'
  const keys = await account.user(UserName, 'iam:ChangePassword')
  await account.iam('CreateLoginProfile', { UserName, Password })
  const change = (NewPassword: string) =>
    account.iam('ChangePassword', { OldPassword: Password, NewPassword }, keys)
  const both = await Promise.allSettled([change('Second-Password-2'), change('Third-Password-3')])
  assert.equal(both.filter(({ status }) => status === 'fulfilled').length, 1)
})

test('no password reaches the event log', async () => {
  const { cloudtrail } = account.house.as()
  let text = ''
  let NextToken: string | undefined
  do {
    const page = await cloudtrail.send(new LookupEventsCommand({ MaxResults: 50, NextToken }))
    text += page.Events?.map((event) => event.CloudTrailEvent).join('\n')
    NextToken = page.NextToken
  } while (NextToken !== undefined)
  assert.match(text, /"eventName":"ChangePassword"/)
  assert.doesNotMatch(text, /Password-\d|argon2/)
})
