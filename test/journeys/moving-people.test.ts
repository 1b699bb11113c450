import assert from 'node:assert/strict'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { LookupEventsCommand } from '@aws-sdk/client-cloudtrail'
import { CreateRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam'
import { decodeJwt } from 'jose'
import { credentialsPath, writeCredentials } from '../../src/cli/credentials-file.ts'
import { run } from '../../src/cli/run.ts'
import {
  federatedPool,
  oidcDetails,
  throughCode,
  told,
} from '../../src/services/cognito-idp/federation/federation.test-support.ts'
import { type Cognito, installCognito } from '../../src/services/cognito-idp/pools.test-support.ts'
import { PASSWORD, signInPool } from '../../src/services/cognito-idp/sign-in.test-support.ts'
import { fakeProvider } from '../fake-provider.ts'

/** People leave a pool with what they sign in with, and come into another; or leave for good. */

let cognito: Cognito
before(async () => {
  cognito = await installCognito()
  const { house } = cognito
  const { accessKeyId: id, secretAccessKey: secret } = house.admin
  writeCredentials(credentialsPath(house.data), { id, secret }, 'us-east-1')
})
after(() => cognito.close())

async function sallyport(...args: string[]) {
  let out = ''
  let err = ''
  const terminal = {
    out(text: string) {
      out += text
    },
    err(text: string) {
      err += text
    },
    interactive: false,
  }
  const { house } = cognito
  const code = await run([...args, '--data', house.data, '--endpoint', house.url], terminal)
  return { code, out, err }
}

const policy = (more: object) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...more }] })

let role: Promise<string> | undefined
const logRole = () => (role ??= newLogRole())

async function newLogRole(): Promise<string> {
  const { iam } = cognito.house.as()
  const RoleName = 'imports'
  const Principal = { Service: 'cognito-idp.amazonaws.com' }
  const { Role } = await iam.send(
    new CreateRoleCommand({
      RoleName,
      AssumeRolePolicyDocument: policy({ Principal, Action: 'sts:AssumeRole' }),
    }),
  )
  const PolicyDocument = policy({ Action: 'logs:*', Resource: '*' })
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'logs', PolicyDocument }))
  return Role!.Arn!
}

async function imported(UserPoolId: string, text: string, role: string) {
  const { idp } = cognito
  const { UserImportJob } = await idp.createUserImportJob({
    UserPoolId,
    JobName: 'move',
    CloudWatchLogsRoleArn: role,
  })
  const { JobId, PreSignedUrl } = UserImportJob!
  const answer = await fetch(PreSignedUrl!, { method: 'PUT', body: text })
  assert.equal(answer.status, 200, await answer.text())
  await idp.startUserImportJob({ UserPoolId, JobId: JobId! })
  for (;;) {
    const { UserImportJob: job } = await idp.describeUserImportJob({ UserPoolId, JobId: JobId! })
    if (job!.CompletionDate !== undefined) return job!
    await pause(50)
  }
}

