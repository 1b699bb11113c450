import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Account, openAccount, policy, trusting } from '../../../test/account.ts'

let account: Account
before(async () => {
  account = await openAccount('--test-clock')
})
after(() => account.close())

const AWSServiceName = 'access-analyzer.amazonaws.com'
const RoleName = 'AWSServiceRoleForAccessAnalyzer'
const create = (input: object) => account.iam('CreateServiceLinkedRole', input)
const dueJobs = () => account.house.ask('POST', 'clock', { body: { advanceSeconds: 1 } })

test('a service-linked role is named, trusted and permitted as its service wants', async () => {
  const { Role } = await create({ AWSServiceName, Description: 'watches' })
  assert.equal(Role.Path, '/aws-service-role/access-analyzer.amazonaws.com/')
  assert.equal(Role.RoleName, RoleName)
  assert.equal(Role.Description, 'watches')
  assert.match(decodeURIComponent(Role.AssumeRolePolicyDocument), /access-analyzer\.amazonaws\.com/)
  const { AttachedPolicies } = await account.iam('ListAttachedRolePolicies', { RoleName })
  assert.deepEqual(AttachedPolicies, [
    {
      PolicyName: 'AccessAnalyzerServiceRolePolicy',
      PolicyArn: 'arn:aws:iam::aws:policy/aws-service-role/AccessAnalyzerServiceRolePolicy',
    },
  ])
  await account.refuses(
    ['iam', 'CreateServiceLinkedRole', { AWSServiceName }],
    'InvalidInput',
    400,
    `Service role name ${RoleName} has been taken in this account, please try a different suffix.`,
  )
  await account.refuses(
    ['iam', 'CreateServiceLinkedRole', { AWSServiceName, CustomSuffix: 'two' }],
    'InvalidInput',
    400,
    `Custom suffix is not allowed for ${AWSServiceName}`,
  )
  await account.refuses(
    ['iam', 'CreateServiceLinkedRole', { AWSServiceName: 'none.amazonaws.com' }],
    'InvalidInput',
    400,
    /none\.amazonaws\.com/,
  )
  const autoscaling = { AWSServiceName: 'autoscaling.amazonaws.com' }
  const suffixed = await create({ ...autoscaling, CustomSuffix: 'blue' })
  assert.equal(suffixed.Role.RoleName, 'AWSServiceRoleForAutoScaling_blue')
})

test('only its service changes it; description and tags are everybody’s', async () => {
  const PolicyArn = 'arn:aws:iam::aws:policy/ReadOnlyAccess'
  const PolicyDocument = policy({ Effect: 'Allow', Action: 's3:*', Resource: '*' })
  await account.iam('CreateInstanceProfile', { InstanceProfileName: 'i' })
  for (const [operation, input] of [
    ['AddRoleToInstanceProfile', { InstanceProfileName: 'i' }],
    ['RemoveRoleFromInstanceProfile', { InstanceProfileName: 'i' }],
    ['AttachRolePolicy', { PolicyArn }],
    ['DeleteRole', {}],
    ['DeleteRolePermissionsBoundary', {}],
    ['DeleteRolePolicy', { PolicyName: 'p' }],
    ['DetachRolePolicy', { PolicyArn }],
    ['PutRolePermissionsBoundary', { PermissionsBoundary: PolicyArn }],
    ['PutRolePolicy', { PolicyName: 'p', PolicyDocument }],
    ['UpdateAssumeRolePolicy', { PolicyDocument: trusting('000000000000') }],
    ['UpdateRole', { MaxSessionDuration: 7_200 }],
  ] as const)
    await account.refuses(
      ['iam', operation, { RoleName, ...input }],
      'UnmodifiableEntity',
      400,
      `Cannot perform the operation on the protected role '${RoleName}' - this role is only modifiable by AWS`,
    )
  await account.iam('UpdateRole', { RoleName, Description: 'watches closely' })
  await account.iam('TagRole', { RoleName, Tags: [{ Key: 'team', Value: 'blue' }] })
  const { Role } = await account.iam('GetRole', { RoleName })
  assert.equal(Role.Description, 'watches closely')
})

test('nobody makes a role of the same kind by its path', async () => {
  const AssumeRolePolicyDocument = trusting('000000000000')
  for (const Path of ['/aws-service-role/x.amazonaws.com/', '/aws-reserved/'])
    await account.refuses(
      ['iam', 'CreateRole', { RoleName: 'sly', Path, AssumeRolePolicyDocument }],
      'InvalidInput',
      400,
      /reserved/,
    )
})

test('deletion is a task that can be followed, one at a time', async () => {
  const { DeletionTaskId } = await account.iam('DeleteServiceLinkedRole', { RoleName })
  assert.match(
    DeletionTaskId,
    /^task\/aws-service-role\/access-analyzer\.amazonaws\.com\/AWSServiceRoleForAccessAnalyzer\/[0-9a-f-]{36}$/,
  )
  await dueJobs()
  const status = await account.iam('GetServiceLinkedRoleDeletionStatus', { DeletionTaskId })
  assert.equal(status.Status, 'SUCCEEDED')
  await account.refuses(
    ['iam', 'DeleteServiceLinkedRole', { RoleName }],
    'NoSuchEntity',
    404,
    `The role with name ${RoleName} cannot be found.`,
  )
  await account.refuses(
    ['iam', 'GetServiceLinkedRoleDeletionStatus', { DeletionTaskId: `${DeletionTaskId}x` }],
    'NoSuchEntity',
    404,
    /cannot be found/,
  )
  await create({ AWSServiceName })
})

test('an ordinary role is not deleted as a service-linked one', async () => {
  const AssumeRolePolicyDocument = trusting('000000000000')
  await account.iam('CreateRole', { RoleName: 'plain', AssumeRolePolicyDocument })
  await account.refuses(
    ['iam', 'DeleteServiceLinkedRole', { RoleName: 'plain' }],
    'NoSuchEntity',
    404,
    /plain/,
  )
})

test('the role of organizations stays while the account is a member', async () => {
  const input = { AWSServiceName: 'organizations.amazonaws.com' }
  const { Role } = await create(input)
  const { organizations } = account.house.as()
  const { CreateOrganizationCommand } = await import('@aws-sdk/client-organizations')
  await organizations.send(new CreateOrganizationCommand({ FeatureSet: 'ALL' }))
  const name = { RoleName: Role.RoleName }
  const { DeletionTaskId } = await account.iam('DeleteServiceLinkedRole', name)
  await dueJobs()
  const status = await account.iam('GetServiceLinkedRoleDeletionStatus', { DeletionTaskId })
  assert.equal(status.Status, 'FAILED')
  assert.match(status.Reason.Reason, /organization/)
  assert.equal((await account.iam('GetRole', name)).Role.RoleName, Role.RoleName)
})

test('iam:AWSServiceName says for whom one may make roles', async () => {
  const keys = await account.user('maker')
  await account.iam('PutUserPolicy', {
    UserName: 'maker',
    PolicyName: 'p',
    PolicyDocument: policy({
      Effect: 'Allow',
      Action: 'iam:CreateServiceLinkedRole',
      Resource: '*',
      Condition: { StringEquals: { 'iam:AWSServiceName': 'support.amazonaws.com' } },
    }),
  })
  await account.iam('CreateServiceLinkedRole', { AWSServiceName: 'support.amazonaws.com' }, keys)
  await account.refuses(
    ['iam', 'CreateServiceLinkedRole', { AWSServiceName: 'ecs.amazonaws.com' }, keys],
    'AccessDenied',
    403,
    /iam:CreateServiceLinkedRole/,
  )
})
