import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Account, openAccount } from '../../../test/account.ts'
import { type Loose, logsOf } from './calls.test-support.ts'

let account: Account
const logs = logsOf(() => account)
before(async () => {
  account = await openAccount('--test-clock')
})
after(() => account.close())

const day = 86_400_000
const refused = (name: string, text?: string | RegExp) => (error: Error) => {
  assert.equal(error.name, name, error.message)
  if (typeof text === 'string') assert.equal(error.message, text)
  else if (text) assert.match(error.message, text)
  return true
}

async function made(logGroupName: string, ...names: string[]): Promise<void> {
  await logs('CreateLogGroup', { logGroupName })
  for (const logStreamName of names) await logs('CreateLogStream', { logGroupName, logStreamName })
}

const put = (logGroupName: string, logStreamName: string, events: [number, string][]) =>
  logs('PutLogEvents', {
    logGroupName,
    logStreamName,
    logEvents: events.map(([timestamp, message]) => ({ timestamp, message })),
  })

const texts = (answer: Loose): string[] => answer.events.map(({ message }: Loose) => message)

test('groups and streams are made once, listed in their orders, and deleted with what is in them', async () => {
  await made('/a/one', 's1', 's2')
  await assert.rejects(
    logs('CreateLogGroup', { logGroupName: '/a/one' }),
    refused('ResourceAlreadyExistsException', 'The specified log group already exists'),
  )
  await assert.rejects(
    logs('CreateLogStream', { logGroupName: '/a/one', logStreamName: 's1' }),
    refused('ResourceAlreadyExistsException', 'The specified log stream already exists'),
  )
  await assert.rejects(
    logs('CreateLogStream', { logGroupName: '/none', logStreamName: 's1' }),
    refused('ResourceNotFoundException', 'The specified log group does not exist.'),
  )
  await made('/b/two')
  const { logGroups } = await logs('DescribeLogGroups', { logGroupNamePrefix: '/a' })
  assert.equal(logGroups.length, 1)
  assert.equal(logGroups[0].arn, 'arn:aws:logs:us-east-1:000000000000:log-group:/a/one:*')
  const first = await logs('DescribeLogGroups', { limit: 1 })
  const second = await logs('DescribeLogGroups', { limit: 1, nextToken: first.nextToken })
  assert.equal(second.logGroups[0].logGroupName, '/b/two')
  const now = Date.now()
  await put('/a/one', 's1', [[now - 1_000, 'old']])
  await put('/a/one', 's2', [[now, 'new']])
  const byTime = await logs('DescribeLogStreams', {
    logGroupName: '/a/one',
    orderBy: 'LastEventTime',
    descending: true,
  })
  assert.deepEqual(
    byTime.logStreams.map((one: Loose) => one.logStreamName),
    ['s2', 's1'],
  )
  await logs('DeleteLogStream', { logGroupName: '/a/one', logStreamName: 's1' })
  await logs('CreateLogStream', { logGroupName: '/a/one', logStreamName: 's1' })
  const again = { logGroupName: '/a/one', logStreamName: 's1' }
  assert.deepEqual(texts(await logs('GetLogEvents', again)), [])
  await logs('DeleteLogGroup', { logGroupName: '/a/one' })
  await logs('DeleteLogGroup', { logGroupName: '/b/two' })
  await assert.rejects(
    logs('DeleteLogGroup', { logGroupName: '/a/one' }),
    refused('ResourceNotFoundException', 'The specified log group does not exist.'),
  )
})

test('events come back in the order of their times, page by page in both directions', async () => {
  await made('pages', 's')
  const start = Date.now() - 100_000
  const at = (n: number): [number, string] => [start + n * 1_000, `e${n}`]
  // Batches overlap in time.
  await put('pages', 's', [at(2), at(5), at(9)])
  await put('pages', 's', [at(0), at(3), at(8)])
  await put('pages', 's', [at(1), at(4), at(6), at(7)])
  const stream = { logGroupName: 'pages', logStreamName: 's' }
  const all = Array.from({ length: 10 }, (_, n) => `e${n}`)
  const head = { ...stream, startFromHead: true }
  assert.deepEqual(texts(await logs('GetLogEvents', head)), all)
  const forward: string[] = []
  let token: string | undefined
  for (;;) {
    const page = await logs('GetLogEvents', { ...head, limit: 3, nextToken: token })
    forward.push(...texts(page))
    if (page.nextForwardToken === token) break
    token = page.nextForwardToken
  }
  assert.deepEqual(forward, all)
  await put('pages', 's', [at(10)])
  const more = await logs('GetLogEvents', { ...head, nextToken: token })
  assert.deepEqual(texts(more), ['e10'])
  const latest = await logs('GetLogEvents', { ...stream, limit: 4 })
  assert.deepEqual(texts(latest), ['e7', 'e8', 'e9', 'e10'])
  const earlier = { ...stream, limit: 4, nextToken: latest.nextBackwardToken }
  assert.deepEqual(texts(await logs('GetLogEvents', earlier)), ['e3', 'e4', 'e5', 'e6'])
  const range = { ...head, startTime: start + 2_000, endTime: start + 4_000 }
  assert.deepEqual(texts(await logs('GetLogEvents', range)), ['e2', 'e3'])
  await assert.rejects(
    logs('GetLogEvents', { ...stream, nextToken: 'f/forged' }),
    refused('InvalidParameterException', 'The specified nextToken is invalid.'),
  )
})

