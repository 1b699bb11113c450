import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, test } from 'node:test'
import { type Account, openAccount, policy } from '../../../test/account.ts'
import { zipOf } from '../../../test/zip.ts'
import { invoke, lambdaOf, makeFunction, refusedAs, roleFor } from './calls.test-support.ts'

let account: Account
let role: string
const lambda = lambdaOf(() => account)
before(async () => {
  account = await openAccount()
  role = await roleFor(account)
})
after(() => account.close())

test('a function from a zip archive runs, and tells its settings exactly', async () => {
  const ZipFile = zipOf({
    'index.mjs':
      'export const handler = async (event, context) => ({ ...event, id: context.awsRequestId })',
  })
  const made = await lambda('CreateFunction', {
    FunctionName: 'first',
    Runtime: 'nodejs22.x',
    Handler: 'index.handler',
    Role: role,
    Code: { ZipFile },
    Environment: { Variables: { STAGE: 'test' } },
    Tags: { team: 'blue' },
  })
  assert.equal(made.State, 'Pending')
  assert.equal(made.CodeSha256, createHash('sha256').update(ZipFile).digest('base64'))
  assert.equal(made.CodeSize, ZipFile.length)
  assert.equal(made.FunctionArn, 'arn:aws:lambda:us-east-1:000000000000:function:first')
  assert.match(made.LastModified, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000$/)
  const told = await lambda('GetFunction', { FunctionName: made.FunctionArn })
  assert.equal(told.Configuration.State, 'Active')
  assert.equal(told.Configuration.LastUpdateStatus, 'Successful')
  assert.deepEqual(told.Configuration.Environment, { Variables: { STAGE: 'test' } })
  assert.equal(told.Configuration.Timeout, 3)
  assert.equal(told.Configuration.MemorySize, 128)
  assert.deepEqual(told.Tags, { team: 'blue' })
  const { answer, error, status } = await invoke(lambda, { a: 1 }, { FunctionName: 'first' })
  assert.equal(error, undefined)
  assert.equal(status, 200)
  assert.equal(answer.a, 1)
  assert.match(answer.id, /^[0-9a-f-]{36}$/)
  const again = { FunctionName: 'first', Runtime: 'nodejs22.x', Handler: 'x.y', Role: role }
  await assert.rejects(
    lambda('CreateFunction', { ...again, Code: { ZipFile } }),
    refusedAs('ResourceConflictException', 'Function already exist: first'),
  )
  await lambda('DeleteFunction', { FunctionName: 'first' })
  await assert.rejects(
    lambda('GetFunction', { FunctionName: 'first' }),
    refusedAs(
      'ResourceNotFoundException',
      'Function not found: arn:aws:lambda:us-east-1:000000000000:function:first',
    ),
  )
})

test('a role must be there, trust Lambda, and be passed', async () => {
  const source = 'export const handler = () => 1'
  const untrusting = await account.iam('CreateRole', {
    RoleName: 'untrusting',
    AssumeRolePolicyDocument: policy({
      Effect: 'Allow',
      Principal: { Service: 'ec2.amazonaws.com' },
      Action: 'sts:AssumeRole',
    }),
  })
  const sentence = 'The role defined for the function cannot be assumed by Lambda.'
  for (const bad of [untrusting.Role.Arn, 'arn:aws:iam::000000000000:role/none'])
    await assert.rejects(
      makeFunction(lambda, bad, source),
      refusedAs('InvalidParameterValueException', sentence),
    )
  const maker = await account.user('maker', 'lambda:CreateFunction')
  await assert.rejects(
    makeFunction((name, input) => lambda(name, input, maker), role, source),
    refusedAs('AccessDeniedException', /iam:PassRole on resource/),
  )
})
