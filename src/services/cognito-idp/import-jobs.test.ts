import assert from 'node:assert/strict'
import { scryptSync } from 'node:crypto'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { hashSync } from 'bcryptjs'
import { runs } from '../../../test/runs.ts'
import { type Cognito, installCognito, newPool, refused } from './pools.test-support.ts'
import { advance, PASSWORD, signInPool } from './sign-in.test-support.ts'

let cognito: Cognito
let role: string
const trusting = (Service: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole' }],
  })

before(async () => {
  cognito = await installCognito('--test-clock')
  const { iam } = cognito.house.as()
  const { CreateRoleCommand, PutRolePolicyCommand } = await import('@aws-sdk/client-iam')
  const made = await iam.send(
    new CreateRoleCommand({
      RoleName: 'import-logs',
      AssumeRolePolicyDocument: trusting('cognito-idp.amazonaws.com'),
    }),
  )
  role = made.Role!.Arn!
  const Resource = 'arn:aws:logs:us-east-1:*:log-group:/aws/cognito/*'
  const Action = ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents']
  await iam.send(
    new PutRolePolicyCommand({
      RoleName: 'import-logs',
      PolicyName: 'logs',
      PolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action, Resource }],
      }),
    }),
  )
})
after(() => cognito.close())

type Create = Partial<Parameters<Cognito['idp']['createUserImportJob']>[0]>

const newJob = async (UserPoolId: string, more: Create = {}) => {
  const { UserImportJob } = await cognito.idp.createUserImportJob({
    UserPoolId,
    JobName: 'move',
    CloudWatchLogsRoleArn: role,
    ...more,
  })
  const job = UserImportJob!
  return { UserPoolId, JobId: job.JobId!, url: job.PreSignedUrl!, job }
}

const put = async (url: string, body: string | Buffer): Promise<[number, string]> => {
  const headers = { 'x-amz-server-side-encryption': 'aws:kms' }
  const response = await fetch(url, { method: 'PUT', headers, body })
  return [response.status, await response.text()]
}

/** The job when it has ended. */
async function over(named: { UserPoolId: string; JobId: string }) {
  for (;;) {
    await advance(cognito, 0)
    const { UserImportJob: job } = await cognito.idp.describeUserImportJob(named)
    if (!['Pending', 'InProgress'].includes(job!.Status!)) return job!
    await pause(20)
  }
}

async function logOf(logGroupName: string, logStreamName: string) {
  const { CloudWatchLogs } = await import('@aws-sdk/client-cloudwatch-logs')
  const { url, admin } = cognito.house
  const logs = new CloudWatchLogs({ endpoint: url, region: 'us-east-1', credentials: admin })
  const { events } = await logs.getLogEvents({ logGroupName, logStreamName, startFromHead: true })
  logs.destroy()
  return events!.map(({ message }) => message!)
}

const header = [
  'cognito:username,name,given_name,family_name,middle_name,nickname,preferred_username,profile',
  'picture,website,email,email_verified,gender,birthdate,zoneinfo,locale,phone_number',
  'phone_number_verified,address,updated_at,cognito:mfa_enabled',
].join(',')
const columns = header.split(',')
const line = (values: Record<string, string>, of = columns) =>
  of.map((name) => (values[name] ?? '').replaceAll(',', '\\,')).join(',')
const person = (name: string, more: Record<string, string> = {}) => ({
  'cognito:username': name,
  email: `${name}@example.com`,
  email_verified: 'TRUE',
  ...more,
})
const verified = { AutoVerifiedAttributes: ['email' as const] }

const run = async (UserPoolId: string, text: string, more: Create = {}) => {
  const made = await newJob(UserPoolId, more)
  assert.deepEqual(await put(made.url, text), [200, ''])
  const started = await cognito.idp.startUserImportJob(made)
  assert.equal(started.UserImportJob!.Status, 'Pending')
  return over(made)
}