test('a filter finds events of several streams, page by page', async () => {
  await made('filter', 'a', 'b')
  const start = Date.now() - 50_000
  await put('filter', 'a', [
    [start, 'ERROR 0'],
    [start + 2_000, 'fine'],
    [start + 4_000, 'ERROR 4'],
  ])
  await put('filter', 'b', [
    [start + 1_000, 'ERROR 1'],
    [start + 3_000, 'ERROR 3'],
  ])
  const group = { logGroupName: 'filter', filterPattern: 'ERROR' }
  const whole = await logs('FilterLogEvents', group)
  assert.deepEqual(texts(whole), ['ERROR 0', 'ERROR 1', 'ERROR 3', 'ERROR 4'])
  assert.equal(new Set(whole.events.map((one: Loose) => one.eventId)).size, 4)
  const first = await logs('FilterLogEvents', { ...group, limit: 2 })
  const rest = await logs('FilterLogEvents', { ...group, nextToken: first.nextToken })
  assert.deepEqual([...texts(first), ...texts(rest)], texts(whole))
  assert.equal(rest.nextToken, undefined)
  const one = await logs('FilterLogEvents', { ...group, logStreamNames: ['b'] })
  assert.deepEqual(texts(one), ['ERROR 1', 'ERROR 3'])
})

test('what breaks a limit is refused or told, and nothing of it is kept', async () => {
  await made('limits', 's')
  const now = Date.now()
  const invalid = (text: RegExp) => refused('InvalidParameterException', text)
  await assert.rejects(
    put('limits', 's', [
      [now, 'b'],
      [now - 1, 'a'],
    ]),
    invalid(/chronological order/),
  )
  await assert.rejects(
    put('limits', 's', [
      [now - day - 1, 'a'],
      [now, 'b'],
    ]),
    invalid(/cannot span more than 24 hours/),
  )
  await assert.rejects(
    put('limits', 's', [[now, 'x'.repeat(1_048_551)]]),
    invalid(/^Upload too large: 1048577 bytes/),
  )
  await assert.rejects(
    put(
      'limits',
      's',
      Array.from({ length: 10_001 }, () => [now, 'x']),
    ),
    invalid(/less than or equal to 10000/),
  )
  assert.deepEqual((await put('limits', 's', [[now - 15 * day, 'a']])).rejectedLogEventsInfo, {
    tooOldLogEventEndIndex: 1,
  })
  const mixed = await put('limits', 's', [
    [now, 'good'],
    [now + 3 * 3_600_000, 'b'],
  ])
  assert.deepEqual(mixed.rejectedLogEventsInfo, { tooNewLogEventStartIndex: 1 })
  assert.match(mixed.nextSequenceToken, /^\d{56}$/)
  const stream = { logGroupName: 'limits', logStreamName: 's' }
  assert.deepEqual(texts(await logs('GetLogEvents', stream)), ['good'])
})

test('events go when their time is over', async () => {
  await made('short', 's')
  await put('short', 's', [[Date.now(), 'soon gone']])
  await assert.rejects(
    logs('PutRetentionPolicy', { logGroupName: 'short', retentionInDays: 2 }),
    refused('InvalidParameterException', /retentionInDays/),
  )
  await logs('PutRetentionPolicy', { logGroupName: 'short', retentionInDays: 1 })
  const stream = { logGroupName: 'short', logStreamName: 's' }
  assert.equal((await logs('GetLogEvents', stream)).events.length, 1)
  await account.house.ask('POST', 'clock', { body: { advanceSeconds: 2 * 86_400 } })
  assert.equal((await logs('GetLogEvents', stream)).events.length, 0)
  await logs('DeleteRetentionPolicy', { logGroupName: 'short' })
  assert.equal((await logs('GetLogEvents', stream)).events.length, 0, 'they are really gone')
})
