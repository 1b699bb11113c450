import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LookupEventsCommand } from '@aws-sdk/client-cloudtrail'
import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  GetUserCommand,
  ListUsersCommand,
  PutUserPolicyCommand,
  UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam'
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { StoreUnavailable } from '../../src/kernel/store.ts'
import type { SqliteDriver } from '../../src/storage/sqlite/driver.ts'
import { type Installation, install, installAt, type Keys } from '../installation.ts'
import { probeService } from '../probe-service.ts'

/** The ways to run an installation, and what an operator sees of it over HTTP. */

const allow = (...Action: string[]) => ({ Effect: 'Allow', Action, Resource: '*' })

async function user(house: Installation, name: string, keys: Keys, statement?: object) {
  const { iam } = house.as(keys)
  await iam.send(new CreateUserCommand({ UserName: name }))
  if (statement !== undefined) {
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
    const PolicyName = 'own'
    await iam.send(new PutUserPolicyCommand({ UserName: name, PolicyName, PolicyDocument }))
  }
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: name }))
  return { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! }
}

const named = (name: string, text?: RegExp) => (error: Error) => {
  assert.equal(error.name, name, error.message)
  if (text !== undefined) assert.match(error.message, text)
  return true
}

/** A test's own installation, closed after it. */
const within =
  (flags: string[], run: (house: Installation) => Promise<void>) => async (): Promise<void> => {
    const house = await install(...flags)
    try {
      await run(house)
    } finally {
      await house.close()
    }
  }

const identity = (house: Installation, keys: Keys) =>
  house.as(keys).sts.send(new GetCallerIdentityCommand({}))

test(
  'observe: what would be denied is done, recorded and explained',
  within(['--auth', 'observe'], async (house) => {
    const keys = await user(house, 'alice', house.admin)
    const { iam } = house.as(keys)
    const done = await iam.send(new GetUserCommand({ UserName: 'alice' }))
    assert.equal(done.User!.UserName, 'alice')

    const LookupAttributes = [{ AttributeKey: 'Username' as const, AttributeValue: 'alice' }]
    const { cloudtrail } = house.as()
    const { Events } = await cloudtrail.send(new LookupEventsCommand({ LookupAttributes }))
    const record = JSON.parse(Events![0]!.CloudTrailEvent!)
    assert.equal(record.errorCode, undefined)
    assert.deepEqual(record.additionalEventData, {
      wouldBeDenied: [{ action: 'iam:GetUser', resource: 'arn:aws:iam::000000000000:user/alice' }],
    })
    const why = (await house.ask('GET', `why/${done.$metadata.requestId}`)).json
    assert.equal(why.mode, 'observe')
    assert.equal(why.outcome, 'succeeded')
    assert.equal(why.decisions[0].allowed, false)
    assert.equal(why.decisions[0].effect, 'implicitDeny')
    assert.match(why.decisions[0].reason, /no identity-based policy allows the iam:GetUser action/)

    // Who is not known is refused as ever.
    await assert.rejects(
      identity(house, { ...keys, secretAccessKey: 'wrong' }),
      named('SignatureDoesNotMatch'),
    )
    await assert.rejects(
      identity(house, { accessKeyId: '111122223333', secretAccessKey: 'x' }),
      named('InvalidClientTokenId'),
    )
    assert.equal((await house.ask('GET', 'health', { keys: null })).json.auth, 'observe')
  }),
)

