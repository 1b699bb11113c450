import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  type AccessAnalyzerClient,
  CheckAccessNotGrantedCommand,
  CheckNoNewAccessCommand,
  CheckNoPublicAccessCommand,
  InvalidParameterException,
  ValidationException,
} from '@aws-sdk/client-accessanalyzer'
import { type Installation, install } from '../../../../test/installation.ts'

let house: Installation
let client: AccessAnalyzerClient
before(async () => {
  house = await install()
  client = house.as().accessanalyzer
})
after(() => house.close())

const text = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement })
const john = { AWS: 'arn:aws:iam::123456789012:user/JohnDoe' }
const johns = (Action: string, Resource: string) =>
  text({ Sid: 'AllowJohnDoe', Effect: 'Allow', Principal: john, Action, Resource })
const allow = (Action: unknown, Resource: unknown = '*') => ({ Effect: 'Allow', Action, Resource })

async function told(sent: Promise<object>): Promise<Record<string, unknown>> {
  const { $metadata: _, ...answer } = (await sent) as Record<string, unknown>
  return answer
}

const notGranted = (policyDocument: string, access: object, policyType: string) =>
  told(
    client.send(
      new CheckAccessNotGrantedCommand({ policyDocument, access: [access], policyType } as never),
    ),
  )
const noNew = (newPolicyDocument: string, existingPolicyDocument: string, policyType: string) =>
  told(
    client.send(
      new CheckNoNewAccessCommand({
        newPolicyDocument,
        existingPolicyDocument,
        policyType,
      } as never),
    ),
  )
const noPublic = (policyDocument: string, resourceType: string) =>
  told(client.send(new CheckNoPublicAccessCommand({ policyDocument, resourceType } as never)))

const nothingGranted = {
  result: 'PASS',
  message: 'The policy document does not grant access to perform the listed actions or resources.',
}

test("AWS's examples of access that is not granted", async () => {
  assert.deepEqual(
    await notGranted(johns('s3:GetObject', '*'), { actions: ['s3:PutObject'] }, 'RESOURCE_POLICY'),
    nothingGranted,
  )
  const there = johns('s3:PutObject', 'arn:aws:s3:::non-sensitive-bucket/*')
  const sensitive = { resources: ['arn:aws:s3:::sensitive-bucket/*'] }
  assert.deepEqual(await notGranted(there, sensitive, 'RESOURCE_POLICY'), nothingGranted)
  const mine = johns('s3:PutObject', 'arn:aws:s3:::my-bucket/*')
  assert.deepEqual(
    await notGranted(mine, { resources: ['arn:aws:s3:::my-bucket/*'] }, 'RESOURCE_POLICY'),
    {
      result: 'FAIL',
      message:
        'The policy document grants access to perform one or more of the listed actions or resources.',
      reasons: [
        {
          description:
            'One or more of the listed actions or resources in the statement with sid: AllowJohnDoe.',
          statementId: 'AllowJohnDoe',
          statementIndex: 0,
        },
      ],
    },
  )
})

test("AWS's examples of public access", async () => {
  const bobs = (Principal: unknown) =>
    text({ Sid: 'Bob', Effect: 'Allow', Principal, Action: ['s3:GetObject'] })
  assert.deepEqual(await noPublic(bobs(john), 'AWS::S3::Bucket'), {
    result: 'PASS',
    message: 'The resource policy does not grant public access for the given resource type.',
  })
  assert.deepEqual(await noPublic(bobs('*'), 'AWS::S3::Bucket'), {
    result: 'FAIL',
    message: 'The resource policy grants public access for the given resource type.',
    reasons: [
      {
        description: 'Public access granted in the following statement with sid: Bob.',
        statementId: 'Bob',
        statementIndex: 0,
      },
    ],
  })
})

