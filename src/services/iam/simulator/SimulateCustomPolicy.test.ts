import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Account, openAccount } from '../../../../test/account.ts'

let account: Account
before(async () => {
  account = await openAccount()
})
after(() => account.close())

const OWN = '000000000000'
const OTHER = '111122223333'
const OBJECT = 'arn:aws:s3:::bucket/key'
const USER = `arn:aws:iam::${OWN}:user/Ada`

const document = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement })
const allow = (more: object = {}) => ({ Effect: 'Allow', Action: '*', Resource: '*', ...more })
const deny = (more: object = {}) => ({ Effect: 'Deny', Action: '*', Resource: '*', ...more })

const simulate = async (input: object) =>
  (
    await account.iam('SimulateCustomPolicy', {
      PolicyInputList: [document(allow())],
      ActionNames: ['s3:GetObject'],
      ...input,
    })
  ).EvaluationResults

const refuses = (input: object, message: RegExp) =>
  account.refuses(
    [
      'iam',
      'SimulateCustomPolicy',
      { PolicyInputList: [document(allow())], ActionNames: ['s3:GetObject'], ...input },
    ],
    'InvalidInput',
    400,
    message,
  )

test('all resources: one answer per action, in the order asked', async () => {
  const PolicyInputList = [
    document(allow({ Action: 's3:Get*' }), deny({ Action: 's3:GetObjectAcl' })),
  ]
  const ActionNames = ['s3:PutObject', 's3:GetObjectAcl', 's3:GetObject', 'made:Up']
  const results = await simulate({ PolicyInputList, ActionNames })
  // biome-ignore lint/suspicious/noExplicitAny: the client's own shape
  const told = results.map((r: any) => [r.EvalActionName, r.EvalResourceName, r.EvalDecision])
  assert.deepEqual(told, [
    ['s3:PutObject', '*', 'implicitDeny'],
    ['s3:GetObjectAcl', '*', 'explicitDeny'],
    ['s3:GetObject', '*', 'allowed'],
    ['made:Up', '*', 'implicitDeny'],
  ])
  const [silent, denied, allowed] = results
  assert.deepEqual(silent.MatchedStatements, [])
  assert.equal(denied.MatchedStatements.length, 1)
  assert.deepEqual(allowed, {
    EvalActionName: 's3:GetObject',
    EvalResourceName: '*',
    EvalDecision: 'allowed',
    MatchedStatements: [
      {
        SourcePolicyId: 'PolicyInputList.1',
        SourcePolicyType: 'IAM Policy',
        StartPosition: { Line: 1, Column: 38 },
        EndPosition: { Line: 1, Column: 90 },
      },
    ],
    MissingContextValues: [],
  })
})

test('positions are those that AWS tells of AdministratorAccess', async () => {
  const text = `{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": "*",
      "Resource": "*"
    }
  ]
}`
  const [{ MatchedStatements }] = await simulate({ PolicyInputList: [text] })
  assert.deepEqual(MatchedStatements[0].StartPosition, { Line: 3, Column: 17 })
  assert.deepEqual(MatchedStatements[0].EndPosition, { Line: 8, Column: 6 })
})

test('each resource has its own answer under the template of its type', async () => {
  const [result] = await simulate({
    PolicyInputList: [
      document(allow({ Resource: 'arn:aws:s3:::bucket/*' })),
      document(deny({ Resource: '*/secret' })),
      document(deny({ Resource: 'arn:aws:s3:::bucket/secret' })),
    ],
    ResourceArns: [OBJECT, 'arn:aws:s3:::bucket/secret', 'arn:aws:s3:::other/key'],
  })
  assert.equal(result.EvalResourceName, 'arn:${Partition}:s3:::${BucketName}/${ObjectName}')
  assert.equal(result.EvalDecision, 'explicitDeny')
  assert.deepEqual(result.EvalDecisionDetails, {})
  const told = result.ResourceSpecificResults.map(
    // biome-ignore lint/suspicious/noExplicitAny: the client's own shape
    (r: any) => [
      r.EvalResourceName,
      r.EvalResourceDecision,
      // biome-ignore lint/suspicious/noExplicitAny: the client's own shape
      r.MatchedStatements.map((s: any) => s.SourcePolicyId),
    ],
  )
  assert.deepEqual(told, [
    [OBJECT, 'allowed', ['PolicyInputList.1']],
    ['arn:aws:s3:::bucket/secret', 'explicitDeny', ['PolicyInputList.3']],
    ['arn:aws:s3:::other/key', 'implicitDeny', []],
  ])
  assert.deepEqual(
    // biome-ignore lint/suspicious/noExplicitAny: the client's own shape
    result.MatchedStatements.map((s: any) => s.SourcePolicyId),
    ['PolicyInputList.3'],
  )
})