test(
  'open: any key is a root, keys that were made are themselves',
  within(['--auth', 'open', '--account', '999900001111'], async (house) => {
    const arn = async (accessKeyId: string, secretAccessKey = 'whatever') =>
      (await identity(house, { accessKeyId, secretAccessKey })).Arn
    assert.equal(await arn('111122223333'), 'arn:aws:iam::111122223333:root')
    for (const strange of ['test', 'AKIAIOSFODNN7EXAMPLE', '1111222233334'])
      assert.equal(await arn(strange), 'arn:aws:iam::999900001111:root')

    const { accessKeyId, secretAccessKey } = await user(house, 'bob', house.admin)
    assert.equal(await arn(accessKeyId, secretAccessKey), 'arn:aws:iam::999900001111:user/bob')
    await assert.rejects(arn(accessKeyId, 'wrong'), named('SignatureDoesNotMatch'))
    await assert.rejects(
      house.as({ accessKeyId, secretAccessKey }).iam.send(new ListUsersCommand({})),
      named('AccessDenied'),
    )
    // A key that was switched off does not become a root by that.
    const off = { UserName: 'bob', AccessKeyId: accessKeyId, Status: 'Inactive' as const }
    await house.as().iam.send(new UpdateAccessKeyCommand(off))
    await assert.rejects(arn(accessKeyId, secretAccessKey), named('InvalidClientTokenId'))

    // Accounts do not see one another.
    const other = { accessKeyId: '111122223333', secretAccessKey: 'x' }
    await house.as(other).iam.send(new CreateUserCommand({ UserName: 'elsewhere' }))
    const { Users } = await house.as().iam.send(new ListUsersCommand({}))
    assert.deepEqual(
      Users!.map(({ UserName }) => UserName),
      ['bob'],
    )
    // A made-up key has nobody else to assume a role as; the role must trust its account all the same.
    const sts = house.as(other).sts
    const trust = (AWS: string) =>
      JSON.stringify({
        Version: '2012-10-17',
        Statement: { Effect: 'Allow', Principal: { AWS }, Action: 'sts:AssumeRole' },
      })
    for (const [RoleName, trusted] of [
      ['ours', '111122223333'],
      ['theirs', '444455556666'],
    ] as const)
      await house
        .as(other)
        .iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust(trusted) }))
    const assume = (name: string) =>
      sts.send(
        new AssumeRoleCommand({
          RoleArn: `arn:aws:iam::111122223333:role/${name}`,
          RoleSessionName: 'test',
        }),
      )
    assert.match((await assume('ours')).AssumedRoleUser!.Arn!, /assumed-role\/ours\/test$/)
    await assert.rejects(assume('theirs'), named('AccessDenied'))
    assert.equal((await house.ask('GET', 'health', { keys: null })).json.auth, 'open')
    assert.equal((await house.ask('GET', 'inbox', { keys: null })).status, 200)
  }),
)

test(
  'enforce: strangers and unsigned calls are refused, and each refusal explains itself',
  within([], async (house) => {
    for (const accessKeyId of ['111122223333', 'test'])
      await assert.rejects(
        identity(house, { accessKeyId, secretAccessKey: 'x' }),
        named('InvalidClientTokenId'),
      )
    const response = await fetch(house.url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'Action=ListUsers&Version=2010-05-08',
    })
    assert.equal(response.status, 403)
    assert.match(await response.text(), /<Code>MissingAuthenticationToken<\/Code>/)
    const unsigned = response.headers.get('x-amzn-requestid')
    const nobody = (await house.ask('GET', `why/${unsigned}`)).json
    assert.equal(nobody.caller, 'anonymous')
    assert.equal(nobody.outcome, 'refused')
    assert.equal(nobody.error.code, 'MissingAuthenticationToken')
    assert.deepEqual(nobody.decisions, [])

    const keys = await user(house, 'carol', house.admin, allow('iam:GetUser'))
    const { iam } = house.as(keys)
    const allowed = await iam.send(new GetUserCommand({ UserName: 'carol' }))
    const yes = (await house.ask('GET', `why/${allowed.$metadata.requestId}`)).json
    assert.equal(yes.outcome, 'succeeded')
    assert.equal(yes.decisions[0].effect, 'allowed')
    const refused = await iam.send(new ListUsersCommand({})).catch((error) => error)
    const no = (await house.ask('GET', `why/${refused.$metadata.requestId}`)).json
    assert.equal(no.outcome, 'refused')
    assert.equal(no.error.message, refused.message)
    assert.equal(no.decisions[0].effect, 'implicitDeny')
    assert.equal(no.decisions[0].action, 'iam:ListUsers')

    for (const id of ['019fb33d-4d97-78d9-be63-d5e66428e210', 'nonsense', '%2e%2e%2f'])
      assert.equal((await house.ask('GET', `why/${id}`)).status, 404, id)
    assert.equal((await house.ask('GET', 'why/')).status, 404)
  }),
)

test(
  '--throttle: LookupEvents answers twice a second, and other operations go on',
  within(['--throttle'], async (house) => {
    const { cloudtrail, iam } = house.as()
    const all = Array.from({ length: 6 }, () => cloudtrail.send(new LookupEventsCommand({})))
    const answers = await Promise.allSettled(all)
    const refused = answers.filter(({ status }) => status === 'rejected')
    assert.ok(refused.length >= 1 && refused.length <= 4, `${refused.length} of 6 were refused`)
    for (const answer of refused)
      named('ThrottlingException', /^Rate exceeded$/)((answer as { reason: Error }).reason)
    await iam.send(new ListUsersCommand({}))
  }),
)

