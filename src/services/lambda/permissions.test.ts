import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { type Account, openAccount } from '../../../test/account.ts'
import { probeService } from '../../../test/probe-service.ts'
import { lambdaOf, makeFunction, refusedAs, roleFor } from './calls.test-support.ts'

/** A service that invokes a function for one of its resources, as Cognito does for a pool. */
let outcome: unknown
const invoker = probeService({
  async send(text, ctx) {
    const { sourceArn } = JSON.parse(text)
    outcome = undefined
    outcome = await ctx
      .call(
        'lambda',
        'Invoke',
        { FunctionName: arn, InvocationType: 'RequestResponse', Payload: Buffer.from('{"n":1}') },
        { as: 'service', sourceArn },
      )
      .catch((error: Error) => error)
  },
})
const arn = 'arn:aws:lambda:us-east-1:000000000000:function:f'
const queue = 'arn:aws:sqs:us-east-1:000000000000:jobs'

let account: Account
const lambda = lambdaOf(() => account)
before(async () => {
  account = await openAccount({ services: [invoker] })
  await makeFunction(
    lambda,
    await roleFor(account),
    'export const handler = (e) => Promise.resolve(e.n + 1)',
  )
})
after(() => account.close())

async function askFor(sourceArn: string): Promise<unknown> {
  const { house } = account
  const client = new SQSClient({
    endpoint: house.url,
    region: 'us-east-1',
    credentials: house.admin,
    maxAttempts: 1,
    md5: false,
  })
  const MessageBody = JSON.stringify({ sourceArn })
  await client.send(new SendMessageCommand({ QueueUrl: `${house.url}/q`, MessageBody }))
  client.destroy()
  return outcome
}

test('a service invokes what a permission lets it, for the resource that it names', async () => {
  const refused = (await askFor(queue)) as Error
  assert.match(
    refused.message,
    /sqs.amazonaws.com is not authorized to perform: lambda:InvokeFunction/,
  )
  const { Statement } = await lambda('AddPermission', {
    FunctionName: 'f',
    StatementId: 'queue',
    Action: 'lambda:InvokeFunction',
    Principal: 'sqs.amazonaws.com',
    SourceArn: queue,
    SourceAccount: '000000000000',
  })
  assert.deepEqual(JSON.parse(Statement), {
    Sid: 'queue',
    Effect: 'Allow',
    Principal: { Service: 'sqs.amazonaws.com' },
    Action: 'lambda:InvokeFunction',
    Resource: arn,
    Condition: {
      StringEquals: { 'AWS:SourceAccount': '000000000000' },
      ArnLike: { 'AWS:SourceArn': queue },
    },
  })
  const answer = (await askFor(queue)) as { StatusCode: number; Payload: Uint8Array }
  assert.equal(answer.StatusCode, 200)
  assert.equal(Buffer.from(answer.Payload).toString(), '2')
  assert.ok((await askFor(`${queue}-other`)) instanceof Error)
  await assert.rejects(
    lambda('AddPermission', {
      FunctionName: 'f',
      StatementId: 'queue',
      Action: 'lambda:InvokeFunction',
      Principal: 'sqs.amazonaws.com',
    }),
    refusedAs('ResourceConflictException', /The statement id \(queue\) provided already exists/),
  )
  const { Policy, RevisionId } = await lambda('GetPolicy', { FunctionName: 'f' })
  assert.equal(JSON.parse(Policy).Statement.length, 1)
  const remove = { FunctionName: 'f', StatementId: 'queue' }
  await assert.rejects(
    lambda('RemovePermission', { ...remove, RevisionId: 'another' }),
    refusedAs('PreconditionFailedException'),
  )
  await lambda('RemovePermission', { ...remove, RevisionId })
  assert.ok((await askFor(queue)) instanceof Error)
  await assert.rejects(
    lambda('GetPolicy', { FunctionName: 'f' }),
    refusedAs('ResourceNotFoundException', 'The resource you requested does not exist.'),
  )
})