describe('context', () => {
  const decided = async (Condition: object, entries: [string, string, ...string[]][]) => {
    const [result] = await simulate({
      PolicyInputList: [document(allow({ Condition }))],
      ContextEntries: entries.map(([ContextKeyName, ContextKeyType, ...ContextKeyValues]) => ({
        ContextKeyName,
        ContextKeyType,
        ContextKeyValues,
      })),
    })
    return [result.EvalDecision, result.MissingContextValues]
  }
  test('nothing but the entries is known', async () => {
    for (const key of [
      'aws:CurrentTime',
      'aws:username',
      'aws:SecureTransport',
      'aws:PrincipalArn',
    ]) {
      assert.deepEqual(await decided({ Null: { [key]: 'true' } }, []), ['allowed', [key]])
    }
  })
  test('values of every type', async () => {
    const rows: [object, [string, string, ...string[]], string][] = [
      [{ StringEquals: { 'aws:x': 'a' } }, ['AWS:X', 'string', 'a'], 'allowed'],
      [{ NumericLessThan: { 'aws:x': '5' } }, ['aws:x', 'numeric', '4'], 'allowed'],
      [{ Bool: { 'aws:x': 'true' } }, ['aws:x', 'boolean', 'TRUE'], 'allowed'],
      [{ IpAddress: { 'aws:x': '10.0.0.0/8' } }, ['aws:x', 'ip', '10.1.1.1'], 'allowed'],
      [
        { DateLessThan: { 'aws:x': '2020-01-01' } },
        ['aws:x', 'date', '2019-01-01T00:00:00Z'],
        'allowed',
      ],
      [{ BinaryEquals: { 'aws:x': 'QUJD' } }, ['aws:x', 'binary', 'QUJD'], 'allowed'],
      [{ StringEquals: { 'aws:x': 'a' } }, ['aws:x', 'stringList', 'a'], 'implicitDeny'],
      [
        { 'ForAnyValue:StringEquals': { 'aws:x': 'a' } },
        ['aws:x', 'stringList', 'b', 'a'],
        'allowed',
      ],
      [
        { 'ForAllValues:StringEquals': { 'aws:x': 'a' } },
        ['aws:x', 'stringList', 'b', 'a'],
        'implicitDeny',
      ],
      [
        { 'ForAllValues:NumericEquals': { 'aws:x': '1' } },
        ['aws:x', 'numericList', '1', '1.0'],
        'allowed',
      ],
      [{ Null: { 'aws:x': 'true' } }, ['aws:x', 'stringList'], 'allowed'],
    ]
    for (const [condition, entry, expected] of rows) {
      const [decision] = await decided(condition, [entry])
      assert.equal(decision, expected, JSON.stringify([condition, entry]))
    }
  })
  test('a value that is not of its type is refused', async () => {
    for (const [type, value] of [
      ['numeric', 'five'],
      ['boolean', 'yes'],
      ['ip', '10.0.0'],
      ['date', 'noon'],
      ['numericList', 'x'],
    ]) {
      const entry = { ContextKeyName: 'aws:x', ContextKeyType: type, ContextKeyValues: [value] }
      await refuses({ ContextEntries: [entry] }, /Invalid context key value/)
    }
  })
  test('variables are filled from the entries', async () => {
    const home = 'arn:aws:s3:::bucket/${aws:username}/*'
    const [result] = await simulate({
      PolicyInputList: [document(allow({ Resource: home }))],
      ResourceArns: ['arn:aws:s3:::bucket/ada/x'],
      ContextEntries: [
        { ContextKeyName: 'aws:username', ContextKeyType: 'string', ContextKeyValues: ['ada'] },
      ],
    })
    assert.equal(result.EvalDecision, 'allowed')
    const [unknown] = await simulate({
      PolicyInputList: [document(allow({ Resource: home }))],
      ResourceArns: ['arn:aws:s3:::bucket/ada/x'],
    })
    assert.equal(unknown.EvalDecision, 'implicitDeny')
    assert.deepEqual(unknown.MissingContextValues, ['aws:username'])
    assert.deepEqual(unknown.ResourceSpecificResults[0].MissingContextValues, ['aws:username'])
  })
})

