import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LookupEventsCommand } from '@aws-sdk/client-cloudtrail'
import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteUserPolicyCommand,
  GetUserCommand,
  ListUsersCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam'
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import type { CallContext } from '../../src/kernel/context.ts'
import { type Installation, install, installAt, type Keys } from '../installation.ts'
import { type Probe, probeService } from '../probe-service.ts'

/** What an installation does besides answering calls: jobs, facts, calls between services, reset. */

const policy = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement })

async function user(house: Installation, name: string, statements: object[] = []): Promise<Keys> {
  const { iam } = house.as()
  await iam.send(new CreateUserCommand({ UserName: name }))
  if (statements.length > 0)
    await iam.send(
      new PutUserPolicyCommand({
        UserName: name,
        PolicyName: 'own',
        PolicyDocument: policy(...statements),
      }),
    )
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: name }))
  return { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! }
}

async function send(house: Installation, text: string, credentials = house.admin) {
  const options = { endpoint: house.url, region: 'us-east-1', credentials, maxAttempts: 1 }
  const client = new SQSClient({ ...options, md5: false })
  try {
    await client.send(new SendMessageCommand({ QueueUrl: `${house.url}/q`, MessageBody: text }))
  } finally {
    client.destroy()
  }
}

async function until(condition: () => boolean): Promise<void> {
  const end = performance.now() + 5_000
  while (!condition()) {
    if (performance.now() > end) throw new Error('it did not happen within 5 s')
    await new Promise((next) => setTimeout(next, 5))
  }
}

const named = (name: string, text?: RegExp) => (error: Error) => {
  assert.equal(error.name, name, error.message)
  if (text !== undefined) assert.match(error.message, text)
  return true
}

const soon = (ctx: CallContext, seconds: number) => ctx.now().getTime() + seconds * 1_000

test('jobs run when they are due and before the clock answers; facts reach who listens', async () => {
  const happened: string[] = []
  const probe: Probe = {
    async send(text, ctx) {
      await ctx.store.transaction(async (tx) => {
        tx.schedule({ type: 'sqs.Ring', key: text, dueAt: soon(ctx, 60), detail: { text } })
        tx.emit({ type: 'sqs.Sent', detail: { text } })
      })
    },
    on: {
      async 'sqs.Sent'({ detail }, ctx) {
        happened.push(`sent ${detail.text} in ${ctx.account} ${ctx.region}`)
      },
    },
    jobs: {
      async 'sqs.Ring'({ detail }, ctx) {
        // What a job writes is told like any change: the bell is heard.
        await ctx.store.transaction(async (tx) =>
          tx.emit({ type: 'sqs.Sent', detail: { text: `bell of ${detail.text}` } }),
        )
        happened.push(`rang ${detail.text} as ${ctx.caller.principal.arn}`)
      },
    },
  }
  const house = await installAt({ services: [probeService(probe)] }, '--test-clock')
  try {
    await send(house, 'a')
    await until(() => happened.length === 1)
    assert.deepEqual(happened, ['sent a in 000000000000 us-east-1'])
    await house.ask('POST', 'clock', { body: { advanceSeconds: 59 } })
    assert.equal(happened.length, 1)
    const answer = await house.ask('POST', 'clock', { body: { advanceSeconds: 2 } })
    assert.equal(answer.json.offsetSeconds, 61)
    assert.ok(happened.includes('rang a as sqs.amazonaws.com'), 'it rang before the answer')
    await until(() => happened.length === 3)
    assert.equal(happened[2], 'sent bell of a in 000000000000 us-east-1')
    await house.ask('POST', 'clock', { body: { advanceSeconds: 3_600 } })
    assert.equal(happened.length, 3, 'each of them once')
  } finally {
    await house.close()
  }
})

test('jobs that become due by themselves run in the background', async () => {
  const rang: string[] = []
  const probe: Probe = {
    send: (text, ctx) =>
      ctx.store.transaction(async (tx) =>
        tx.schedule({ type: 'sqs.Ring', key: text, dueAt: soon(ctx, 0), detail: {} }),
      ),
    jobs: { 'sqs.Ring': async ({ key }) => void rang.push(key) },
  }
  const house = await installAt({ services: [probeService(probe)] })
  try {
    await send(house, 'by itself')
    await until(() => rang.length > 0)
    assert.deepEqual(rang, ['by itself'])
  } finally {
    await house.close()
  }
})

