import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Account, allow, openAccount } from '../../../test/account.ts'
import { logsOf } from '../logs/calls.test-support.ts'
import {
  invoke,
  type Loose,
  lambdaOf,
  makeFunction,
  refusedAs,
  roleFor,
} from './calls.test-support.ts'

let account: Account
const lambda = lambdaOf(() => account)
const logs = logsOf(() => account)
before(async () => {
  account = await openAccount('--test-clock')
  const role = await roleFor(account, 'functions', allow(['logs:*', 'lambda:InvokeFunction']))
  await makeFunction(
    lambda,
    role,
    `export const handler = async (event) => {
      console.log('event ' + JSON.stringify(event))
      if (event.fail) throw new Error('as asked')
      return { done: event.n }
    }`,
  )
  await makeFunction(
    lambda,
    role,
    "export const handler = async (event) => console.log('told ' + JSON.stringify(event))",
    { FunctionName: 'listener' },
  )
})
after(() => account.close())

const event = (payload: object) =>
  invoke(lambda, payload, { InvocationType: 'Event', LogType: undefined })

/** Messages of a function's log that match, when there are at least so many. */
async function messages(name: string, filterPattern: string, least: number): Promise<string[]> {
  for (;;) {
    const { events } = await logs('FilterLogEvents', {
      logGroupName: `/aws/lambda/${name}`,
      filterPattern,
    }).catch((error: Error) => {
      if (error.name !== 'ResourceNotFoundException') throw error
      return { events: [] }
    })
    if (events.length >= least) return events.map(({ message }: Loose) => message)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

const advance = (advanceSeconds: number) =>
  account.house.ask('POST', 'clock', { body: { advanceSeconds } })

test('a log is written as the role permits, in AWS’s form', async () => {
  await invoke(lambda, { n: 1 })
  const [text] = await messages('f', '"event {\\"n\\":1}"', 1)
  assert.match(text!, /\tINFO\tevent \{"n":1\}$/)
  await messages('f', 'REPORT', 1)
  const { logStreams } = await logs('DescribeLogStreams', { logGroupName: '/aws/lambda/f' })
  assert.match(logStreams[0].logStreamName, /^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/)
  const { events } = await logs('GetLogEvents', {
    logGroupName: '/aws/lambda/f',
    logStreamName: logStreams[0].logStreamName,
    startFromHead: true,
  })
  assert.match(events[0].message, /^START RequestId: [0-9a-f-]{36} Version: \$LATEST$/)
  assert.match(events.at(-1).message, /^REPORT RequestId: /)
})

test('a queued event is retried twice, and its end is told', async () => {
  const Destination = 'arn:aws:lambda:us-east-1:000000000000:function:listener'
  await lambda('PutFunctionEventInvokeConfig', {
    FunctionName: 'f',
    DestinationConfig: { OnSuccess: { Destination }, OnFailure: { Destination } },
  })
  assert.equal((await event({ n: 7 })).status, 202)
  const [good] = await messages('listener', '"\\"done\\":7"', 1)
  const told = JSON.parse(good!.slice(good!.indexOf('{')))
  assert.equal(told.requestContext.condition, 'Success')
  assert.deepEqual(told.requestPayload, { n: 7 })
  assert.deepEqual(told.responsePayload, { done: 7 })
  assert.equal(told.responseContext.executedVersion, '$LATEST')

  await event({ fail: 1 })
  const attempts = () => messages('f', '"event {\\"fail\\":1}"', 0)
  while ((await attempts()).length < 3) {
    await advance(121)
    await new Promise((resolve) => setTimeout(resolve, 30))
  }
  const [bad] = await messages('listener', 'RetriesExhausted', 1)
  assert.equal((await attempts()).length, 3)
  const failure = JSON.parse(bad!.slice(bad!.indexOf('{')))
  assert.equal(failure.requestContext.approximateInvokeCount, 3)
  assert.equal(failure.responseContext.functionError, 'Unhandled')
  assert.equal(failure.responsePayload.errorMessage, 'as asked')
})

test('reserved concurrency is a limit, and zero closes the function', async () => {
  const f = { FunctionName: 'f' }
  await lambda('PutFunctionConcurrency', { ...f, ReservedConcurrentExecutions: 0 })
  await assert.rejects(invoke(lambda), (error: Error & { Reason?: string }) => {
    assert.equal(error.Reason, 'ReservedFunctionConcurrentInvocationLimitExceeded')
    return refusedAs('TooManyRequestsException', 'Rate Exceeded.')(error)
  })
  await assert.rejects(
    lambda('PutFunctionConcurrency', { ...f, ReservedConcurrentExecutions: 901 }),
    refusedAs('InvalidParameterValueException', /below its minimum value of \[100\]/),
  )
  const settings = await lambda('GetAccountSettings')
  assert.equal(settings.AccountLimit.UnreservedConcurrentExecutions, 1_000)
  await lambda('DeleteFunctionConcurrency', f)
  assert.equal((await invoke(lambda, { n: 2 })).answer.done, 2)
  assert.equal((await invoke(lambda, {}, { InvocationType: 'DryRun' })).status, 204)
  await assert.rejects(
    lambda('Invoke', { ...f, Payload: 'no json' }),
    refusedAs('InvalidRequestContentException', /Could not parse request body into json/),
  )
  await assert.rejects(
    lambda('Invoke', { ...f, InvocationType: 'Event', Payload: `"${'x'.repeat(1_048_576)}"` }),
    refusedAs('RequestTooLargeException'),
  )
})