test('an export is taken back by an import: same ids, passwords, groups and states', async () => {
  const { idp, house } = cognito
  const from = await signInPool(cognito)
  await from.confirm()
  const { UserPoolId } = from
  await idp.createGroup({ UserPoolId, GroupName: 'readers' })
  await idp.adminAddUserToGroup({ UserPoolId, Username: 'ada', GroupName: 'readers' })
  await idp.adminCreateUser({ UserPoolId, Username: 'new', MessageAction: 'SUPPRESS' })
  await idp.adminCreateUser({ UserPoolId, Username: 'gone', MessageAction: 'SUPPRESS' })
  await idp.adminSetUserPassword({
    UserPoolId,
    Username: 'gone',
    Password: PASSWORD,
    Permanent: true,
  })
  await idp.adminUpdateUserAttributes({
    UserPoolId,
    Username: 'gone',
    UserAttributes: [{ Name: 'address', Value: 'a, b\\\n"c"' }],
  })
  await idp.adminDisableUser({ UserPoolId, Username: 'gone' })

  const file = join(house.data, 'users.jsonl')
  const said = await sallyport('export', '--pool', UserPoolId, '--out', file)
  assert.equal(said.code, 0, said.err)
  assert.match(said.out, /3 users/)
  assert.match(said.err, /THIS FILE IS A SECRET/)
  assert.equal(statSync(file).mode & 0o777, 0o600)
  assert.match(
    (await sallyport('export', '--pool', UserPoolId, '--out', file)).err,
    /there already/,
  )
  const { Events } = await house.as().cloudtrail.send(
    new LookupEventsCommand({
      LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: 'GetUsers' }],
    }),
  )
  assert.equal(JSON.parse(Events![0]!.CloudTrailEvent!).requestParameters.userPoolId, UserPoolId)

  const role = await logRole()
  const to = await signInPool(cognito)
  await idp.adminDeleteUser({ UserPoolId: to.UserPoolId, Username: 'ada' })
  const text = readFileSync(file, 'utf8')
  const without = await imported(to.UserPoolId, text, role)
  assert.deepEqual([without.ImportedUsers, without.FailedUsers], [2, 1])
  await idp.createGroup({ UserPoolId: to.UserPoolId, GroupName: 'readers' })
  const job = await imported(to.UserPoolId, text, role)
  assert.deepEqual([job.Status, job.ImportedUsers, job.SkippedUsers], ['Succeeded', 1, 0])
  const [old, moved] = await Promise.all(
    [UserPoolId, to.UserPoolId].map((pool) =>
      idp.adminGetUser({ UserPoolId: pool, Username: 'ada' }),
    ),
  )
  assert.deepEqual(moved!.UserAttributes, old!.UserAttributes)
  assert.ok((await to.signIn()).AuthenticationResult)
  const { Groups } = await idp.adminListGroupsForUser({
    UserPoolId: to.UserPoolId,
    Username: 'ada',
  })
  assert.equal(Groups![0]!.GroupName, 'readers')
  const gone = await idp.adminGetUser({ UserPoolId: to.UserPoolId, Username: 'gone' })
  assert.deepEqual([gone.Enabled, gone.UserStatus], [false, 'CONFIRMED'])
  assert.equal(gone.UserAttributes!.find(({ Name }) => Name === 'address')!.Value, 'a, b\\\n"c"')
  const fresh = await idp.adminGetUser({ UserPoolId: to.UserPoolId, Username: 'new' })
  assert.equal(fresh.UserStatus, 'RESET_REQUIRED')
})

test('who signs in elsewhere is the same user in the new pool', async (t) => {
  const { idp, house } = cognito
  const fake = await fakeProvider()
  t.after(() => fake.close())
  const newPool = () =>
    federatedPool(
      cognito,
      {
        ProviderDetails: oidcDetails(fake),
        AttributeMapping: { email: 'email', email_verified: 'email_verified' },
      },
      { UsernameAttributes: ['email'] },
    )
  fake.claims = { sub: 'u1', email: 'ada@example.com', email_verified: true }
  const [from, to] = [await newPool(), await newPool()]
  await throughCode(fake, from)
  const Username = 'bob@example.com'
  await idp.adminCreateUser({ UserPoolId: from.UserPoolId, Username, MessageAction: 'SUPPRESS' })
  await idp.adminLinkProviderForUser({
    UserPoolId: from.UserPoolId,
    DestinationUser: { ProviderName: 'Cognito', ProviderAttributeValue: Username },
    SourceUser: {
      ProviderName: 'Acme',
      ProviderAttributeName: 'Cognito_Subject',
      ProviderAttributeValue: 'u2',
    },
  })
  const file = join(house.data, 'federated.jsonl')
  const said = await sallyport('export', '--pool', from.UserPoolId, '--out', file)
  assert.equal(said.code, 0, said.err)
  const text = readFileSync(file, 'utf8')
  const bad = text.replace(/(?<=sallyport:identities":")[^,]+/, '[{}]"')
  assert.notEqual(bad, text)
  const broken = await imported(to.UserPoolId, bad, await logRole())
  assert.equal(broken.FailedUsers, 1)
  const job = await imported(to.UserPoolId, text, await logRole())
  assert.deepEqual([job.ImportedUsers, job.FailedUsers], [1, 1])
  const user = (UserPoolId: string) => idp.adminGetUser({ UserPoolId, Username: 'Acme_u1' })
  const [old, moved] = await Promise.all([user(from.UserPoolId), user(to.UserPoolId)])
  assert.equal(moved!.UserStatus, 'EXTERNAL_PROVIDER')
  assert.deepEqual(moved!.UserAttributes, old!.UserAttributes)
  const subOf = async (sub: string) => {
    fake.claims = { sub, email: `${sub}@example.com` }
    return decodeJwt(told(await throughCode(fake, to)).get('id_token')!)
  }
  const again = await subOf('u1')
  assert.equal(again.sub, moved!.UserAttributes!.find(({ Name }) => Name === 'sub')!.Value)
  assert.deepEqual(again['cognito:groups'], [`${to.UserPoolId}_Acme`])
  const bob = await idp.adminGetUser({ UserPoolId: to.UserPoolId, Username })
  assert.equal((await subOf('u2'))['cognito:username'], bob.Username)
})

