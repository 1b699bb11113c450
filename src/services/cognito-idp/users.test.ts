import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Cognito, inbox, installCognito, newPool, refused } from './pools.test-support.ts'

let cognito: Cognito
before(async () => {
  cognito = await installCognito()
})
after(() => cognito.close())

const email = (Value: string, verified = true) => [
  { Name: 'email', Value },
  { Name: 'email_verified', Value: String(verified) },
]

test('an administrator makes a user, who gets a temporary password by mail', async () => {
  const { idp } = cognito
  const UserPoolId = await newPool(cognito)
  const { User } = await idp.adminCreateUser({
    UserPoolId,
    Username: 'ada',
    UserAttributes: email('ada@example.com'),
    TemporaryPassword: 'Temporary-1',
    DesiredDeliveryMediums: ['EMAIL'],
  })
  assert.equal(User!.UserStatus, 'FORCE_CHANGE_PASSWORD')
  const [message] = await inbox(cognito, 'ada@example.com')
  assert.equal(message!.text, 'Your username is ada and temporary password is Temporary-1.')
  const told = await idp.adminGetUser({ UserPoolId, Username: 'ada' })
  const attributes = new Map(told.UserAttributes!.map(({ Name, Value }) => [Name, Value]))
  assert.match(attributes.get('sub')!, /^[0-9a-f-]{36}$/)
  assert.equal(attributes.get('email_verified'), 'true')
  const bySub = await idp.adminGetUser({ UserPoolId, Username: attributes.get('sub')! })
  assert.equal(bySub.Username, 'ada')
  await assert.rejects(
    idp.adminCreateUser({ UserPoolId, Username: 'ada' }),
    refused('UsernameExistsException', 'User already exists'),
  )
})

test('fifty who want the same name at once: exactly one gets it', async () => {
  const { idp } = cognito
  const UserPoolId = await newPool(cognito)
  const tries = Array.from({ length: 50 }, () =>
    idp.adminCreateUser({ UserPoolId, Username: 'first', MessageAction: 'SUPPRESS' }),
  )
  const ends = await Promise.allSettled(tries)
  assert.equal(ends.filter(({ status }) => status === 'fulfilled').length, 1)
  for (const end of ends)
    if (end.status === 'rejected') assert.equal(end.reason.name, 'UsernameExistsException')
})

test('a password must conform to the policy, which says how', async () => {
  const { idp } = cognito
  const UserPoolId = await newPool(cognito)
  await idp.adminCreateUser({ UserPoolId, Username: 'bob', MessageAction: 'SUPPRESS' })
  for (const [Password, why] of [
    ['Sh0rt!', 'Password not long enough'],
    ['lower-case-1', 'Password must have uppercase characters'],
    ['UPPER-CASE-1', 'Password must have lowercase characters'],
    ['No-Numbers', 'Password must have numeric characters'],
    ['NoSymbols12', 'Password must have symbol characters'],
  ] as const)
    await assert.rejects(
      idp.adminSetUserPassword({ UserPoolId, Username: 'bob', Password, Permanent: true }),
      refused('InvalidPasswordException', `Password did not conform with policy: ${why}`),
    )
  const Password = 'Permanent-1'
  await idp.adminSetUserPassword({ UserPoolId, Username: 'bob', Password, Permanent: true })
  assert.equal((await idp.adminGetUser({ UserPoolId, Username: 'bob' })).UserStatus, 'CONFIRMED')
})

test('passwords of the past are refused where the pool remembers them', async () => {
  const { idp } = cognito
  const UserPoolId = await newPool(cognito, {
    Policies: { PasswordPolicy: { MinimumLength: 8, PasswordHistorySize: 1 } },
  })
  const set = (Password: string) =>
    idp.adminSetUserPassword({ UserPoolId, Username: 'bob', Password, Permanent: true })
  await idp.adminCreateUser({ UserPoolId, Username: 'bob', MessageAction: 'SUPPRESS' })
  await set('first-password')
  await assert.rejects(
    set('first-password'),
    refused('PasswordHistoryPolicyViolationException', /./),
  )
  await set('second-password')
  await set('first-password')
})

test('attributes obey the schema', async () => {
  const { idp } = cognito
  const UserPoolId = await newPool(cognito, {
    Schema: [
      { Name: 'email', Required: true },
      { Name: 'born', AttributeDataType: 'String', Mutable: false },
    ],
  })
  // What is required and missing, the user tells with the first password of its own.
  const { User } = await idp.adminCreateUser({ UserPoolId, Username: 'ian' })
  assert.equal(User?.UserStatus, 'FORCE_CHANGE_PASSWORD')
  const UserAttributes = [...email('eve@example.com'), { Name: 'custom:born', Value: 'Ulm' }]
  await idp.adminCreateUser({ UserPoolId, Username: 'eve', UserAttributes })
  for (const [Name, Value, message] of [
    ['custom:born', 'Bern', /user.custom:born: Attribute cannot be updated/],
    ['custom:none', 'x', /custom:none: Attribute does not exist in the schema/],
    ['email', 'nonsense', /^Invalid email address format.$/],
    ['phone_number', '0123', /^Invalid phone number format.$/],
  ] as const)
    await assert.rejects(
      idp.adminUpdateUserAttributes({
        UserPoolId,
        Username: 'eve',
        UserAttributes: [{ Name, Value }],
      }),
      refused('InvalidParameterException', message),
    )
  await idp.adminUpdateUserAttributes({
    UserPoolId,
    Username: 'eve',
    UserAttributes: [
      { Name: 'email', Value: 'new@example.com' },
      { Name: 'nickname', Value: 'E' },
    ],
  })
  const told = async () =>
    Object.fromEntries(
      (await idp.adminGetUser({ UserPoolId, Username: 'eve' })).UserAttributes!.map((one) => [
        one.Name,
        one.Value,
      ]),
    )
  assert.equal((await told()).email_verified, 'false')
  await idp.adminDeleteUserAttributes({
    UserPoolId,
    Username: 'eve',
    UserAttributeNames: ['nickname'],
  })
  assert.equal((await told()).nickname, undefined)
})