test('a file of users: each lands as its row says, and the rest is counted', async () => {
  const { idp } = cognito
  const UserPoolId = await newPool(cognito, {
    ...verified,
    Schema: [{ Name: 'team', AttributeDataType: 'String' }],
  })
  const { CSVHeader } = await idp.getCSVHeader({ UserPoolId })
  assert.deepEqual(CSVHeader!.slice(-3), ['custom:team', 'cognito:mfa_enabled', 'cognito:username'])
  await idp.adminCreateUser({ UserPoolId, Username: 'eve', MessageAction: 'SUPPRESS' })
  const of = CSVHeader!
  const rows = [
    person('ada', { birthdate: '02/01/1985', address: '1 Main Street, Town', 'custom:team': 'a' }),
    person('eve'),
    person('bob', { email_verified: '' }),
    person('cyd', { birthdate: '1985-02-01' }),
    person('dan', { 'cognito:mfa_enabled': 'true' }),
    person('two words'),
    { ...person(''), email: 'x@example.com' },
    person('fay', { email: 'no address' }),
  ]
  const text = [of.join(','), ...rows.map((row) => line(row, of)), 'a,b', ''].join('\r\n')
  const job = await run(UserPoolId, text)
  assert.equal(job.Status, 'Succeeded')
  assert.deepEqual([job.ImportedUsers, job.SkippedUsers, job.FailedUsers], [1, 1, 7])
  assert.ok(job.StartDate && job.CompletionDate)
  const told = await logOf(`/aws/cognito/userpools/${UserPoolId}/people`, `${job.JobId}/move`)
  assert.equal(told.length, 9)
  assert.equal(told[0], '[SUCCEEDED] Line Number 2 - The import succeeded.')
  assert.equal(told[1], '[SKIPPED] Line Number 3 - The user already exists.')
  assert.match(told[2]!, /^\[FAILED\] Line Number 4 - The User Record does not set any of the auto/)
  assert.ok(!/ada|@/.test(told.join()), 'no data of users is in the log')
  const ada = await idp.adminGetUser({ UserPoolId, Username: 'ada' })
  assert.equal(ada.UserStatus, 'RESET_REQUIRED')
  const attributes = new Map(ada.UserAttributes!.map(({ Name, Value }) => [Name, Value]))
  assert.equal(attributes.get('birthdate'), '1985-02-01')
  assert.equal(attributes.get('address'), '1 Main Street, Town')
  assert.equal(attributes.get('email_verified'), 'true')
  assert.equal(attributes.get('custom:team'), 'a')
  const { Users } = await idp.listUsers({ UserPoolId, Filter: 'email ^= "ada"' })
  assert.equal(Users!.length, 1)
})

test('where addresses serve as names, and codes as passwords, users land so', async () => {
  const { idp } = cognito
  const UserPoolId = await newPool(cognito, { ...verified, UsernameAttributes: ['email'] })
  const rows = [
    { ...person('ada'), 'cognito:username': 'ada@example.com', email: '' },
    { ...person('bob'), 'cognito:username': 'bob@example.com' },
    { ...person('cyd'), 'cognito:username': 'other@example.com' },
    person('dan'),
    { ...person('bob'), 'cognito:username': 'bob@example.com' },
  ]
  const file = (some: typeof rows) => [header, ...some.map((row) => line(row))].join('\n')
  const job = await run(UserPoolId, file(rows))
  assert.deepEqual([job.ImportedUsers, job.SkippedUsers, job.FailedUsers], [2, 1, 2])
  const { Username, UserStatus } = await idp.adminGetUser({
    UserPoolId,
    Username: 'ada@example.com',
  })
  assert.match(Username!, /^[0-9a-f-]{36}$/)
  assert.equal(UserStatus, 'RESET_REQUIRED')
  const passwordless = await newPool(cognito, {
    ...verified,
    Policies: { SignInPolicy: { AllowedFirstAuthFactors: ['PASSWORD', 'EMAIL_OTP'] } },
  })
  await run(passwordless, file([person('ada')]))
  const ada = await idp.adminGetUser({ UserPoolId: passwordless, Username: 'ada' })
  assert.equal(ada.UserStatus, 'CONFIRMED')
})

test('some thousand users, over many parts, and over turns where there is time', async () => {
  const { idp } = cognito
  const UserPoolId = await newPool(cognito, verified)
  const users = runs(11_000)
  const rows = Array.from({ length: users }, (_, i) => line(person(`user-${i}`)))
  const job = await run(UserPoolId, [header, ...rows].join('\n'))
  assert.deepEqual([job.Status, job.ImportedUsers, job.FailedUsers], ['Succeeded', users, 0])
  const last = await idp.adminGetUser({ UserPoolId, Username: `user-${users - 1}` })
  assert.equal(last.UserStatus, 'RESET_REQUIRED')
})