test('one person is told all that is known, without secrets, and can be erased', async () => {
  const { idp } = cognito
  const { UserPoolId, confirm, signIn } = await signInPool(cognito)
  await confirm()
  await signIn()
  const said = await sallyport('export', '--pool', UserPoolId, '--user', 'ada')
  assert.equal(said.code, 0, said.err)
  const person = JSON.parse(said.out)
  assert.equal(person.attributes.email, 'ada@example.com')
  assert.equal(person.signIn.hasPassword, true)
  assert.ok(!/argon2id|verifier|secret"/.test(said.out))
  const erased = await sallyport('erase', '--pool', UserPoolId, '--user', 'ada')
  assert.equal(erased.code, 0, erased.err)
  const statement = JSON.parse(erased.out)
  assert.equal(statement.sub, person.attributes.sub)
  assert.equal(statement.erased.credentials, 1)
  assert.ok(!erased.out.includes('example.com'))
  await assert.rejects(idp.adminGetUser({ UserPoolId, Username: 'ada' }), {
    name: 'UserNotFoundException',
  })
  const again = await sallyport('erase', '--pool', UserPoolId, '--user', 'ada')
  assert.deepEqual([again.code, /User does not exist/.test(again.err)], [1, true])
  const nowhere = await sallyport('export', '--pool', 'us-east-1_None', '--user', 'ada')
  assert.match(nowhere.err, /us-east-1_None does not exist/)
  assert.equal((await sallyport('export')).code, 2)
  assert.equal((await sallyport('erase', '--pool', UserPoolId)).code, 2)
})

test('who may import users may not therefore put them into groups, nor export them', async () => {
  const { idp, house } = cognito
  const { UserPoolId } = await signInPool(cognito)
  const { CreateAccessKeyCommand, CreateUserCommand, PutUserPolicyCommand } = await import(
    '@aws-sdk/client-iam'
  )
  const { iam } = house.as()
  const UserName = 'importer'
  await iam.send(new CreateUserCommand({ UserName }))
  const Action = ['cognito-idp:StartUserImportJob', 'cognito-idp:DescribeUserImportJob']
  const PolicyDocument = policy({ Action, Resource: '*' })
  await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'p', PolicyDocument }))
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }))
  const keys = {
    accessKeyId: AccessKey!.AccessKeyId!,
    secretAccessKey: AccessKey!.SecretAccessKey!,
  }
  const { CognitoIdentityProvider } = await import('@aws-sdk/client-cognito-identity-provider')
  const importer = new CognitoIdentityProvider({
    endpoint: house.url,
    region: 'us-east-1',
    credentials: keys,
  })
  const { UserImportJob } = await idp.createUserImportJob({
    UserPoolId,
    JobName: 'move',
    CloudWatchLogsRoleArn: `arn:aws:iam::${house.app.house.account}:role/imports`,
  })
  const line = JSON.stringify({ 'cognito:username': 'bob', 'sallyport:groups': '["admins"]' })
  await fetch(UserImportJob!.PreSignedUrl!, { method: 'PUT', body: line })
  await assert.rejects(
    importer.startUserImportJob({ UserPoolId, JobId: UserImportJob!.JobId! }),
    /AdminAddUserToGroup/,
  )
  importer.destroy()
  const answers = await Promise.all([
    house.ask('GET', `users/${UserPoolId}`, { keys }),
    house.ask('POST', `person/${UserPoolId}`, { keys, body: { user: 'ada' } }),
    house.ask('POST', `erase/${UserPoolId}`, { keys, body: { user: 'ada' } }),
    house.ask('GET', `users/${UserPoolId}`, { keys: null }),
  ])
  for (const { status } of answers) assert.equal(status, 403)
})
