import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Cognito, installCognito, newPool, refused } from './pools.test-support.ts'

let cognito: Cognito
before(async () => {
  cognito = await installCognito()
})
after(() => cognito.close())

test('a pool tells its settings back, with the defaults of those that were not given', async () => {
  const { idp } = cognito
  const { UserPool } = await idp.createUserPool({
    PoolName: 'people',
    AutoVerifiedAttributes: ['email'],
    AliasAttributes: ['email'],
    UsernameConfiguration: { CaseSensitive: false },
    UserPoolTags: { team: 'blue' },
    Schema: [
      { Name: 'email', Required: true },
      { Name: 'tier', AttributeDataType: 'Number', NumberAttributeConstraints: { MaxValue: '9' } },
    ],
  })
  const { UserPool: told } = await idp.describeUserPool({ UserPoolId: UserPool!.Id! })
  assert.deepEqual(told, UserPool)
  assert.match(told!.Id!, /^us-east-1_[A-Za-z0-9]{9}$/)
  assert.equal(told!.Arn, `arn:aws:cognito-idp:us-east-1:000000000000:userpool/${told!.Id}`)
  assert.deepEqual(told!.Policies?.PasswordPolicy, {
    MinimumLength: 8,
    RequireUppercase: true,
    RequireLowercase: true,
    RequireNumbers: true,
    RequireSymbols: true,
    TemporaryPasswordValidityDays: 7,
  })
  assert.equal(told!.MfaConfiguration, 'OFF')
  assert.equal(told!.UserPoolTier, 'ESSENTIALS')
  assert.deepEqual(told!.UserPoolTags, { team: 'blue' })
  assert.deepEqual(told!.UsernameConfiguration, { CaseSensitive: false })
  const schema = new Map(told!.SchemaAttributes!.map((one) => [one.Name, one]))
  assert.equal(schema.get('email')!.Required, true)
  assert.equal(schema.get('sub')!.Mutable, false)
  assert.deepEqual(schema.get('custom:tier')!.NumberAttributeConstraints, { MaxValue: '9' })
})

test('an update replaces settings; what it does not say goes back to the default', async () => {
  const { idp } = cognito
  const UserPoolId = await newPool(cognito, {
    Policies: { PasswordPolicy: { MinimumLength: 12 } },
    DeletionProtection: 'ACTIVE',
  })
  await idp.updateUserPool({ UserPoolId, EmailVerificationSubject: 'Hello', PoolName: 'renamed' })
  const { UserPool } = await idp.describeUserPool({ UserPoolId })
  assert.equal(UserPool!.Name, 'renamed')
  assert.equal(UserPool!.Policies?.PasswordPolicy?.MinimumLength, 8)
  assert.equal(UserPool!.DeletionProtection, 'INACTIVE')
  assert.equal(UserPool!.VerificationMessageTemplate?.EmailSubject, 'Hello')
})

test('deletion protection keeps a pool; a deleted one is gone', async () => {
  const { idp } = cognito
  const UserPoolId = await newPool(cognito, { DeletionProtection: 'ACTIVE' })
  await assert.rejects(
    idp.deleteUserPool({ UserPoolId }),
    refused('InvalidParameterException', /^The user pool cannot be deleted because deletion/),
  )
  await idp.updateUserPool({ UserPoolId, DeletionProtection: 'INACTIVE' })
  await idp.deleteUserPool({ UserPoolId })
  await assert.rejects(
    idp.describeUserPool({ UserPoolId }),
    refused('ResourceNotFoundException', `User pool ${UserPoolId} does not exist.`),
  )
})

test('pools are listed page by page, and a forged token is refused', async () => {
  const { idp } = cognito
  const made = new Set([await newPool(cognito), await newPool(cognito), await newPool(cognito)])
  let NextToken: string | undefined
  do {
    const page = await idp.listUserPools({ MaxResults: 2, NextToken })
    assert.ok(page.UserPools!.length <= 2)
    for (const { Id } of page.UserPools!) made.delete(Id!)
    NextToken = page.NextToken
  } while (NextToken !== undefined)
  assert.equal(made.size, 0)
  await assert.rejects(
    idp.listUserPools({ MaxResults: 2, NextToken: 'forged' }),
    refused('InvalidParameterException', 'Invalid pagination token.'),
  )
})

test('custom attributes are added once, never required', async () => {
  const { idp } = cognito
  const UserPoolId = await newPool(cognito)
  const CustomAttributes = [{ Name: 'shoe', AttributeDataType: 'String' as const }]
  await idp.addCustomAttributes({ UserPoolId, CustomAttributes })
  await assert.rejects(
    idp.addCustomAttributes({ UserPoolId, CustomAttributes }),
    refused(
      'InvalidParameterException',
      'custom:shoe: Existing attribute already has name custom:shoe.',
    ),
  )
  await assert.rejects(
    idp.addCustomAttributes({
      UserPoolId,
      CustomAttributes: [{ Name: 'hat', AttributeDataType: 'String', Required: true }],
    }),
    refused('InvalidParameterException', 'Required custom attributes are not supported currently.'),
  )
})

test('settings that contradict each other are refused, and so is bad input', async () => {
  const { idp } = cognito
  const PoolName = 'odd'
  for (const [more, name, message] of [
    [
      { AliasAttributes: ['email'], UsernameAttributes: ['email'] },
      'InvalidParameterException',
      /^Only one of the aliasAttributes or usernameAttributes/,
    ],
    [
      { Policies: { PasswordPolicy: { MinimumLength: 5 } } },
      'InvalidParameterException',
      /^1 validation error detected: Value '5' at 'policies.passwordPolicy.minimumLength'/,
    ],
    [
      { UserPoolAddOns: { AdvancedSecurityMode: 'ENFORCED' } },
      'FeatureUnavailableInTierException',
      /not available in the ESSENTIALS tier/,
    ],
    [{ MfaConfiguration: 'ON' }, 'InvalidParameterException', /^SMS configuration/],
  ] as const)
    await assert.rejects(
      idp.createUserPool({ PoolName, ...(more as object) }),
      refused(name, message),
    )
})

test('tags are added and taken away', async () => {
  const { idp } = cognito
  const UserPoolId = await newPool(cognito, { UserPoolTags: { a: '1' } })
  const ResourceArn = `arn:aws:cognito-idp:us-east-1:000000000000:userpool/${UserPoolId}`
  await idp.tagResource({ ResourceArn, Tags: { b: '2' } })
  await idp.untagResource({ ResourceArn, TagKeys: ['a'] })
  assert.deepEqual((await idp.listTagsForResource({ ResourceArn })).Tags, { b: '2' })
})

test('second factors are configured, and need a factor', async () => {
  const { idp } = cognito
  const UserPoolId = await newPool(cognito)
  await assert.rejects(
    idp.setUserPoolMfaConfig({ UserPoolId, MfaConfiguration: 'ON' }),
    refused('InvalidParameterException', /without configuring an MFA/),
  )
  await idp.setUserPoolMfaConfig({
    UserPoolId,
    MfaConfiguration: 'OPTIONAL',
    SoftwareTokenMfaConfiguration: { Enabled: true },
  })
  const told = await idp.getUserPoolMfaConfig({ UserPoolId })
  assert.deepEqual(told.SoftwareTokenMfaConfiguration, { Enabled: true })
  assert.equal((await idp.describeUserPool({ UserPoolId })).UserPool!.MfaConfiguration, 'OPTIONAL')
})
