import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Account, allow, openAccount, policy, trusting } from '../../../test/account.ts'
import { mapped } from '../../../test/raw-calls.ts'

let account: Account
before(async () => {
  account = await openAccount()
})
after(() => account.close())

const TemplateArn = 'arn:aws:iam::aws:role-template/iam.amazonaws.com/PowerUserRoleTemplate:1'
const values = (given: Record<string, string>) =>
  Object.fromEntries(Object.entries(given).map(([name, value]) => [name, { Values: [value] }]))
const lambda = values({ AWSServiceName: 'lambda.amazonaws.com' })

test('a template is shown with its parameters', async () => {
  const { RoleTemplateVersion } = await account.iam('GetRoleTemplateVersion', { TemplateArn })
  assert.equal(RoleTemplateVersion.TemplateName, 'PowerUserRoleTemplate')
  assert.equal(RoleTemplateVersion.RoleNamePattern, '@{RoleName}')
  assert.deepEqual(
    RoleTemplateVersion.ParametersDefinition.map(
      ({ Name, IsRequired }: { Name: string; IsRequired: boolean }) => [Name, IsRequired],
    ),
    [
      ['AWSServiceName', true],
      ['RoleName', false],
    ],
  )
  for (const input of [{ TemplateArn: `${TemplateArn}1` }, { TemplateArn, MinorVersion: 9 }])
    await account.refuses(
      ['iam', 'GetRoleTemplateVersion', input],
      'NoSuchEntity',
      404,
      /cannot be found/,
    )
})

test('a role is made of a template once, and found again', async () => {
  const { Role } = await account.iam('AcquireRole', { TemplateArn, ReplacementValues: lambda })
  assert.equal(Role.RoleName, 'PowerUserRole')
  assert.deepEqual(Role.SourceRoleTemplate, { TemplateArn, TemplateMinorVersion: 0 })
  assert.match(decodeURIComponent(Role.AssumeRolePolicyDocument), /"lambda\.amazonaws\.com"/)
  const { AttachedPolicies } = await account.iam('ListAttachedRolePolicies', {
    RoleName: 'PowerUserRole',
  })
  assert.equal(AttachedPolicies[0].PolicyArn, 'arn:aws:iam::aws:policy/PowerUserAccess')
  const again = await account.iam('AcquireRole', { TemplateArn, ReplacementValues: lambda })
  assert.equal(again.Role.RoleId, Role.RoleId)
  const other = values({ AWSServiceName: 'events.amazonaws.com' })
  await account.refuses(
    ['iam', 'AcquireRole', { TemplateArn, ReplacementValues: mapped(other) }],
    'NameConflict',
    409,
    /PowerUserRole/,
  )
})

test('values must fit, and cannot write policies', async () => {
  const name =
    'arn:aws:iam::aws:role-template/rum.amazonaws.com/AmazonCloudWatchRUMPutEventsRoleTemplate:1'
  const good = { accountId: '111122223333', identityPool: 'us-east-1:x', region: 'us-east-1' }
  const sly = values({ ...good, appMonitor: 'x","Action":"*","Resource":"*' })
  await account.refuses(
    [
      'iam',
      'AcquireRole',
      { TemplateArn: name, ReplacementValues: mapped({ ...sly, more: { Values: ['x'] } }) },
    ],
    'InvalidInput',
    400,
    /more/,
  )
  const { Role } = await account.iam('AcquireRole', { TemplateArn: name, ReplacementValues: sly })
  const { PolicyDocument } = await account.iam('GetRolePolicy', {
    RoleName: Role.RoleName,
    PolicyName: 'PutRumEvents',
  })
  const [statement] = JSON.parse(decodeURIComponent(PolicyDocument)).Statement
  assert.equal(statement.Action, 'rum:PutRumEvents')
  for (const ReplacementValues of [
    {},
    { AWSServiceName: { Values: ['a.amazonaws.com', 'b.amazonaws.com'] } },
    values({ AWSServiceName: 'lambda.amazonaws.com', RoleName: 'no spaces' }),
  ])
    await account.refuses(
      ['iam', 'AcquireRole', { TemplateArn, ReplacementValues: mapped(ReplacementValues) }],
      'InvalidInput',
      400,
      /./,
    )
})

test('a role of that name that was made by hand is another, and templates can be forbidden', async () => {
  await account.iam('CreateRole', {
    RoleName: 'by-hand',
    AssumeRolePolicyDocument: trusting('000000000000'),
  })
  const ReplacementValues = { ...lambda, RoleName: { Values: ['by-hand'] } }
  await account.refuses(
    ['iam', 'AcquireRole', { TemplateArn, ReplacementValues: mapped(ReplacementValues) }],
    'NameConflict',
    409,
    /by-hand/,
  )
  const keys = await account.user('maker')
  await account.iam('PutUserPolicy', {
    UserName: 'maker',
    PolicyName: 'p',
    PolicyDocument: policy(allow('iam:*'), {
      ...allow('iam:*'),
      Effect: 'Deny',
      Condition: { Null: { 'iam:RoleTemplateARN': 'false' } },
    }),
  })
  const another = { ...lambda, RoleName: { Values: ['another'] } }
  await account.refuses(
    ['iam', 'AcquireRole', { TemplateArn, ReplacementValues: mapped(another) }, keys],
    'AccessDenied',
    403,
    /iam:CreateRole/,
  )
})

test('account properties say whether the role manager is enabled', async () => {
  const enabled = async () =>
    (await account.iam('GetAccountProperties')).Properties['RoleManager/Enabled']
  assert.equal(await enabled(), 'false')
  await account.iam('PutAccountProperties', { Properties: { 'RoleManager/Enabled': 'true' } })
  assert.equal(await enabled(), 'true')
  for (const Properties of [
    { RoleManager: 'true' },
    { 'RoleManager/Enabled': 'yes' },
    { 'RoleManager/Other': 'true' },
    { 'RoleManager/Enabled': 'true', 'Other/Enabled': 'true' },
  ])
    await account.refuses(
      ['iam', 'PutAccountProperties', { Properties: mapped(Properties) }],
      'InvalidInput',
      400,
      /./,
    )
  assert.equal(await enabled(), 'true')
})
