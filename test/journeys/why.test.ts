import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, test } from 'node:test'
import { LookupEventsCommand } from '@aws-sdk/client-cloudtrail'
import { explanationText, type Why } from '../../src/cli/explanation-text.ts'
import type { Policy } from '../../src/kernel/authorization.ts'
import { type Account, keysOf, openAccount, policy, trusting } from '../account.ts'
import type { Keys } from '../installation.ts'

/** `why` tells every layer of a decision, what decided in it, and what would have let it pass. */

const OWN = '000000000000'

function control(id: string, ...statements: object[]): Policy {
  const document = policy(...statements)
  const hash = createHash('sha256').update(document).digest('hex')
  const arn = `arn:aws:organizations::999999999999:policy/o-one/service_control_policy/${id}`
  return { id: arn, kind: 'managed', document, hash }
}

const full = { Effect: 'Allow', Action: '*', Resource: '*' }
const noKeys = {
  Sid: 'NoKeys',
  Effect: 'Deny',
  Action: 'iam:*AccessKey*',
  Resource: '*',
  Condition: { ArnNotLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:root' } },
}
const some = { Effect: 'Allow', Action: ['iam:*', 'sts:*', 'sallyport:*'], Resource: '*' }
/** Root, organizational unit, account. */
const serviceControl = [
  [control('p-full', full)],
  [control('p-full', full), control('p-keys', noKeys)],
  [control('p-some', some)],
]

let account: Account
before(async () => {
  account = await openAccount({
    prepare(app) {
      const membership = async (id: string) => ({
        organizationId: 'o-one',
        managementAccount: '999999999999',
        path: 'o-one/r-root/ou-dev/',
        serviceControl: id === OWN ? serviceControl : undefined,
        resourceControl: undefined,
        trustedServices: [],
        delegatedServices: [],
      })
      Object.assign(app.house.guardrails, { membership })
    },
  })
})
after(() => account.close())

/** What `why` answers about a call, and how it reads. */
async function told(call: Promise<unknown>): Promise<{ why: Why; text: string }> {
  const answer = (await call.catch((error) => error)) as { $metadata: { requestId: string } }
  const { status, json } = await account.house.ask('GET', `why/${answer.$metadata.requestId}`)
  assert.equal(status, 200)
  const text = explanationText(json, false)
  assert.equal(explanationText(json, true).replaceAll(/\x1b\[\d+m/g, ''), text)
  return { why: json, text }
}

const documentOf = (name: string) => `arn:aws:iam::${OWN}:policy/${name}`

async function worker(name: string, PolicyDocument: string): Promise<Keys> {
  await account.iam('CreateUser', { UserName: name })
  await account.iam('PutUserPolicy', { UserName: name, PolicyName: 'own', PolicyDocument })
  const { AccessKey } = await rootKeys(name)
  return { accessKeyId: AccessKey.AccessKeyId, secretAccessKey: AccessKey.SecretAccessKey }
}

const rootKeys = (UserName: string) => account.iam('CreateAccessKey', { UserName })

const office = {
  Sid: 'OfficeOnly',
  Effect: 'Deny',
  Action: 'iam:Delete*',
  Resource: '*',
  Condition: { NotIpAddress: { 'aws:SourceIp': '10.0.0.0/8' } },
}

test('an explicit deny: its lines, the value that decided, and the way around it', async () => {
  const statements = [full, office]
  const pretty = JSON.stringify({ Version: '2012-10-17', Statement: statements }, null, 2)
  const keys = await worker('ada', pretty)
  const { why, text } = await told(account.iam('DeleteUser', { UserName: 'ada' }, keys))
  assert.match(
    text,
    /\n {2}identity-based policy: explicitly denied \(this decided\)\n {4}Allow by statement 1 of own, line 4\n/,
  )
  assert.match(
    text,
    /Deny by "OfficeOnly" of own, line 9\n {6} 9 \| \{\n {6}10 \| {3}"Sid": "OfficeOnly",\n/,
  )
  assert.match(text, /\n {6}since aws:SourceIp is 127\.0\.0\.1 \(NotIpAddress 10\.0\.0\.0\/8\)\n/)
  assert.match(
    text,
    /allowed after this:\n {4}1\. remove or narrow what denies: "OfficeOnly" of own, line 9\n {7}or call so that not all of this holds: aws:SourceIp is 127/,
  )
  const [{ wouldAllow }] = why.decisions as [Why['decisions'][number]]
  assert.equal(wouldAllow.length, 1)
})

test('an organization: which level says what, by the id of the policy', async () => {
  const keys = await worker('bea', policy(full))
  const denied = (await told(account.iam('ListAccessKeys', {}, keys))).text
  assert.match(denied, /Allow by statement 1 of p-full, line 1, at root r-root\n/)
  assert.match(denied, /Deny by "NoKeys" of p-keys, line 1, at ou-dev\n {6}1 \| \{"Sid":"NoKeys"/)
  assert.match(denied, /since aws:PrincipalArn is \S+:user\/bea \(ArnNotLike /)
  const lookUp = account.house.as(keys).cloudtrail.send(new LookupEventsCommand({}))
  const { text, why } = await told(lookUp)
  assert.match(text, /service control policy: not allowed \(this decided\)/)
  assert.match(text, /no statement at account 000000000000 allows it\n/)
  assert.match(
    text,
    /1\. add to a service control policy at account 000000000000\n {7}\{"Effect":"Allow","Action":"cloudtrail:LookupEvents","Resource":"\*"\}\n/,
  )
  assert.deepEqual(why.decisions[0]!.levels.serviceControl, [
    'root r-root',
    'ou-dev',
    'account 000000000000',
  ])
})

test('silence: near misses with their lines, and every layer that would have to speak', async () => {
  const statements = [
    { Effect: 'Allow', Action: 'iam:GetUser', Resource: `arn:aws:iam::${OWN}:user/ada` },
    {
      Effect: 'Allow',
      Action: 'iam:ListUsers',
      Resource: '*',
      Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } },
    },
  ]
  const keys = await worker('bob', policy(...statements))
  const other = (await told(account.iam('GetUser', { UserName: 'bob' }, keys))).text
  assert.match(
    other,
    /Allow statement 1 of own, line 1, would apply, but its resource is another\n {6}1 \| \{"Effect":"Allow","Action":"iam:GetUser"/,
  )
  assert.match(
    other,
    /1\. add to a policy of the user bob, or a group of it\n {7}\{"Effect":"Allow","Action":"iam:GetUser","Resource":"arn:aws:iam::000000000000:user\/bob"\}/,
  )
  const limit = { PolicyName: 'limit', PolicyDocument: policy({ ...full, Action: 's3:*' }) }
  await account.iam('CreatePolicy', limit)
  const PermissionsBoundary = documentOf('limit')
  await account.iam('PutUserPermissionsBoundary', { UserName: 'bob', PermissionsBoundary })
  const { text, why } = await told(account.iam('ListUsers', {}, keys))
  assert.match(text, /permissions boundary: not allowed\n {4}no statement allows it\n/)
  assert.match(
    text,
    /after this, all of it:\n {4}1\. add to a policy of .*\n.*\n {7}or call so that statement 2 of own, line 1, applies: Bool aws:MultiFactorAuthPresent true \(it is not there\)\n {4}2\. add to the permissions boundary arn:aws:iam::000000000000:policy\/limit\n/,
  )
  // What is advised is what helps.
  const { wouldAllow } = why.decisions[0]!
  const PolicyDocument = policy(...wouldAllow.map(({ statement }) => statement!))
  await account.iam('PutUserPolicy', { UserName: 'bob', PolicyName: 'more', PolicyDocument })
  await account.iam('CreatePolicyVersion', {
    PolicyArn: PermissionsBoundary,
    PolicyDocument,
    SetAsDefault: true,
  })
  await account.iam('ListUsers', {}, keys)
})

test('sessions and trust: the policy of the session, and the role that trusts somebody else', async () => {
  const keys = await worker('carl', policy(full))
  const RoleArn = `arn:aws:iam::${OWN}:role/job`
  const AssumeRolePolicyDocument = trusting(`arn:aws:iam::${OWN}:user/ada`)
  await account.iam('CreateRole', { RoleName: 'job', AssumeRolePolicyDocument })
  const assume = {
    RoleArn,
    RoleSessionName: 'session',
    Policy: policy({ ...full, Action: 's3:*' }),
  }
  const refused = (await told(account.sts('AssumeRole', assume, keys))).text
  assert.match(
    refused,
    /1\. add to the trust policy of \S+role\/job\n {7}\{"Effect":"Allow","Principal":\{"AWS":"\S+user\/carl"\},"Action":"sts:AssumeRole"\}/,
  )
  const PolicyDocument = trusting(`arn:aws:iam::${OWN}:user/carl`)
  await account.iam('UpdateAssumeRolePolicy', { RoleName: 'job', PolicyDocument })
  await account.iam('PutRolePolicy', {
    RoleName: 'job',
    PolicyName: 'all',
    PolicyDocument: policy(full),
  })
  const session = keysOf(await account.sts('AssumeRole', assume, keys))
  const { text } = await told(account.iam('ListUsers', {}, session))
  assert.match(text, /session policy: not allowed \(this decided\)/)
  assert.match(text, /1\. add to the session policy that is passed when the session is made\n/)
})

test('an allowed call: the statement that allowed it, and no advice', async () => {
  const keys = await worker('dora', policy(full))
  const { text, why } = await told(account.iam('GetUser', {}, keys))
  assert.match(
    text,
    /identity-based policy: allows\n {4}Allow by statement 1 of own, line 1\n {6}1 \| /,
  )
  assert.doesNotMatch(text, /allowed after/)
  assert.deepEqual(why.decisions[0]!.wouldAllow, [])
})