test('addresses serve as names, and as aliases once verified', async () => {
  const { idp } = cognito
  const byMail = await newPool(cognito, { UsernameAttributes: ['email'] })
  await assert.rejects(
    idp.adminCreateUser({ UserPoolId: byMail, Username: 'ada' }),
    refused('InvalidParameterException', 'Username should be an email.'),
  )
  const made = await idp.adminCreateUser({ UserPoolId: byMail, Username: 'ada@example.com' })
  assert.match(made.User!.Username!, /^[0-9a-f-]{36}$/)
  const found = await idp.adminGetUser({ UserPoolId: byMail, Username: 'ada@example.com' })
  assert.equal(found.Username, made.User!.Username)
  await assert.rejects(
    idp.adminCreateUser({ UserPoolId: byMail, Username: 'ada@example.com' }),
    refused('UsernameExistsException', 'An account with the given email already exists.'),
  )

  const UserPoolId = await newPool(cognito, { AliasAttributes: ['email'] })
  const create = (Username: string, verified: boolean, ForceAliasCreation = false) =>
    idp.adminCreateUser({
      UserPoolId,
      Username,
      UserAttributes: email('one@example.com', verified),
      ForceAliasCreation,
    })
  await create('unverified', false)
  const alias = { UserPoolId, Username: 'one@example.com' }
  await assert.rejects(idp.adminGetUser(alias), refused('UserNotFoundException', /./))
  await create('first', true)
  assert.equal((await idp.adminGetUser(alias)).Username, 'first')
  await assert.rejects(
    create('second', true),
    refused('AliasExistsException', 'An account with the email already exists.'),
  )
  await create('second', true, true)
  assert.equal((await idp.adminGetUser(alias)).Username, 'second')
})

test('users are searched by one attribute, whole or by its beginning, page by page', async () => {
  const { idp } = cognito
  const UserPoolId = await newPool(cognito)
  for (const Username of ['anna', 'anton', 'bert', 'berta', 'carl'])
    await idp.adminCreateUser({
      UserPoolId,
      Username,
      UserAttributes: email(`${Username}@example.com`),
      MessageAction: 'SUPPRESS',
    })
  await idp.adminDisableUser({ UserPoolId, Username: 'carl' })
  const search = async (Filter?: string) => {
    const names: string[] = []
    let PaginationToken: string | undefined
    do {
      const page = await idp.listUsers({ UserPoolId, Filter, Limit: 1, PaginationToken })
      names.push(...page.Users!.map(({ Username }) => Username!))
      PaginationToken = page.PaginationToken
    } while (PaginationToken !== undefined)
    return names.sort()
  }
  assert.equal((await search()).length, 5)
  assert.deepEqual(await search('username = "bert"'), ['bert'])
  assert.deepEqual(await search('username ^= "bert"'), ['bert', 'berta'])
  assert.deepEqual(await search('email ^= "an"'), ['anna', 'anton'])
  assert.deepEqual(await search('email ^= "ann"'), ['anna'])
  assert.deepEqual(await search('status = "Disabled"'), ['carl'])
  assert.deepEqual(await search('cognito:user_status = "CONFIRMED"'), [])
  await assert.rejects(
    search('custom:x = "1"'),
    refused('InvalidParameterException', 'Invalid search attribute: custom:x'),
  )
  await assert.rejects(
    search('username bert'),
    refused('InvalidParameterException', 'Error while parsing filter.'),
  )
})

test('users are disabled, enabled and deleted', async () => {
  const { idp } = cognito
  const UserPoolId = await newPool(cognito)
  const who = { UserPoolId, Username: 'zoe' }
  await idp.adminCreateUser({ ...who, MessageAction: 'SUPPRESS' })
  await idp.adminDisableUser(who)
  assert.equal((await idp.adminGetUser(who)).Enabled, false)
  await idp.adminEnableUser(who)
  assert.equal((await idp.adminGetUser(who)).Enabled, true)
  await idp.adminDeleteUser(who)
  for (const call of [idp.adminGetUser(who), idp.adminDeleteUser(who)])
    await assert.rejects(call, refused('UserNotFoundException', 'User does not exist.'))
})

test('a reset needs a verified address, and sends a code there', async () => {
  const { idp } = cognito
  const UserPoolId = await newPool(cognito)
  const who = { UserPoolId, Username: 'max' }
  await idp.adminCreateUser({ ...who, MessageAction: 'SUPPRESS' })
  await idp.adminSetUserPassword({ ...who, Password: 'Permanent-1', Permanent: true })
  await assert.rejects(
    idp.adminResetUserPassword(who),
    refused('InvalidParameterException', /^Cannot reset password for the user as there is no/),
  )
  await idp.adminUpdateUserAttributes({ ...who, UserAttributes: email('max@example.com') })
  await idp.adminResetUserPassword(who)
  assert.equal((await idp.adminGetUser(who)).UserStatus, 'RESET_REQUIRED')
  const [message] = await inbox(cognito, 'max@example.com')
  assert.match(message!.text, /^Your verification code is \d{6}\.$/)
})