test(
  'operators: health for everybody, the rest for the administrator of this account',
  within([], async (house) => {
    const health = await house.ask('GET', 'health', { keys: null })
    assert.equal(health.status, 200)
    assert.equal(health.json.status, 'ok')
    for (const name of ['cloudtrail', 'iam', 'sts']) assert.ok(health.json.services.includes(name))
    assert.match(health.json.version, /^\d+\.\d+\.\d+/)

    for (const path of ['metrics', 'inbox', 'clock', 'backup', 'why/x']) {
      const unsigned = await house.ask('GET', path, { keys: null })
      assert.equal(unsigned.status, 403, path)
      assert.equal(unsigned.json.code, 'MissingAuthenticationTokenException')
    }
    const wrong = { ...house.admin, secretAccessKey: 'wrong' }
    assert.equal((await house.ask('GET', 'clock', { keys: wrong })).status, 403)

    const dave = await user(house, 'dave', house.admin, allow('iam:*', 'sallyport:GetClock'))
    assert.equal((await house.ask('GET', 'clock', { keys: dave })).status, 200)
    const denied = await house.ask('GET', 'metrics', { keys: dave })
    assert.equal(denied.status, 403)
    assert.equal(denied.json.code, 'AccessDeniedException')
    assert.match(
      denied.json.message,
      /user\/dave is not authorized to perform: sallyport:GetMetrics on resource: arn:aws:sallyport:us-east-1:000000000000:installation because no identity-based policy/,
    )

    const moved = await house.ask('POST', 'clock', { body: { advanceSeconds: 1 } })
    assert.equal(moved.status, 409)
    assert.match(moved.json.message, /--test-clock/)
    assert.equal((await house.ask('POST', 'health')).status, 405)
    assert.equal((await house.ask('GET', 'nothing')).status, 404)

    const metrics = await house.ask('GET', 'metrics')
    assert.match(metrics.headers.get('content-type')!, /^text\/plain; version=0\.0\.4/)
    assert.match(
      metrics.text,
      /^sallyport_requests_total\{service="iam",operation="CreateUser",code="OK"\} 1$/m,
    )
    assert.match(metrics.text, /^# TYPE sallyport_requests_total counter$/m)
    assert.match(metrics.text, /^sallyport_store_commits \d+$/m)
    for (const line of metrics.text.trim().split('\n'))
      assert.match(line, /^(# (HELP|TYPE) \w+ .+|\w+(\{[^}]*\})? -?[\d.e+-]+)$/)
  }),
)

test('an administrator of another account does not administer this installation', async () => {
  const open = await install('--store', 'sqlite', '--auth', 'open')
  const root = { accessKeyId: '111122223333', secretAccessKey: 'x' }
  const keys = await user(open, 'boss', root, allow('*'))
  await open.close()
  const { data, admin } = open
  const house = await installAt({ data, admin }, '--store', 'sqlite')
  try {
    assert.equal((await identity(house, keys)).Account, '111122223333')
    const denied = await house.ask('GET', 'clock', { keys })
    assert.equal(denied.status, 403)
    assert.equal(denied.json.code, 'AccessDeniedException')
    assert.equal((await house.ask('GET', 'clock')).status, 200)
  } finally {
    await house.close()
  }
})

test(
  'a test clock moves forward only',
  within(['--test-clock'], async (house) => {
    const advanceSeconds = 86_400
    const moved = await house.ask('POST', 'clock', { body: { advanceSeconds } })
    assert.equal(moved.json.offsetSeconds, advanceSeconds)
    const ahead = Date.parse((await house.ask('GET', 'clock')).json.now) - Date.now()
    assert.ok(Math.abs(ahead - advanceSeconds * 1_000) < 60_000, `${ahead} ms ahead`)
    for (const wrong of [-1, Number.MAX_VALUE, '5', null]) {
      const answer = await house.ask('POST', 'clock', { body: { advanceSeconds: wrong } })
      assert.equal(answer.json.code, 'ValidationException', String(wrong))
    }
    assert.equal((await house.ask('POST', 'clock')).status, 400)
    assert.equal((await house.ask('GET', 'clock')).json.offsetSeconds, advanceSeconds)
    await identity(house, house.admin)
  }),
)

test(
  'browsers may call from anywhere and read every answer',
  within([], async (house) => {
    const origin = 'https://app.example.com'
    const preflight = await fetch(house.url, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,x-amz-date,x-amz-target',
      },
    })
    assert.equal(preflight.status, 200)
    assert.equal(preflight.headers.get('access-control-allow-origin'), '*')
    assert.match(preflight.headers.get('access-control-allow-methods')!, /POST/)
    assert.match(preflight.headers.get('access-control-allow-headers')!, /x-amz-target/)
    for (const path of ['/', '/_sallyport/health']) {
      const answer = await fetch(new URL(path, house.url), { headers: { origin } })
      assert.equal(answer.headers.get('access-control-allow-origin'), '*')
      assert.match(answer.headers.get('access-control-expose-headers')!, /x-amzn-RequestId/)
    }
    const plain = await fetch(house.url)
    assert.equal(plain.headers.get('access-control-allow-origin'), null)
  }),
)

test('what is under way is answered before the end, and nothing new is taken', async () => {
  let letGo: (() => void) | undefined
  const arrived = Promise.withResolvers<void>()
  const slow = probeService({
    send: () =>
      new Promise((resolve) => {
        letGo = resolve
        arrived.resolve()
      }),
  })
  const house = await installAt({ services: [slow] })
  const options = { endpoint: house.url, region: 'us-east-1', credentials: house.admin }
  const client = new SQSClient({ ...options, maxAttempts: 1, md5: false })
  const answer = client.send(new SendMessageCommand({ QueueUrl: 'q', MessageBody: 'm' }))
  await arrived.promise
  let ended = false
  const end = house.close().then(() => {
    ended = true
  })
  await assert.rejects(fetch(`${house.url}/_sallyport/health`), 'no new connection')
  assert.equal(ended, false, 'it waits for the answer')
  letGo!()
  assert.match((await answer).MessageId!, /^[0-9a-f-]{36}$/)
  // The client keeps its connection; the end does not wait until that has been idle for long.
  await end
  client.destroy()
})

test(
  'a full disk: calls are refused, health says so, and all goes on when there is room',
  within(['--store', 'sqlite'], async (house) => {
    const driver = house.app.store.driver as SqliteDriver
    const { iam } = house.as()
    await iam.send(new CreateUserCommand({ UserName: 'before' }))
    driver.limitPages(1)
    let full = 0
    for (let n = 0; n < 40 && full < 3; n++) {
      const outcome = await iam
        .send(new CreateUserCommand({ UserName: `full${n}` }))
        .catch((error) => error)
      if (!(outcome instanceof Error)) continue
      named('ServiceUnavailable')(outcome)
      const { $metadata } = outcome as Error & { $metadata: { httpStatusCode: number } }
      assert.equal($metadata.httpStatusCode, 503)
      full++
    }
    assert.equal(full, 3)
    // Reading is refused as well: it could not be recorded.
    await assert.rejects(iam.send(new ListUsersCommand({})), named('ServiceUnavailable'))
    const ill = await house.ask('GET', 'health', { keys: null })
    assert.equal(ill.status, 503)
    assert.match(ill.json.status, /cannot be written/)

    driver.limitPages(1_000_000)
    // Nobody calls, because a load balancer has turned away: it finds out by itself.
    const end = performance.now() + 10_000
    while ((await house.ask('GET', 'health', { keys: null })).status !== 200) {
      assert.ok(performance.now() < end, 'health stays ill')
      await new Promise((next) => setTimeout(next, 50))
    }
    await iam.send(new CreateUserCommand({ UserName: 'after' }))
    const { Users } = await iam.send(new ListUsersCommand({}))
    const names = Users!.map(({ UserName }) => UserName)
    assert.ok(names.includes('before') && names.includes('after'), String(names))
  }),
)

test('a change whose record could not be written is told as such, and recorded later', async () => {
  const house = await install('--store', 'sqlite')
  const { log } = house.app.store
  log.append = async () => {
    throw new StoreUnavailable('the log is full')
  }
  const make = new CreateUserCommand({ UserName: 'made' })
  await assert.rejects(house.as().iam.send(make), named('ServiceUnavailable', /change was made/))
  const look = house.as().iam.send(new ListUsersCommand({}))
  await assert.rejects(look, named('ServiceUnavailable', /nothing was changed/))
  assert.equal((await house.ask('GET', 'health', { keys: null })).status, 503)
  await house.close()

  const { data, admin } = house
  const again = await installAt({ data, admin }, '--store', 'sqlite')
  try {
    const { iam, cloudtrail } = again.as()
    await iam.send(new GetUserCommand({ UserName: 'made' }))
    const LookupAttributes = [{ AttributeKey: 'EventName' as const, AttributeValue: 'CreateUser' }]
    const { Events } = await cloudtrail.send(new LookupEventsCommand({ LookupAttributes }))
    assert.equal(Events!.length, 1)
    const record = JSON.parse(Events![0]!.CloudTrailEvent!)
    assert.deepEqual(record.requestParameters, { userName: 'made' })
    assert.match(record.additionalEventData.recovered, /its answer was lost/)
    const why = await again.ask('GET', `why/${record.requestID}`)
    assert.equal(why.json.outcome, 'succeeded')
  } finally {
    await again.close()
  }
})