test('users with hashes sign in with the passwords they had, and then by SRP', async () => {
  const { idp } = cognito
  const { UserPoolId, ClientId, signIn } = await signInPool(cognito, verified)
  const salt = Buffer.from('0123456789abcdef')
  const base64 = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '')
  const scrypt = scryptSync(PASSWORD, salt, 32, { N: 1024, r: 8, p: 1 })
  const of = [...columns, 'cognito:password_hash']
  const rows = [
    person('bob', { 'cognito:password_hash': hashSync(PASSWORD, 4) }),
    person('cyd'),
    person('dan', { 'cognito:password_hash': `$2b$31$${'a'.repeat(53)}` }),
    person('eve', { 'cognito:password_hash': 'secret' }),
    person('fay', {
      'cognito:password_hash': `$scrypt$ln=10,r=8,p=1$${base64(salt)}$${base64(scrypt)}`,
    }),
  ]
  const text = (some: typeof rows) => [of.join(','), ...some.map((row) => line(row, of))].join('\n')
  const job = await run(UserPoolId, text(rows), { PasswordHashingAlgorithm: 'BCRYPT' })
  assert.deepEqual([job.ImportedUsers, job.FailedUsers], [2, 3])
  assert.equal(job.PasswordHashingAlgorithm, 'BCRYPT')
  await run(UserPoolId, text(rows.slice(4)), { PasswordHashingAlgorithm: 'SCRYPT' })
  const wrong = refused('NotAuthorizedException', 'Incorrect username or password.')
  for (const name of ['bob', 'fay']) {
    const { UserStatus } = await idp.adminGetUser({ UserPoolId, Username: name })
    assert.equal(UserStatus, 'CONFIRMED')
    await assert.rejects(signIn('Another-1', name), wrong)
    for (const _ of [1, 2]) {
      const { AuthenticationResult } = await signIn(PASSWORD, name)
      assert.ok(AuthenticationResult!.IdToken)
    }
    const { AuthenticationDetails, CognitoUser, CognitoUserPool } = await import(
      'amazon-cognito-identity-js'
    )
    await idp.updateUserPoolClient({
      UserPoolId,
      ClientId,
      ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH', 'ALLOW_USER_PASSWORD_AUTH'],
    })
    const Pool = new CognitoUserPool({ UserPoolId, ClientId, endpoint: cognito.house.url })
    const session = await new Promise((onSuccess, onFailure) => {
      const user = new CognitoUser({ Username: name, Pool })
      const details = new AuthenticationDetails({ Username: name, Password: PASSWORD })
      user.authenticateUser(details, { onSuccess, onFailure })
    })
    assert.ok(session)
  }
  await assert.rejects(
    signIn(PASSWORD, 'cyd'),
    refused('PasswordResetRequiredException', 'Password reset required for the user'),
  )
})

