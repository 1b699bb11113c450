import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { LookupEventsCommand } from '@aws-sdk/client-cloudtrail'
import {
  type Account,
  allow,
  keysOf,
  openAccount,
  policy,
  trusting,
} from '../../../test/account.ts'

let account: Account
before(async () => {
  account = await openAccount('--test-clock')
})
after(() => account.close())

const lifeOf = ({ Credentials }: { Credentials: { Expiration: Date } }) =>
  Math.round((Credentials.Expiration.getTime() - account.house.app.house.clock.now()) / 1_000)
const about = (seconds: number, expected: number) =>
  assert.ok(seconds <= expected && seconds > expected - 10, `${seconds} is not ${expected}`)

test('how long sessions last: twelve hours, for root one', async () => {
  const keys = await account.user('holder')
  about(lifeOf(await account.sts('GetSessionToken', {}, keys)), 43_200)
  about(lifeOf(await account.sts('GetSessionToken', { DurationSeconds: 129_600 }, keys)), 129_600)
  about(lifeOf(await account.sts('GetSessionToken', { DurationSeconds: 129_600 })), 3_600)
  about(lifeOf(await account.sts('GetSessionToken', { DurationSeconds: 900 })), 900)
  for (const DurationSeconds of [899, 129_601])
    for (const [operation, more] of [
      ['GetSessionToken', {}],
      ['GetFederationToken', { Name: 'guest' }],
    ] as const)
      await account.refuses(
        ['sts', operation, { ...more, DurationSeconds }, keys],
        'ValidationError',
        400,
        /durationSeconds/,
      )
})

test('a session is its user, without access to IAM, and cannot be renewed', async () => {
  const keys = await account.user('plain', 'iam:*', 'cloudtrail:*', 'sts:*')
  const session = keysOf(await account.sts('GetSessionToken', {}, keys))
  const who = await account.sts('GetCallerIdentity', {}, session)
  assert.equal(who.Arn, 'arn:aws:iam::000000000000:user/plain')
  await account.refuses(
    ['iam', 'GetUser', {}, session],
    'InvalidClientTokenId',
    403,
    'The security token included in the request is invalid',
  )
  for (const [operation, input] of [
    ['GetSessionToken', {}],
    ['GetFederationToken', { Name: 'guest' }],
  ] as const)
    await account.refuses(
      ['sts', operation, input, session],
      'AccessDenied',
      403,
      `Cannot call ${operation} with session credentials`,
    )
  await account.iam('CreateRole', {
    RoleName: 'reached',
    AssumeRolePolicyDocument: trusting('arn:aws:iam::000000000000:user/plain'),
  })
  const RoleArn = 'arn:aws:iam::000000000000:role/reached'
  await account.sts('AssumeRole', { RoleArn, RoleSessionName: 'from-session' }, session)
  await account.iam('DeleteAccessKey', { UserName: 'plain', AccessKeyId: keys.accessKeyId })
  await account.sts('GetCallerIdentity', {}, session)
})

test('an MFA code that nobody can check is refused', async () => {
  const keys = await account.user('codes')
  await account.refuses(
    [
      'sts',
      'GetSessionToken',
      { SerialNumber: 'arn:aws:iam::000000000000:mfa/codes', TokenCode: '123456' },
      keys,
    ],
    'AccessDenied',
    403,
    /^MultiFactorAuthentication failed/,
  )
})

test('a federated user: ARN, id, no IAM, and the policy in between', async () => {
  const keys = await account.user(
    'broker',
    'sts:GetFederationToken',
    'sts:TagSession',
    'cloudtrail:*',
    'iam:*',
  )
  const input = {
    Name: 'visitor',
    Policy: policy(allow(['cloudtrail:*', 'iam:*'])),
    Tags: [{ Key: 'a', Value: 'b' }],
  }
  const token = await account.sts('GetFederationToken', input, keys)
  assert.deepEqual(token.FederatedUser, {
    FederatedUserId: '000000000000:visitor',
    Arn: 'arn:aws:sts::000000000000:federated-user/visitor',
  })
  assert.ok(token.PackedPolicySize > 0)
  const who = await account.sts('GetCallerIdentity', {}, keysOf(token))
  assert.equal(who.Arn, token.FederatedUser.Arn)
  await account.refuses(
    ['iam', 'ListUsers', {}, keysOf(token)],
    'InvalidClientTokenId',
    403,
    /invalid/,
  )
  for (const Name of ['x', 'no spaces', 'x'.repeat(33)])
    await account.refuses(
      ['sts', 'GetFederationToken', { Name }, keys],
      'ValidationError',
      400,
      /name/,
    )
  await account.refuses(
    ['sts', 'GetFederationToken', { Name: 'visitor', Policy: '{' }, keys],
    'MalformedPolicyDocument',
    400,
    /./,
  )
})

test('aws:TokenIssueTime is there for sessions only', async () => {
  const keys = await account.user('older', 'sts:*', 'cloudtrail:*')
  const session = keysOf(await account.sts('GetSessionToken', {}, keys))
  const deny = (operator: string) =>
    account.iam('PutUserPolicy', {
      UserName: 'older',
      PolicyName: 'revoked',
      PolicyDocument: policy({
        Effect: 'Deny',
        Action: 'cloudtrail:LookupEvents',
        Resource: '*',
        Condition: { [operator]: { 'aws:TokenIssueTime': '2999-01-01T00:00:00Z' } },
      }),
    })
  const lookUp = (as: typeof keys) =>
    account.house.as(as).cloudtrail.send(new LookupEventsCommand({}))
  await deny('DateLessThan')
  await assert.rejects(lookUp(session), /explicit deny/)
  await lookUp(keys)
  await deny('DateLessThanIfExists')
  await assert.rejects(lookUp(keys), /explicit deny/)
})

test('sessions of long-term keys ask sts for little', async () => {
  const keys = await account.user('asker', 'sts:*')
  const session = keysOf(await account.sts('GetSessionToken', {}, keys))
  const visitor = keysOf(
    await account.sts('GetFederationToken', { Name: 'guest', Policy: policy(allow('*')) }, keys),
  )
  const info = ['sts', 'GetAccessKeyInfo', { AccessKeyId: keys.accessKeyId }] as const
  for (const as of [session, visitor])
    await account.refuses(
      [...info, as],
      'AccessDenied',
      403,
      'Cannot call GetAccessKeyInfo with session credentials',
    )
  const RoleArn = 'arn:aws:iam::000000000000:role/none'
  const assume = ['sts', 'AssumeRole', { RoleArn, RoleSessionName: 'x1' }] as const
  await account.refuses([...assume, visitor], 'AccessDenied', 403, /Cannot call AssumeRole/)
  await account.refuses([...assume, session], 'AccessDenied', 403, /not authorized to perform/)
})