test('jobs and facts that were left are done after a restart, once', async () => {
  const down: Probe = {
    send: (text, ctx) =>
      ctx.store.transaction(async (tx) => {
        tx.schedule({ type: 'sqs.Ring', key: text, dueAt: soon(ctx, 0), detail: {} })
        tx.emit({ type: 'sqs.Sent', detail: { text } })
      }),
    on: { 'sqs.Sent': () => Promise.reject(new Error('not now')) },
    jobs: { 'sqs.Ring': () => Promise.reject(new Error('not now')) },
  }
  const flags = ['--store', 'sqlite', '--test-clock']
  const first = await installAt({ services: [probeService(down)] }, ...flags)
  await send(first, 'x')
  await first.close()

  const done: string[] = []
  const up: Probe = {
    on: { 'sqs.Sent': async ({ detail }) => void done.push(`fact ${detail.text}`) },
    jobs: { 'sqs.Ring': async ({ key }) => void done.push(`job ${key}`) },
  }
  const { data, admin } = first
  const again = await installAt({ services: [probeService(up)], data, admin }, ...flags)
  await until(() => done.length === 2)
  assert.deepEqual(done.sort(), ['fact x', 'job x'])
  await again.close()
  const third = await installAt({ services: [probeService(up)], data, admin }, ...flags)
  await third.ask('POST', 'clock', { body: { advanceSeconds: 60 } })
  await third.app.store.factsSettled()
  await third.close()
  assert.equal(done.length, 2)
})

test('a call for the caller is decided by the caller’s policies, which see who forwarded it', async () => {
  let outcome: unknown
  const probe: Probe = {
    async send(text, ctx) {
      outcome = await ctx.call('iam', 'GetUser', { UserName: text }, { as: 'caller' })
    },
  }
  const house = await installAt({ services: [probeService(probe)] })
  try {
    const via = {
      Effect: 'Allow',
      Action: 'iam:GetUser',
      Resource: '*',
      Condition: {
        Bool: { 'aws:ViaAWSService': 'true' },
        'ForAnyValue:StringEquals': { 'aws:CalledVia': 'sqs.amazonaws.com' },
      },
    }
    const keys = await user(house, 'via', [via])
    await assert.rejects(
      house.as(keys).iam.send(new GetUserCommand({ UserName: 'via' })),
      named('AccessDenied'),
      'not on its own',
    )
    await send(house, 'via', keys)
    assert.equal((outcome as { User: { UserName: string } }).User.UserName, 'via')
    await house.as().iam.send(new DeleteUserPolicyCommand({ UserName: 'via', PolicyName: 'own' }))
    await assert.rejects(send(house, 'via', keys), named('AccessDenied', /iam:GetUser/))

    const LookupAttributes = [{ AttributeKey: 'EventName' as const, AttributeValue: 'GetUser' }]
    const found = await house.as().cloudtrail.send(new LookupEventsCommand({ LookupAttributes }))
    const records = found.Events!.map(({ CloudTrailEvent }) => JSON.parse(CloudTrailEvent!))
    assert.deepEqual(
      records.map(({ errorCode, sourceIPAddress, userIdentity }) => [
        errorCode,
        sourceIPAddress,
        userIdentity.userName,
        userIdentity.invokedBy,
      ]),
      [
        ['AccessDenied', 'sqs.amazonaws.com', 'via', 'sqs.amazonaws.com'],
        [undefined, 'sqs.amazonaws.com', 'via', 'sqs.amazonaws.com'],
        ['AccessDenied', '127.0.0.1', 'via', undefined],
      ],
    )
  } finally {
    await house.close()
  }
})

