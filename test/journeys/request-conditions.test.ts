import assert from 'node:assert/strict'
import { test } from 'node:test'
import { IAMClient, ListUsersCommand } from '@aws-sdk/client-iam'
import { openAccount, policy } from '../account.ts'
import type { Keys } from '../installation.ts'

/** Conditions on where and when a request comes from, as clients and proxies send it. */

const day = 86_400_000
const iso = (time: number) => new Date(time).toISOString()

type Headers = Readonly<Record<string, string>>

const direct: Headers = {}
const proxied = (headers: Headers): Headers => ({ 'x-forwarded-for': '203.0.113.9', ...headers })
const endpoint = proxied({
  'x-amzn-vpce-id': 'vpce-0a1b',
  'x-amzn-vpc-id': 'vpc-77',
  'x-amzn-vpce-account': '111122223333',
})

const now = Date.now()

/** A condition, headers that meet it, and headers that do not. */
const rows: readonly (readonly [string, object, Headers, Headers])[] = [
  ['source IP', { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } }, proxied({}), direct],
  [
    'the nearest address that is no proxy of ours',
    { IpAddress: { 'aws:SourceIp': '198.51.100.7' } },
    { 'x-forwarded-for': '10.0.0.1, 198.51.100.7, 127.0.0.1' },
    { 'x-forwarded-for': '198.51.100.7, 203.0.113.50' },
  ],
  [
    'secure transport, ended at the proxy',
    { Bool: { 'aws:SecureTransport': 'true' } },
    proxied({ 'x-forwarded-proto': 'https' }),
    proxied({ 'x-forwarded-proto': 'http' }),
  ],
  ['VPC endpoint', { StringEquals: { 'aws:SourceVpce': 'vpce-0a1b' } }, endpoint, proxied({})],
  ['VPC', { StringEquals: { 'aws:SourceVpc': 'vpc-77' } }, endpoint, proxied({})],
  [
    'address in the VPC',
    { IpAddress: { 'aws:VpcSourceIp': '203.0.113.9' } },
    endpoint,
    proxied({}),
  ],
  [
    'owner of the endpoint',
    { StringEquals: { 'aws:VpceAccount': '111122223333' } },
    endpoint,
    { ...endpoint, 'x-amzn-vpce-account': '444455556666' },
  ],
  ['no public address behind an endpoint', { Null: { 'aws:SourceIp': 'true' } }, endpoint, direct],
  [
    'user agent',
    { StringLike: { 'aws:UserAgent': '*md/deployer*' } },
    { 'user-agent': 'x md/deployer' },
    direct,
  ],
  [
    'referer',
    { StringLike: { 'aws:Referer': 'https://example.com/*' } },
    { referer: 'https://example.com/page' },
    { referer: 'https://example.org/page' },
  ],
]

/** Conditions that the moment or the caller meets, and their neighbours that are not met. */
const pairs: readonly (readonly [string, object, object])[] = [
  [
    'time window',
    {
      DateGreaterThan: { 'aws:CurrentTime': iso(now - day) },
      DateLessThan: { 'aws:CurrentTime': iso(now + day) },
    },
    { DateGreaterThan: { 'aws:CurrentTime': iso(now + day) } },
  ],
  [
    'epoch time',
    { NumericGreaterThan: { 'aws:EpochTime': String(Math.floor((now - day) / 1_000)) } },
    { NumericLessThan: { 'aws:EpochTime': String(Math.floor((now - day) / 1_000)) } },
  ],
  [
    'requested Region',
    { StringEquals: { 'aws:RequestedRegion': 'us-east-1' } },
    { StringEquals: { 'aws:RequestedRegion': 'eu-west-1' } },
  ],
  [
    'no service in between',
    { Bool: { 'aws:ViaAWSService': 'false' } },
    { Bool: { 'aws:ViaAWSService': 'true' } },
  ],
  [
    'MFA is absent with long-term keys',
    { Null: { 'aws:MultiFactorAuthPresent': 'true' } },
    { Bool: { 'aws:MultiFactorAuthPresent': 'false' } },
  ],
  [
    'user name and tag',
    { StringEquals: { 'aws:username': 'caller', 'aws:PrincipalTag/team': 'a' } },
    { StringEquals: { 'aws:username': 'caller', 'aws:PrincipalTag/team': 'b' } },
  ],
  [
    'account and type',
    { StringEquals: { 'aws:PrincipalAccount': '000000000000', 'aws:PrincipalType': 'User' } },
    { StringEquals: { 'aws:PrincipalAccount': '000000000001' } },
  ],
  [
    'no organization',
    { Null: { 'aws:PrincipalOrgID': 'true', 'aws:ResourceOrgID': 'true' } },
    { StringLike: { 'aws:PrincipalOrgID': 'o-*' } },
  ],
]

test('conditions on the request decide', async (t) => {
  const account = await openAccount('--trusted-proxies', '127.0.0.1,10.0.0.0/8')
  t.after(() => account.close())
  const caller = await account.user('caller')
  await account.iam('TagUser', { UserName: 'caller', Tags: [{ Key: 'team', Value: 'a' }] })
  const allowedOn = (Condition: object) =>
    account.iam('PutUserPolicy', {
      UserName: 'caller',
      PolicyName: 'own',
      PolicyDocument: policy({
        Effect: 'Allow',
        Action: 'iam:ListUsers',
        Resource: '*',
        Condition,
      }),
    })
  const listed = (headers: Headers) => lists(account.house.url, caller, headers)
  for (const [what, condition, met, unmet] of rows) {
    await allowedOn(condition)
    assert.equal(await listed(met), 'allowed', what)
    assert.equal(await listed(unmet), 'AccessDenied', what)
  }
  for (const [what, met, unmet] of pairs) {
    await allowedOn(met)
    assert.equal(await listed(direct), 'allowed', what)
    await allowedOn(unmet)
    assert.equal(await listed(direct), 'AccessDenied', what)
  }
})

test('who is no trusted proxy tells nothing about where a request comes from', async (t) => {
  const account = await openAccount()
  t.after(() => account.close())
  const caller = await account.user('caller')
  const document = policy({
    Effect: 'Allow',
    Action: 'iam:ListUsers',
    Resource: '*',
    Condition: {
      IpAddress: { 'aws:SourceIp': '127.0.0.1' },
      Bool: { 'aws:SecureTransport': 'false' },
      Null: { 'aws:SourceVpce': 'true' },
    },
  })
  await account.iam('PutUserPolicy', {
    UserName: 'caller',
    PolicyName: 'own',
    PolicyDocument: document,
  })
  const forged = { ...endpoint, 'x-forwarded-proto': 'https' }
  assert.equal(await lists(account.house.url, caller, forged), 'allowed')
})

/** `allowed`, or the error's name. */
async function lists(url: string, credentials: Keys, headers: Headers): Promise<string> {
  const client = new IAMClient({ endpoint: url, region: 'us-east-1', credentials, maxAttempts: 1 })
  client.middlewareStack.add(
    (next) => (args) => {
      Object.assign((args.request as { headers: Record<string, string> }).headers, headers)
      return next(args)
    },
    { step: 'finalizeRequest', priority: 'low' },
  )
  try {
    await client.send(new ListUsersCommand({}))
    return 'allowed'
  } catch (error) {
    return (error as Error).name
  } finally {
    client.destroy()
  }
}
