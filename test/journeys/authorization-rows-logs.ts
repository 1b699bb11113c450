import type { Making, Row, World } from './authorization-rows.ts'

/** What every operation of CloudWatch Logs asks for. */

type Input = Row['input']
type Prepare = (w: World) => Input | Promise<Input>

const arn = (w: World, name = 'g') => `arn:aws:logs:us-east-1:${w.account}:log-group:${name}`
const logGroupName = 'g'
const logStreamName = 's'

const group = (w: World) => w.logs('CreateLogGroup', { logGroupName, tags: { team: 'blue' } })

async function stream(w: World): Promise<void> {
  await group(w)
  await w.logs('CreateLogStream', { logGroupName, logStreamName })
}

/** An operation on the group with the tag team=blue. */
const onGroup =
  (operation: string, prepare: Prepare = () => ({})): Making =>
  async (w) => {
    await group(w)
    return {
      input: { logGroupName, ...(await prepare(w)) },
      decides: [[`logs:${operation}`, `${arn(w)}:log-stream:`]],
      tagged: true,
      // A name, not an ARN: whoever asks has groups of its own only.
      anyAccount: operation === 'DescribeLogGroups',
    }
  }

/** An operation on tags, which are decided on the plain ARN. */
const onTags =
  (operation: string, prepare: Prepare): Making =>
  async (w) => {
    await group(w)
    return {
      input: await prepare(w),
      decides: [[`logs:${operation}`, arn(w)]],
      tagged: true,
    }
  }

const onStream =
  (operation: string, input: Input = {}, made = true): Making =>
  async (w) => {
    await (made ? stream(w) : group(w))
    return {
      input: { logGroupName, logStreamName, ...input },
      decides: [[`logs:${operation}`, `${arn(w)}:log-stream:${logStreamName}`]],
      tagged: true,
    }
  }

const anywhere =
  (operation: string, prepare: Prepare = () => ({}), firstComes = false): Making =>
  async (w) => ({
    input: await prepare(w),
    decides: [[`logs:${operation}`, '*']],
    anyAccount: true,
    firstComes,
  })

const policyName = 'p'
const policyDocument = '{"Version":"2012-10-17","Statement":[]}'
const tags = { a: 'b' }

export const logRows: ReadonlyMap<string, Making> = new Map<string, Making>([
  [
    'CreateLogGroup',
    (w) => ({
      input: { logGroupName },
      decides: [['logs:CreateLogGroup', `${arn(w)}:log-stream:`]],
    }),
  ],
  ['CreateLogStream', onStream('CreateLogStream', {}, false)],
  ['DeleteLogGroup', onGroup('DeleteLogGroup')],
  ['DeleteLogStream', onStream('DeleteLogStream')],
  [
    'DeleteResourcePolicy',
    anywhere('DeleteResourcePolicy', async (w) => {
      await w.logs('PutResourcePolicy', { policyName, policyDocument })
      return { policyName }
    }),
  ],
  [
    'DeleteRetentionPolicy',
    onGroup('DeleteRetentionPolicy', async (w) => {
      await w.logs('PutRetentionPolicy', { logGroupName, retentionInDays: 7 })
      return {}
    }),
  ],
  [
    'DescribeLogGroups',
    (w) => ({
      input: {},
      decides: [['logs:DescribeLogGroups', `${arn(w, '')}:log-stream:`]],
      anyAccount: true,
    }),
  ],
  ['DescribeLogStreams', onGroup('DescribeLogStreams')],
  ['DescribeResourcePolicies', anywhere('DescribeResourcePolicies')],
  ['FilterLogEvents', onGroup('FilterLogEvents')],
  ['GetLogEvents', onStream('GetLogEvents')],
  ['ListTagsForResource', onTags('ListTagsForResource', (w) => ({ resourceArn: arn(w) }))],
  ['ListTagsLogGroup', onTags('ListTagsLogGroup', () => ({ logGroupName }))],
  [
    'PutLogEvents',
    onStream('PutLogEvents', { logEvents: [{ timestamp: Date.now(), message: 'm' }] }),
  ],
  ['PutResourcePolicy', anywhere('PutResourcePolicy', () => ({ policyName, policyDocument }))],
  ['PutRetentionPolicy', onGroup('PutRetentionPolicy', () => ({ retentionInDays: 7 }))],
  ['TagLogGroup', onTags('TagLogGroup', () => ({ logGroupName, tags }))],
  ['TagResource', onTags('TagResource', (w) => ({ resourceArn: arn(w), tags }))],
  ['UntagLogGroup', onTags('UntagLogGroup', () => ({ logGroupName, tags: ['team'] }))],
  ['UntagResource', onTags('UntagResource', (w) => ({ resourceArn: arn(w), tagKeys: ['team'] }))],
])