test('a call as the service needs somebody who trusts the service', async () => {
  const probe: Probe = {
    async send(RoleArn, ctx) {
      const input = { RoleArn, RoleSessionName: 'probe' }
      const options = { as: 'service' } as const
      const answer = await ctx.call('sts', 'AssumeRole', input, options)
      arn = (answer as { AssumedRoleUser: { Arn: string } }).AssumedRoleUser.Arn
    },
  }
  let arn: string | undefined
  const house = await installAt({ services: [probeService(probe)] })
  try {
    const { iam } = house.as()
    for (const [RoleName, Service] of [
      ['trusts-us', 'sqs.amazonaws.com'],
      ['trusts-others', 'ec2.amazonaws.com'],
    ])
      await iam.send(
        new CreateRoleCommand({
          RoleName,
          AssumeRolePolicyDocument: policy({
            Effect: 'Allow',
            Principal: { Service },
            Action: 'sts:AssumeRole',
          }),
        }),
      )
    await send(house, 'arn:aws:iam::000000000000:role/trusts-us')
    assert.equal(arn, 'arn:aws:sts::000000000000:assumed-role/trusts-us/probe')
    await assert.rejects(
      send(house, 'arn:aws:iam::000000000000:role/trusts-others'),
      named('AccessDenied', /sqs\.amazonaws\.com is not authorized to perform: sts:AssumeRole/),
    )
    const LookupAttributes = [{ AttributeKey: 'EventName' as const, AttributeValue: 'AssumeRole' }]
    const found = await house.as().cloudtrail.send(new LookupEventsCommand({ LookupAttributes }))
    const identities = found.Events!.map(({ CloudTrailEvent }) => JSON.parse(CloudTrailEvent!))
    assert.equal(identities.length, 2)
    for (const { userIdentity } of identities) {
      assert.equal(userIdentity.type, 'AWSService')
      assert.equal(userIdentity.invokedBy, 'sqs.amazonaws.com')
    }
  } finally {
    await house.close()
  }
})

test('ports and calls inside a transaction are refused, and nothing is changed', async () => {
  const refused: string[] = []
  const ways: Record<string, (ctx: CallContext) => Promise<unknown>> = {
    mail: (ctx) => ctx.ports.sendMail({ to: 'a@example.com', subject: 's', text: 't' }),
    sms: (ctx) => ctx.ports.sendSms({ to: '+10000000000', text: 't' }),
    seal: (ctx) => ctx.ports.seals.ready('page'),
    call: (ctx) => ctx.call('iam', 'ListUsers', {}, { as: 'caller' }),
  }
  const probe: Probe = {
    send: (text, ctx) =>
      ctx.store.transaction(async (tx) => {
        tx.emit({ type: 'sqs.Sent', detail: {} })
        await ways[text]!(ctx).catch((error: Error) => {
          refused.push(text)
          throw error
        })
      }),
    on: { 'sqs.Sent': async () => void refused.push('a fact of a refused transaction') },
  }
  const house = await installAt({ services: [probeService(probe)] })
  try {
    for (const way of Object.keys(ways))
      await assert.rejects(send(house, way), named('InternalFailure'))
    await house.app.store.factsSettled()
    assert.deepEqual(refused, Object.keys(ways))
    assert.deepEqual((await house.ask('GET', 'inbox')).json, { messages: [] })
  } finally {
    await house.close()
  }
})

test('the inbox holds what was sent, and narrows to one address', async () => {
  const probe: Probe = {
    async send(text, { ports }) {
      if (text.startsWith('+')) await ports.sendSms({ to: text, text: 'code 1' })
      else await ports.sendMail({ to: text, subject: 'hello', text: 't', html: '<b>t</b>' })
    },
  }
  const house = await installAt({ services: [probeService(probe)] }, '--test-clock')
  try {
    await house.ask('POST', 'clock', { body: { advanceSeconds: 86_400 } })
    for (const to of ['ann@example.com', '+15550001', 'ann+b@example.com']) await send(house, to)
    const messages = async (query = '') => {
      const { json } = await house.ask('GET', `inbox${query}`)
      return json.messages as Record<string, string>[]
    }
    const [mail, sms, last] = await messages()
    assert.deepEqual([mail!.kind, sms!.kind, last!.to], ['mail', 'sms', 'ann+b@example.com'])
    assert.deepEqual([mail!.subject, mail!.html, sms!.text], ['hello', '<b>t</b>', 'code 1'])
    const ahead = Date.parse(mail!.at!) - Date.now()
    assert.ok(ahead > 80_000_000, 'by the service’s clock')
    const one = await messages(`?to=${encodeURIComponent('ann+b@example.com')}`)
    assert.deepEqual(
      one.map(({ to }) => to),
      ['ann+b@example.com'],
    )
    assert.deepEqual(await messages('?to=nobody'), [])
  } finally {
    await house.close()
  }
})

