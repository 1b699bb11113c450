import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Account, allow, openAccount, policy, trusting } from '../../../test/account.ts'

let account: Account
before(async () => {
  account = await openAccount()
})
after(() => account.close())

const PolicyDocument = policy(allow('s3:*'))
const readOnly = 'arn:aws:iam::aws:policy/ReadOnlyAccess'
const arn = (path: string) => `arn:aws:iam::000000000000:policy/${path}`

interface Listed {
  readonly PolicyName: string
  readonly Arn: string
}
const names = (policies: readonly Listed[]) => policies.map(({ PolicyName }) => PolicyName)

test('a managed policy: shape, counts of use, description only where AWS tells it', async () => {
  const { Policy } = await account.iam('CreatePolicy', {
    PolicyName: 'Deploy',
    Path: '/ci/',
    PolicyDocument,
    Description: 'deploys',
  })
  assert.match(Policy.PolicyId, /^ANPA[A-Z2-7]{17}$/)
  assert.equal(Policy.Arn, arn('ci/Deploy'))
  assert.deepEqual(
    [Policy.DefaultVersionId, Policy.AttachmentCount, Policy.PermissionsBoundaryUsageCount],
    ['v1', 0, 0],
  )
  assert.deepEqual([Policy.IsAttachable, Policy.CreateDate], [true, Policy.UpdateDate])
  assert.equal(
    (await account.iam('GetPolicy', { PolicyArn: Policy.Arn })).Policy.Description,
    'deploys',
  )
  const { Policies } = await account.iam('ListPolicies', { PathPrefix: '/ci/' })
  assert.deepEqual([names(Policies), Policies[0].Description], [['Deploy'], undefined])
  await account.refuses(
    ['iam', 'CreatePolicy', { PolicyName: 'DEPLOY', PolicyDocument }],
    'EntityAlreadyExists',
    409,
    'A policy called DEPLOY already exists. Duplicate names are not allowed.',
  )
  await account.refuses(
    ['iam', 'GetPolicy', { PolicyArn: arn('none') }],
    'NoSuchEntity',
    404,
    `Policy ${arn('none')} was not found.`,
  )
})

test('documents that IAM does not take', async () => {
  const create = (document: string) =>
    ['iam', 'CreatePolicy', { PolicyName: 'never', PolicyDocument: document }] as const
  for (const document of [
    'no json',
    '{"Version":"2012-10-17"}',
    policy({ Effect: 'Perhaps', Action: 's3:*', Resource: '*' }),
    policy({ Effect: 'Allow', Principal: '*', Action: 's3:*', Resource: '*' }),
    policy({ Effect: 'Allow', Action: 'nocolon', Resource: '*' }),
    policy({ Effect: 'Allow', Action: 's3:*', Resource: 'no-arn' }),
    JSON.stringify({ Version: '2020-01-01', Statement: [] }),
  ])
    await account.refuses(create(document), 'MalformedPolicyDocument', 400, /./)
  const long = policy(allow('s3:*', `arn:aws:s3:::${'x'.repeat(6_144)}`))
  await account.refuses(
    create(long),
    'LimitExceeded',
    409,
    'Cannot exceed quota for PolicySize: 6144',
  )
  // White space does not count.
  const spaced = JSON.stringify(JSON.parse(PolicyDocument), null, 10).replace(
    '{',
    `{${' '.repeat(7_000)}`,
  )
  await account.iam('CreatePolicy', { PolicyName: 'spaced', PolicyDocument: spaced })
})

test('who has it: attachments, boundaries, filters, and both at once', async () => {
  const PolicyArn = (await account.iam('CreatePolicy', { PolicyName: 'used', PolicyDocument }))
    .Policy.Arn
  await account.iam('CreatePolicy', { PolicyName: 'unused', PolicyDocument })
  await account.iam('CreateUser', { UserName: 'u1' })
  await account.iam('CreateUser', { UserName: 'u2', Path: '/x/', PermissionsBoundary: PolicyArn })
  await account.iam('CreateGroup', { GroupName: 'g1' })
  await account.iam('CreateRole', { RoleName: 'r1', AssumeRolePolicyDocument: trusting('*') })
  await account.iam('AttachUserPolicy', { UserName: 'u1', PolicyArn })
  await account.iam('AttachUserPolicy', { UserName: 'u1', PolicyArn })
  await account.iam('AttachUserPolicy', { UserName: 'u2', PolicyArn })
  await account.iam('AttachGroupPolicy', { GroupName: 'g1', PolicyArn })
  await account.iam('AttachRolePolicy', { RoleName: 'r1', PolicyArn })
  await account.iam('PutRolePermissionsBoundary', { RoleName: 'r1', PermissionsBoundary: readOnly })
  const { Policy } = await account.iam('GetPolicy', { PolicyArn })
  assert.deepEqual([Policy.AttachmentCount, Policy.PermissionsBoundaryUsageCount], [4, 1])

  const entities = async (more: object) => {
    const { PolicyUsers, PolicyGroups, PolicyRoles } = await account.iam('ListEntitiesForPolicy', {
      PolicyArn,
      ...more,
    })
    return [
      ...PolicyUsers.map(({ UserName }: { UserName: string }) => UserName),
      ...PolicyGroups.map(({ GroupName }: { GroupName: string }) => GroupName),
      ...PolicyRoles.map(({ RoleName }: { RoleName: string }) => RoleName),
    ]
  }
  assert.deepEqual(await entities({}), ['u1', 'u2', 'g1', 'r1'])
  assert.deepEqual(await entities({ EntityFilter: 'Role' }), ['r1'])
  assert.deepEqual(await entities({ PathPrefix: '/x/' }), ['u2'])
  assert.deepEqual(await entities({ PolicyUsageFilter: 'PermissionsBoundary' }), ['u2'])
  await account.iam('DetachUserPolicy', { UserName: 'u2', PolicyArn })
  assert.deepEqual(await entities({ PolicyUsageFilter: 'PermissionsPolicy' }), ['u1', 'g1', 'r1'])
  assert.deepEqual(await entities({}), ['u1', 'u2', 'g1', 'r1'], 'without a filter, both uses')

  const list = async (more: object) => names((await account.iam('ListPolicies', more)).Policies)
  assert.deepEqual(await list({ Scope: 'Local', OnlyAttached: true }), ['used'])
  assert.deepEqual(await list({ PolicyUsageFilter: 'PermissionsBoundary' }), [
    'ReadOnlyAccess',
    'used',
  ])
  assert.ok((await list({ Scope: 'AWS' })).includes('AdministratorAccess'))
  assert.ok(!(await list({ Scope: 'AWS' })).includes('used'))
})