test('a permissions boundary limits, and says so', async () => {
  for (const [statement, decision, allowed] of [
    [allow(), 'allowed', true],
    [allow({ Action: 'sqs:*' }), 'implicitDeny', false],
    [deny(), 'explicitDeny', false],
  ] as const) {
    const [result] = await simulate({ PermissionsBoundaryPolicyInputList: [document(statement)] })
    assert.equal(result.EvalDecision, decision)
    assert.deepEqual(result.PermissionsBoundaryDecisionDetail, {
      AllowedByPermissionsBoundary: allowed,
    })
  }
  const two = [document(allow()), document(allow())]
  await refuses({ PermissionsBoundaryPolicyInputList: two }, /only one policy/)
})

test('service control policies level by level', async () => {
  const level = (...statements: object[]) => ({
    ServiceControlPolicyInputList: statements.map((statement) => document(statement)),
  })
  for (const [levels, decision, allowed] of [
    [[level(allow()), level(allow())], 'allowed', true],
    [[level(allow()), level(allow({ Action: 'sqs:*' }))], 'implicitDeny', false],
    [[level(allow()), level(allow(), deny({ Action: 's3:*' }))], 'explicitDeny', false],
  ] as const) {
    const [result] = await simulate({
      OrderedOrganizationPolicyInputList: levels,
      ResourceArns: [OBJECT],
    })
    assert.equal(result.EvalDecision, decision)
    assert.deepEqual(result.OrganizationsDecisionDetail, { AllowedByOrganizations: allowed })
    assert.equal(result.EvalDecisionDetails === undefined, !allowed)
    assert.equal(result.MatchedStatements.length, allowed ? 1 : 0)
  }
  const [plain] = await simulate({})
  assert.equal(plain.OrganizationsDecisionDetail, undefined)
})

describe('resource policies', () => {
  const bucket = (Principal: unknown, more: object = {}) =>
    document(allow({ Principal, Resource: 'arn:aws:s3:::bucket/*', ...more }))
  const nothing = [document(allow({ Action: 'sqs:*' }))]
  const base = { ResourceArns: [OBJECT], CallerArn: USER }
  test('same account: either side is enough', async () => {
    const [result] = await simulate({
      ...base,
      PolicyInputList: nothing,
      ResourcePolicy: bucket({ AWS: USER }),
    })
    assert.equal(result.EvalDecision, 'allowed')
    assert.deepEqual(result.EvalDecisionDetails, {})
    const [{ SourcePolicyId, SourcePolicyType }] = result.MatchedStatements
    assert.deepEqual([SourcePolicyId, SourcePolicyType], ['ResourcePolicy', 'Resource Policy'])
    const denied = bucket('*', { Effect: 'Deny' })
    const [refused] = await simulate({ ...base, ResourcePolicy: denied })
    assert.equal(refused.EvalDecision, 'explicitDeny')
  })
  test('across accounts: both sides, each told apart', async () => {
    const ResourceOwner = `arn:aws:iam::${OTHER}:root`
    const ask = async (PolicyInputList: string[], ResourcePolicy: string) =>
      (await simulate({ ...base, ResourceOwner, PolicyInputList, ResourcePolicy }))[0]
    const both = await ask([document(allow())], bucket({ AWS: OWN }))
    assert.equal(both.EvalDecision, 'allowed')
    const details = { 'IAM Policy': 'allowed', 'Resource Policy': 'allowed' }
    assert.deepEqual(both.EvalDecisionDetails, details)
    assert.deepEqual(both.ResourceSpecificResults[0].EvalDecisionDetails, details)
    const one = await ask(nothing, bucket({ AWS: USER }))
    assert.equal(one.EvalDecision, 'implicitDeny')
    assert.equal(one.EvalDecisionDetails['IAM Policy'], 'implicitDeny')
    const wrong = await ask([document(allow())], bucket({ AWS: OTHER }))
    assert.equal(wrong.EvalDecision, 'implicitDeny')
  })
  test('a key policy must take part', async () => {
    const key = `arn:aws:kms:us-east-1:${OWN}:key/k`
    const ask = async (Principal: unknown) => {
      const ResourcePolicy = document(allow({ Principal }))
      const input = { CallerArn: USER, ResourceArns: [key], ActionNames: ['kms:Decrypt'] }
      return (await simulate({ ...input, ResourcePolicy }))[0].EvalDecision
    }
    assert.equal(await ask({ AWS: OWN }), 'allowed')
    assert.equal(await ask({ AWS: OTHER }), 'implicitDeny')
  })
  test('what cannot be simulated is refused', async () => {
    const ResourcePolicy = bucket('*')
    await refuses({ ResourcePolicy, ResourceArns: [OBJECT] }, /CallerArn is required/)
    const queue = `arn:aws:sqs:us-east-1:${OWN}:q`
    await refuses({ ...base, ResourcePolicy, ResourceArns: [OBJECT, queue] }, /not applicable/)
    for (const CallerArn of [
      `arn:aws:sts::${OWN}:assumed-role/R/session`,
      `arn:aws:iam::${OWN}:root`,
      `arn:aws:sts::${OWN}:federated-user/fed`,
      's3.amazonaws.com:a:b:c:d',
    ]) {
      await refuses({ ...base, CallerArn }, /^Invalid caller/)
    }
    await refuses({ ...base, ResourceOwner: 'somebody' }, /Invalid Resource Owner/)
  })
})