test('access is public where it concerns the type of resource', async () => {
  const everybodys = (Action: string) =>
    text({ Effect: 'Allow', Principal: { AWS: '*' }, Action, Resource: '*' })
  const rows = [
    ['s3:GetObject', 'AWS::S3::Bucket', 'FAIL'],
    ['sqs:SendMessage', 'AWS::S3::Bucket', 'PASS'],
    ['sqs:SendMessage', 'AWS::SQS::Queue', 'FAIL'],
    ['kms:Decrypt', 'AWS::KMS::Key', 'FAIL'],
    ['sts:AssumeRole', 'AWS::IAM::AssumeRolePolicyDocument', 'FAIL'],
    ['s3tables:GetTable', 'AWS::S3Tables::Table', 'FAIL'],
  ] as const
  for (const [action, type, result] of rows)
    assert.equal((await noPublic(everybodys(action), type)).result, result, `${action} ${type}`)
})

test('new access names the statements that grant it, in the words of AWS', async () => {
  const existing = text(allow('s3:GetObject', 'arn:aws:s3:::a/*'))
  const wider = text(allow('s3:GetObject', 'arn:aws:s3:::a/*'), allow('s3:*', 'arn:aws:s3:::a*'))
  assert.deepEqual(await noNew(wider, existing, 'IDENTITY_POLICY'), {
    result: 'FAIL',
    message: 'The modified permissions grant new access compared to your existing policy.',
    reasons: [{ description: 'New access in the statement with index: 1.', statementIndex: 1 }],
  })
  assert.deepEqual(await noNew(existing, wider, 'IDENTITY_POLICY'), {
    result: 'PASS',
    message: 'The modified permissions do not grant new access compared to your existing policy.',
  })
})

test('what is too complex to tell fails, and says so', async () => {
  const many = Array.from({ length: 14 }, (_, i) => `arn:aws:s3:::*${i}x*${i}y*`)
  const answer = await noNew(
    text(allow('s3:*', many)),
    text(allow('s3:*', many.slice(1))),
    'IDENTITY_POLICY',
  )
  assert.equal(answer.result, 'FAIL')
  assert.deepEqual(answer.reasons, [
    {
      description:
        'New access in the statement with index: 0. The policy is too complex to rule it out.',
      statementIndex: 0,
    },
  ])
})

const refused: readonly [string, () => Promise<unknown>][] = [
  ['text that is no policy', () => noNew('{', text(allow('*')), 'IDENTITY_POLICY')],
  ['an existing policy that is none', () => noNew(text(allow('*')), '[]', 'IDENTITY_POLICY')],
  [
    'a principal beside an identity',
    () => noNew(johns('s3:*', '*'), johns('s3:*', '*'), 'IDENTITY_POLICY'),
  ],
  ['no principal on a resource', () => noPublic(text(allow('s3:*')), 'AWS::S3::Bucket')],
  ['no statements', () => noPublic(text(), 'AWS::S3::Bucket')],
  [
    'no actions',
    () => noPublic(text({ Effect: 'Allow', Principal: '*', Action: [] }), 'AWS::S3::Bucket'),
  ],
  ['no access asked about', () => notGranted(text(allow('*')), {}, 'IDENTITY_POLICY')],
  [
    'an action without vendor',
    () => notGranted(text(allow('*')), { actions: ['GetObject'] }, 'IDENTITY_POLICY'),
  ],
  [
    'a resource that is no ARN',
    () => notGranted(text(allow('*')), { resources: ['bucket'] }, 'IDENTITY_POLICY'),
  ],
  [
    'a wildcard in the head of an ARN',
    () => notGranted(text(allow('*')), { resources: ['arn:aws:s*:::b'] }, 'IDENTITY_POLICY'),
  ],
]

for (const [name, send] of refused)
  test(`refused: ${name}`, () => assert.rejects(send(), InvalidParameterException))

test('types that are none of the API are validation errors', async () => {
  await assert.rejects(noNew(text(allow('*')), text(allow('*')), 'SCP'), ValidationException)
  await assert.rejects(noPublic(text(allow('*')), 'AWS::IAM::User'), ValidationException)
})