test('a policy of the name of one of AWS does not get lost between pages', async () => {
  await account.iam('CreatePolicy', { PolicyName: 'AdministratorAccess', PolicyDocument })
  const seen: string[] = []
  let Marker: string | undefined
  do {
    const page = await account.iam('ListPolicies', { MaxItems: 1, Marker })
    seen.push(...page.Policies.map(({ Arn }: Listed) => Arn))
    Marker = page.Marker
  } while (Marker !== undefined)
  const all: string[] = (await account.iam('ListPolicies', { MaxItems: 1_000 })).Policies.map(
    ({ Arn }: Listed) => Arn,
  )
  assert.deepEqual(seen, all)
  assert.ok(all.includes(arn('AdministratorAccess')))
})

test('attaching: what is missing, what is not attached, ten are the limit', async () => {
  await account.iam('CreateUser', { UserName: 'holder' })
  const UserName = 'holder'
  const none = arn('none')
  await account.refuses(
    ['iam', 'AttachUserPolicy', { UserName, PolicyArn: none }],
    'NoSuchEntity',
    404,
    `Policy ${none} does not exist or is not attachable.`,
  )
  await account.refuses(
    ['iam', 'DetachUserPolicy', { UserName, PolicyArn: readOnly }],
    'NoSuchEntity',
    404,
    `Policy ${readOnly} was not found.`,
  )
  for (let i = 0; i < 11; i++) {
    const { Policy } = await account.iam('CreatePolicy', { PolicyName: `many${i}`, PolicyDocument })
    if (i < 10) await account.iam('AttachUserPolicy', { UserName, PolicyArn: Policy.Arn })
  }
  await account.refuses(
    ['iam', 'AttachUserPolicy', { UserName, PolicyArn: arn('many10') }],
    'LimitExceeded',
    409,
    'Cannot exceed quota for PoliciesPerUser: 10',
  )
  const page = await account.iam('ListAttachedUserPolicies', { UserName, MaxItems: 4 })
  const rest = await account.iam('ListAttachedUserPolicies', { UserName, Marker: page.Marker })
  assert.equal(page.AttachedPolicies.length + rest.AttachedPolicies.length, 10)
})

test('a policy goes only when nobody has it, in either way, and it has one version', async () => {
  const PolicyArn = (await account.iam('CreatePolicy', { PolicyName: 'going', PolicyDocument }))
    .Policy.Arn
  const stays = (message: string | RegExp) =>
    account.refuses(['iam', 'DeletePolicy', { PolicyArn }], 'DeleteConflict', 409, message)
  await account.iam('CreateUser', { UserName: 'edge', PermissionsBoundary: PolicyArn })
  await stays('Cannot delete a policy attached to entities.')
  await account.iam('DeleteUserPermissionsBoundary', { UserName: 'edge' })
  await account.iam('AttachUserPolicy', { UserName: 'edge', PolicyArn })
  await stays('Cannot delete a policy attached to entities.')
  await account.iam('DetachUserPolicy', { UserName: 'edge', PolicyArn })
  await account.iam('CreatePolicyVersion', { PolicyArn, PolicyDocument })
  await stays(/^This policy has more than one version\. Before you delete a policy,/)
  await account.iam('DeletePolicyVersion', { PolicyArn, VersionId: 'v2' })
  await account.iam('DeletePolicy', { PolicyArn })
  await account.refuses(['iam', 'GetPolicy', { PolicyArn }], 'NoSuchEntity', 404, /was not found/)
})

test("nobody changes AWS's own policies", async () => {
  for (const [operation, more] of [
    ['DeletePolicy', {}],
    ['CreatePolicyVersion', { PolicyDocument }],
    ['SetDefaultPolicyVersion', { VersionId: 'v1' }],
    ['DeletePolicyVersion', { VersionId: 'v1' }],
    ['TagPolicy', { Tags: [{ Key: 'a', Value: 'b' }] }],
  ] as const) {
    const answer = await account.raw('iam', operation, { PolicyArn: readOnly, ...more })
    assert.ok([400, 403].includes(answer.status), `${operation}: ${answer.text}`)
  }
})
