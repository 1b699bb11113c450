import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, test } from 'node:test'
import { type Account, openAccount } from '../../../../test/account.ts'

let account: Account
const OWN = '000000000000'
const user = `arn:aws:iam::${OWN}:user/team/ada`
const group = `arn:aws:iam::${OWN}:group/team`
const role = `arn:aws:iam::${OWN}:role/job`
const managed = (name: string) => `arn:aws:iam::${OWN}:policy/${name}`

const document = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement })
const allow = (Action: string, more: object = {}) => ({
  Effect: 'Allow',
  Action,
  Resource: '*',
  ...more,
})

before(async () => {
  account = await openAccount()
  const { iam } = account
  const policy = async (PolicyName: string, ...statements: object[]) =>
    iam('CreatePolicy', { PolicyName, PolicyDocument: document(...statements) })
  await policy('reads', allow('s3:Get*'))
  await policy('limit', allow('s3:*'), allow('sqs:*'))
  await iam('CreateUser', {
    UserName: 'ada',
    Path: '/team/',
    Tags: [{ Key: 'team', Value: 'red' }],
  })
  await iam('CreateGroup', { GroupName: 'team' })
  await iam('AddUserToGroup', { UserName: 'ada', GroupName: 'team' })
  await iam('AttachUserPolicy', { UserName: 'ada', PolicyArn: managed('reads') })
  const home = 'arn:aws:s3:::home/${aws:username}/*'
  const own = { Condition: { StringEquals: { 'aws:PrincipalTag/team': 'red' } }, Resource: home }
  await iam('PutUserPolicy', {
    UserName: 'ada',
    PolicyName: 'home',
    PolicyDocument: document(allow('s3:PutObject', own)),
  })
  await iam('PutGroupPolicy', {
    GroupName: 'team',
    PolicyName: 'queues',
    PolicyDocument: document(
      allow('sqs:*', { Condition: { Bool: { 'aws:SecureTransport': 'true' } } }),
    ),
  })
  const AssumeRolePolicyDocument = document({
    Effect: 'Allow',
    Action: 'sts:AssumeRole',
    Principal: { AWS: OWN },
  })
  await iam('CreateRole', { RoleName: 'job', AssumeRolePolicyDocument })
  await iam('PutRolePolicy', {
    RoleName: 'job',
    PolicyName: 'all',
    PolicyDocument: document(allow('*')),
  })
})
after(() => account.close())

const simulate = async (input: object) =>
  (await account.iam('SimulatePrincipalPolicy', { PolicySourceArn: user, ...input }))
    .EvaluationResults

// biome-ignore lint/suspicious/noExplicitAny: the client's own shape
const sources = (result: any) => result.MatchedStatements.map((s: any) => s.SourcePolicyId)

test("a user has its own policies and its groups'", async () => {
  const [reads, writes, sends, deletes] = await simulate({
    ActionNames: ['s3:GetObject', 's3:PutObject', 'sqs:SendMessage', 's3:DeleteObject'],
    ResourceArns: ['arn:aws:s3:::home/ada/x'],
    ContextEntries: [
      {
        ContextKeyName: 'aws:SecureTransport',
        ContextKeyType: 'boolean',
        ContextKeyValues: ['true'],
      },
    ],
  })
  assert.deepEqual([reads.EvalDecision, sources(reads)], ['allowed', ['reads']])
  assert.deepEqual([writes.EvalDecision, sources(writes)], ['allowed', ['user_ada_home']])
  assert.deepEqual([sends.EvalDecision, sources(sends)], ['allowed', ['group_team_queues']])
  assert.equal(deletes.EvalDecision, 'implicitDeny')
  const [silent] = await simulate({ ActionNames: ['sqs:SendMessage'] })
  assert.deepEqual(silent.MissingContextValues, ['aws:SecureTransport'])
})