for (const store of ['memory', 'sqlite'])
  test(`reset empties every account on ${store}, and the administrator's key goes on`, async () => {
    const sent: Probe['send'] = async (text, ctx) => {
      await ctx.ports.sendMail({ to: 'a@example.com', subject: 's', text })
      await ctx.store.transaction(async (tx) =>
        tx.schedule({ type: 'sqs.Ring', key: text, dueAt: soon(ctx, 60), detail: {} }),
      )
    }
    const rang: string[] = []
    const jobs: Probe['jobs'] = { 'sqs.Ring': async ({ key }) => void rang.push(key) }
    const probe = probeService({ send: sent, jobs })
    const flags = ['--store', store, '--auth', 'open', '--test-clock']
    const house = await installAt({ services: [probe] }, ...flags)
    let open: Installation | undefined = house
    try {
      const other = { accessKeyId: '111122223333', secretAccessKey: 'whatever' }
      const alice = await user(house, 'alice', [
        { Effect: 'Allow', Action: 'iam:*', Resource: '*' },
      ])
      await house.as(other).iam.send(new CreateUserCommand({ UserName: 'elsewhere' }))
      await house.as(alice).iam.send(new GetUserCommand({ UserName: 'alice' }))
      await send(house, 'mail')
      assert.equal((await house.ask('GET', 'inbox')).json.messages.length, 1)
      await house.ask('POST', 'clock', { body: { advanceSeconds: 10 } })

      const answer = await house.ask('POST', 'reset', { keys: null })
      assert.equal(answer.status, 200, answer.text)

      for (const keys of [house.admin, other])
        assert.deepEqual((await house.as(keys).iam.send(new ListUsersCommand({}))).Users, [])
      assert.deepEqual((await house.ask('GET', 'inbox')).json.messages, [])
      await house.ask('POST', 'clock', { body: { advanceSeconds: 120 } })
      assert.deepEqual(rang, [], 'its jobs are gone')
      // Alice's key is one that nobody made now: in open mode the root of the account.
      await house.as(alice).iam.send(new ListUsersCommand({}))
      const { Events } = await house.as().cloudtrail.send(new LookupEventsCommand({}))
      assert.deepEqual(
        Events!.map(({ EventName, Username }) => `${EventName} ${Username}`),
        ['ListUsers root', 'ListUsers root'],
      )
      // The same names can be made again, and their policies are explained.
      const second = await user(house, 'alice', [
        { Effect: 'Allow', Action: 'iam:GetUser', Resource: '*' },
      ])
      const got = await house.as(second).iam.send(new GetUserCommand({ UserName: 'alice' }))
      const why = await house.ask('GET', `why/${got.$metadata.requestId}`)
      assert.equal(why.json.decisions[0].effect, 'allowed')
      if (store === 'memory') return
      open = undefined
      await house.close()
      const { data, admin } = house
      const again = await installAt({ data, admin, services: [probe] }, ...flags)
      open = again
      assert.equal((await again.as().iam.send(new ListUsersCommand({}))).Users!.length, 1)
      assert.equal(again.app.madeKey, undefined, 'no new first key')
    } finally {
      await open?.close()
    }
  })

test('reset is refused where keys are enforced', async () => {
  const house = await install()
  try {
    await user(house, 'alice')
    const answer = await house.ask('POST', 'reset')
    assert.equal(answer.status, 409)
    assert.match(answer.json.message, /--auth open/)
    assert.equal((await house.as().iam.send(new ListUsersCommand({}))).Users!.length, 1)
  } finally {
    await house.close()
  }
})