test('jobs start once, with a file, in a pool that verifies, one at a time, and can be stopped', async () => {
  const { idp } = cognito
  const unverified = await newJob(await newPool(cognito))
  assert.deepEqual(await put(unverified.url, header), [200, ''])
  const notMet = (why: RegExp) => refused('PreconditionNotMetException', why)
  await assert.rejects(idp.startUserImportJob(unverified), notMet(/no auto-verified attributes/))
  const UserPoolId = await newPool(cognito, verified)
  const first = await newJob(UserPoolId)
  assert.match(first.JobId, /^import-[0-9a-zA-Z-]+$/)
  await assert.rejects(idp.startUserImportJob(first), notMet(/has not been uploaded/))
  await assert.rejects(idp.stopUserImportJob(first), notMet(/cannot be stopped/))
  const many = Array.from({ length: 9_000 }, (_, i) => line(person(`user-${i}`)))
  await put(first.url, [header, ...many].join('\n'))
  const second = await newJob(UserPoolId)
  await put(second.url, [header, line(person('ada'))].join('\n'))
  await idp.startUserImportJob(first)
  await assert.rejects(idp.startUserImportJob(second), notMet(/Another user import job/))
  await assert.rejects(
    idp.deleteUserPool({ UserPoolId }),
    refused('UserImportInProgressException', /in progress/),
  )
  const { UserImportJob: stopped } = await idp.stopUserImportJob(first)
  assert.equal(stopped!.Status, 'Stopped')
  assert.equal(stopped!.CompletionMessage, 'The Import Job was stopped by the developer.')
  await assert.rejects(idp.startUserImportJob(first), notMet(/it is Stopped/))
  assert.equal((await put(first.url, header))[0], 409)
  await idp.startUserImportJob(second)
  assert.equal((await over(second)).Status, 'Succeeded')
  const { UserImportJobs, PaginationToken } = await idp.listUserImportJobs({
    UserPoolId,
    MaxResults: 1,
  })
  assert.equal(UserImportJobs![0]!.JobId, second.JobId)
  const more = await idp.listUserImportJobs({ UserPoolId, MaxResults: 1, PaginationToken })
  assert.equal(more.UserImportJobs![0]!.JobId, first.JobId)
  await assert.rejects(
    idp.describeUserImportJob({ UserPoolId, JobId: 'import-none' }),
    refused('ResourceNotFoundException', 'User import job import-none does not exist.'),
  )
})

test('files that cannot be read fail the job, or are refused at once', async () => {
  const UserPoolId = await newPool(cognito, verified)
  for (const [text, why] of [
    [`${header},email\n`, /names a column twice/],
    [`${header},shoe_size\n`, /not an attribute/],
    ['cognito:username,email\nada,ada@example.com', /lacks a column/],
  ] as const) {
    const job = await run(UserPoolId, text)
    assert.equal(job.Status, 'Failed')
    assert.match(job.CompletionMessage!, why)
  }
  const nobody = await run(UserPoolId, [header, 'a,b', 'c'].join('\n'))
  assert.equal(
    nobody.CompletionMessage,
    'Too many users have failed or been skipped during the import.',
  )
  const { url } = await newJob(UserPoolId)
  assert.deepEqual(await put(url, ''), [400, 'The file is empty.\n'])
  assert.equal((await put(url, Buffer.from([0xff, 0xfe, 0x41])))[0], 400)
  assert.equal((await put(url, `${header}\n${'x'.repeat(70_000)}`))[0], 400)
  assert.equal((await put(`${url}x`, header))[0], 403)
  assert.equal((await put(url.replace(/token=.*/, ''), header))[0], 403)
  const other = await newJob(UserPoolId)
  const [, token] = url.split('?')
  assert.equal((await put(`${other.url.split('?')[0]}?${token}`, header))[0], 403)
})

test('a role that cannot be assumed fails the job; URLs and jobs expire', async () => {
  const { idp } = cognito
  const { iam } = cognito.house.as()
  const { CreateRoleCommand } = await import('@aws-sdk/client-iam')
  const { Role } = await iam.send(
    new CreateRoleCommand({
      RoleName: 'not-ours',
      AssumeRolePolicyDocument: trusting('ec2.amazonaws.com'),
    }),
  )
  const UserPoolId = await newPool(cognito, verified)
  const text = [header, line(person('ada'))].join('\n')
  const job = await run(UserPoolId, text, { CloudWatchLogsRoleArn: Role!.Arn! })
  assert.equal(job.Status, 'Failed')
  assert.match(job.CompletionMessage!, /role cannot be assumed/)
  await assert.rejects(
    newJob(UserPoolId, { CloudWatchLogsRoleArn: `${role}-none` }),
    refused('InvalidParameterException', /does not exist/),
  )
  await assert.rejects(
    newJob(UserPoolId, { PasswordHashingAlgorithm: 'MD5' as 'BCRYPT' }),
    refused('InvalidParameterException', /enum value set/),
  )
  const late = await newJob(UserPoolId)
  await put(late.url, text)
  await advance(cognito, 15 * 60 + 1)
  assert.equal((await put(late.url, text))[0], 403)
  await advance(cognito, 86_400)
  const { UserImportJob } = await idp.describeUserImportJob(late)
  assert.equal(UserImportJob!.Status, 'Expired')
  await assert.rejects(
    idp.startUserImportJob(late),
    refused('PreconditionNotMetException', /it is Expired/),
  )
})