test('groups and roles, and further policies', async () => {
  const ask = async (PolicySourceArn: string, more: object = {}) =>
    (await simulate({ PolicySourceArn, ActionNames: ['s3:GetObject'], ...more }))[0]
  assert.equal((await ask(group)).EvalDecision, 'implicitDeny')
  const more = { PolicyInputList: [document(allow('s3:*'))] }
  const added = await ask(group, more)
  assert.deepEqual([added.EvalDecision, sources(added)], ['allowed', ['PolicyInputList.1']])
  const asRole = await ask(role)
  assert.deepEqual([asRole.EvalDecision, sources(asRole)], ['allowed', ['role_job_all']])
  const denied = document({ Effect: 'Deny', Action: 's3:*', Resource: '*' })
  assert.equal((await ask(role, { PolicyInputList: [denied] })).EvalDecision, 'explicitDeny')
})

test("the principal's boundary, another one, or none", async () => {
  const ActionNames = ['s3:GetObject', 'ec2:RunInstances']
  const decisions = async (more: object = {}) =>
    (await simulate({ PolicySourceArn: role, ActionNames, ...more })).map(
      // biome-ignore lint/suspicious/noExplicitAny: the client's own shape
      (r: any) => [
        r.EvalDecision,
        r.PermissionsBoundaryDecisionDetail?.AllowedByPermissionsBoundary,
      ],
    )
  const bound = { RoleName: 'job', PermissionsBoundary: managed('limit') }
  await account.iam('PutRolePermissionsBoundary', bound)
  assert.deepEqual(await decisions(), [
    ['allowed', true],
    ['implicitDeny', false],
  ])
  const other = { PermissionsBoundaryPolicyInputList: [document(allow('ec2:*'))] }
  assert.deepEqual(await decisions(other), [
    ['implicitDeny', false],
    ['allowed', true],
  ])
  const without = { PolicyExclusionList: [{ PolicyType: 'permission-boundary' }] }
  assert.deepEqual(await decisions(without), [
    ['allowed', undefined],
    ['allowed', undefined],
  ])
  await account.iam('DeleteRolePermissionsBoundary', { RoleName: 'job' })
})

test('policies can be left out', async () => {
  const decided = async (...PolicyExclusionList: object[]) =>
    (await simulate({ ActionNames: ['s3:GetObject'], PolicyExclusionList }))[0].EvalDecision
  const inline = (AttachmentName: string) => ({
    InlinePolicyIdentifier: { PolicyName: 'all', AttachmentType: 'Role', AttachmentName },
  })
  assert.equal(await decided(), 'allowed')
  assert.equal(await decided({ PolicyArn: managed('reads') }), 'implicitDeny')
  assert.equal(await decided({ PolicyArn: managed('other') }), 'allowed')
  assert.equal(await decided({ PolicyType: 'user-managed' }), 'implicitDeny')
  assert.equal(await decided({ PolicyType: 'inline' }, { PolicyType: 'rcp' }), 'allowed')
  const asRole = async (name: string) =>
    (
      await simulate({
        PolicySourceArn: role,
        ActionNames: ['s3:GetObject'],
        PolicyExclusionList: [inline(name)],
      })
    )[0].EvalDecision
  assert.equal(await asRole('job'), 'implicitDeny')
  assert.equal(await asRole('j*'), 'implicitDeny')
  assert.equal(await asRole('?o?'), 'implicitDeny')
  assert.equal(await asRole('jobs*'), 'allowed')
  const refused = (identifier: object) =>
    account.refuses(
      [
        'iam',
        'SimulatePrincipalPolicy',
        { PolicySourceArn: user, ActionNames: ['s3:X'], PolicyExclusionList: [identifier] },
      ],
      'InvalidInput',
      400,
      /^Invalid/,
    )
  await refused({ PolicyArn: 'arn:aws:iam::000000000000:policy/*' })
  await refused(inline('a*b*'))
})

