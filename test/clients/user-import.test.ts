import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { boto3 } from './boto3.ts'
import type { Client } from './client.ts'
import { type Server, startServer } from './server.ts'

/** A user import as AWS's guide has it, by boto3 and curl, with a power failure in the middle. */

const run = promisify(execFile)
const many = 8_000
const header =
  'cognito:username,name,given_name,family_name,middle_name,nickname,preferred_username,profile,picture,website,email,email_verified,gender,birthdate,zoneinfo,locale,phone_number,phone_number_verified,address,updated_at,cognito:mfa_enabled'

const policy = (more: object) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...more }] })

test('curl uploads, boto3 starts, and what was cut off goes on where it was', async () => {
  let server: Server = await startServer()
  const { data, admin } = server
  let client: Client = boto3(server.url)
  // biome-ignore lint/suspicious/noExplicitAny: answers of boto3 as they come
  const call = async (service: string, operation: string, input: object): Promise<any> => {
    // The driver takes the name of any service.
    const answer = await client.call(service as 'iam', operation, { ...input }, admin)
    if (!answer.ok) throw new Error(`${operation}: ${answer.code} ${answer.message}`)
    return answer.output
  }
  try {
    const Principal = { Service: 'cognito-idp.amazonaws.com' }
    const { Role } = await call('iam', 'CreateRole', {
      RoleName: 'imports',
      AssumeRolePolicyDocument: policy({ Principal, Action: 'sts:AssumeRole' }),
    })
    await call('iam', 'PutRolePolicy', {
      RoleName: 'imports',
      PolicyName: 'logs',
      PolicyDocument: policy({ Action: 'logs:*', Resource: '*' }),
    })
    const { UserPool } = await call('cognito-idp', 'CreateUserPool', {
      PoolName: 'people',
      AutoVerifiedAttributes: ['email'],
    })
    const UserPoolId: string = UserPool.Id
    const { UserImportJob } = await call('cognito-idp', 'CreateUserImportJob', {
      UserPoolId,
      JobName: 'move',
      CloudWatchLogsRoleArn: Role.Arn,
    })
    const named = { UserPoolId, JobId: UserImportJob.JobId }
    const file = join(data, 'users.csv')
    const row = (i: number) =>
      `user-${i},,John,Doe,,,,,,,user-${i}@example.com,TRUE,,02/01/1985,,,,,123 Any Street,,FALSE`
    const rows = Array.from({ length: many }, (_, i) => row(i))
    writeFileSync(file, [header, ...rows, ''].join('\n'))
    const { stderr } = await run('curl', [
      ...['-v', '-T', file, '-H', 'x-amz-server-side-encryption:aws:kms'],
      UserImportJob.PreSignedUrl,
    ])
    assert.match(stderr, /HTTP\/1\.1 200/)
    assert.match(stderr, /We are completely uploaded and fine|upload completely sent off/i)
    await call('cognito-idp', 'StartUserImportJob', named)
    const described = async () =>
      (await call('cognito-idp', 'DescribeUserImportJob', named)).UserImportJob
    while ((await described()).ImportedUsers === 0) await pause(50)
    client.close()
    await server.kill()
    server = await startServer('--data', data)
    client = boto3(server.url)
    const cut = await described()
    assert.equal(cut.Status, 'InProgress')
    assert.ok(cut.ImportedUsers > 0 && cut.ImportedUsers < many)
    let job = cut
    while (job.Status === 'InProgress') {
      await pause(500)
      job = await described()
    }
    assert.equal(job.Status, 'Succeeded')
    assert.deepEqual([job.ImportedUsers, job.SkippedUsers, job.FailedUsers], [many, 0, 0])
    const { Users } = await call('cognito-idp', 'ListUsers', {
      UserPoolId,
      Filter: `username = "user-${many - 1}"`,
    })
    assert.equal(Users[0].UserStatus, 'RESET_REQUIRED')
  } finally {
    client.close()
    await server.stop()
  }
})