test('a launch of EC2 brings the resources that its kind requires', async () => {
  const arn = (type: string) => `arn:aws:ec2:us-east-1:${OWN}:${type}/x`
  const types = ['instance', 'image', 'security-group', 'network-interface', 'subnet']
  const launch = (ResourceHandlingOption: string) => ({
    ActionNames: ['ec2:RunInstances'],
    ResourceArns: types.map(arn),
    ResourceHandlingOption,
  })
  const [result] = await simulate(launch('EC2-VPC-InstanceStore-Subnet'))
  assert.equal(result.ResourceSpecificResults.length, 5)
  await refuses(launch('EC2-VPC-EBS-Subnet'), /requires resources of the types: volume\./)
  await refuses(launch('EC2-Moon'), /Invalid Resource Handling Option: EC2-Moon/)
})

test('input of the wrong form is refused', async () => {
  await refuses({ PolicyInputList: ['{'] }, /Syntax errors in policy/)
  const unknown = document(allow({ Condition: { StringMatches: { 'aws:x': 'y' } } }))
  await refuses({ PolicyInputList: [unknown] }, /Syntax errors in policy/)
  await refuses({ ActionNames: ['s3:*'] }, /Invalid Action Name: s3:\*/)
  await refuses({ ActionNames: ['GetObject'] }, /Invalid Action Name/)
  await refuses({ ResourceArns: ['bucket'] }, /Invalid Resource Arn: bucket/)
})

test('policies need not be storable to be simulated', async () => {
  const old = JSON.stringify({ Statement: allow() })
  assert.equal((await simulate({ PolicyInputList: [old] }))[0].EvalDecision, 'allowed')
})

test('pages', async () => {
  const ActionNames = Array.from({ length: 25 }, (_, index) => `s3:Action${index}`)
  const seen: string[] = []
  let Marker: string | undefined
  do {
    const page = await account.iam('SimulateCustomPolicy', {
      PolicyInputList: [document(allow())],
      ActionNames,
      MaxItems: 10,
      Marker,
    })
    // biome-ignore lint/suspicious/noExplicitAny: the client's own shape
    seen.push(...page.EvaluationResults.map((result: any) => result.EvalActionName))
    assert.equal(page.IsTruncated, page.Marker !== undefined)
    Marker = page.Marker
  } while (Marker !== undefined)
  assert.deepEqual(seen, ActionNames)
})

test('context keys of policies, each once', async () => {
  const first = document(
    allow({
      Resource: "arn:aws:s3:::b/${aws:username}/${s3:prefix, 'x'}",
      Condition: { StringEquals: { 'aws:SourceIp': '1', 'aws:PrincipalTag/a': '${aws:userid}' } },
    }),
  )
  const second = document(
    deny({ Condition: { Null: { 'AWS:sourceip': 'true', 'aws:x': 'true' } } }),
  )
  const { ContextKeyNames } = await account.iam('GetContextKeysForCustomPolicy', {
    PolicyInputList: [first, second],
  })
  assert.deepEqual(ContextKeyNames, [
    'aws:SourceIp',
    'aws:PrincipalTag/a',
    'aws:username',
    's3:prefix',
    'aws:userid',
    'aws:x',
  ])
})