test("the organization's policies take part, unless they are left out", async () => {
  const control = (id: string, ...statements: object[]) => {
    const text = document(...statements)
    const hash = createHash('sha256').update(text).digest('hex')
    return {
      id: `arn:aws:organizations::9:policy/o-1/scp/${id}`,
      kind: 'managed',
      document: text,
      hash,
    }
  }
  const keys = control('p-keys', allow('*'), { Effect: 'Deny', Action: 's3:Get*', Resource: '*' })
  const serviceControl = [[control('p-full', allow('*'))], [keys]]
  const membered = await openAccount({
    prepare(app) {
      const membership = async (id: string) => ({
        organizationId: 'o-1',
        managementAccount: '999999999999',
        path: 'o-1/r-1/',
        serviceControl: id === OWN ? serviceControl : undefined,
        trustedServices: [],
        delegatedServices: [],
      })
      Object.assign(app.house.guardrails, { membership })
    },
  })
  try {
    await membered.iam('CreateUser', { UserName: 'eve' })
    const PolicyDocument = document(allow('s3:*'))
    await membered.iam('PutUserPolicy', { UserName: 'eve', PolicyName: 'own', PolicyDocument })
    const ask = async (...PolicyExclusionList: object[]) => {
      const { EvaluationResults } = await membered.iam('SimulatePrincipalPolicy', {
        PolicySourceArn: `arn:aws:iam::${OWN}:user/eve`,
        ActionNames: ['s3:GetObject', 's3:PutObject'],
        PolicyExclusionList,
      })
      return EvaluationResults.map(
        // biome-ignore lint/suspicious/noExplicitAny: the client's own shape
        (r: any) => [r.EvalDecision, r.OrganizationsDecisionDetail?.AllowedByOrganizations],
      )
    }
    assert.deepEqual(await ask(), [
      ['explicitDeny', false],
      ['allowed', true],
    ])
    assert.deepEqual(await ask({ PolicyType: 'scp' }), [
      ['allowed', undefined],
      ['allowed', undefined],
    ])
    // A level that has lost its only policy allows nothing.
    assert.deepEqual(await ask({ PolicyArn: keys.id }), [
      ['implicitDeny', false],
      ['implicitDeny', false],
    ])
  } finally {
    await membered.close()
  }
})

test('the resource policy sees the caller', async () => {
  const ask = async (CallerArn: string | undefined, AWS: string) => {
    const ResourcePolicy = document({ ...allow('sqs:*'), Principal: { AWS } })
    const input = {
      ActionNames: ['sqs:SendMessage'],
      ResourceArns: [`arn:aws:sqs:us-east-1:${OWN}:q`],
    }
    return (await simulate({ ...input, ResourcePolicy, CallerArn }))[0].EvalDecision
  }
  const bob = `arn:aws:iam::${OWN}:user/bob`
  assert.equal(await ask(undefined, user), 'allowed')
  assert.equal(await ask(undefined, bob), 'implicitDeny')
  assert.equal(await ask(bob, bob), 'allowed')
})

test('whoever is missing or is no principal', async () => {
  const refuses = (PolicySourceArn: string, code: string, status: number, message: RegExp) =>
    account.refuses(
      ['iam', 'SimulatePrincipalPolicy', { PolicySourceArn, ActionNames: ['s3:X'] }],
      code,
      status,
      message,
    )
  const nobody = `arn:aws:iam::${OWN}:user/nobody`
  await refuses(nobody, 'NoSuchEntity', 404, /^The user with name nobody cannot be found\.$/)
  await refuses(`arn:aws:iam::${OWN}:user/ada`, 'NoSuchEntity', 404, /ada/)
  await refuses(`arn:aws:iam::${OWN}:policy/reads`, 'InvalidInput', 400, /Invalid Entity Arn/)
  await refuses(`arn:aws:sts::${OWN}:assumed-role/job/s`, 'InvalidInput', 400, /Invalid Entity/)
})

test("context keys of a user's policies", async () => {
  const { ContextKeyNames } = await account.iam('GetContextKeysForPrincipalPolicy', {
    PolicySourceArn: user,
    PolicyInputList: [document(allow('*', { Condition: { Null: { 'aws:x': 'true' } } }))],
  })
  assert.deepEqual(ContextKeyNames, [
    'aws:PrincipalTag/team',
    'aws:username',
    'aws:SecureTransport',
    'aws:x',
  ])
})
