import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  CreateAccountCommand,
  CreateOrganizationCommand,
  DescribeCreateAccountStatusCommand,
  EnableAWSServiceAccessCommand,
} from '@aws-sdk/client-organizations'
import { keysOf, openAccount } from '../account.ts'

const arn = (task: string) => ({ arn: `arn:aws:iam::aws:policy/root-task/${task}` })

test('who manages an organization opens sessions on the root of a member, one task each', async (t) => {
  const account = await openAccount('--test-clock')
  t.after(() => account.close())
  const { organizations } = account.house.as()
  const manager = await account.user('manager', 'sts:AssumeRoot')
  const open = (task: string, TargetPrincipal: string, more = {}) =>
    account.sts('AssumeRoot', { TargetPrincipal, TaskPolicyArn: arn(task), ...more }, manager)
  const denied = (text: RegExp) => (error: Error) => {
    assert.match(error.message, text)
    return error.name === 'AccessDenied' || error.name === 'AccessDeniedException'
  }
  await assert.rejects(open('IAMAuditRootUserCredentials', '111122223333'), denied(/manage/))
  await organizations.send(new CreateOrganizationCommand({}))
  const { CreateAccountStatus } = await organizations.send(
    new CreateAccountCommand({ Email: 'member@example.com', AccountName: 'member' }),
  )
  let member: string | undefined
  while (member === undefined) {
    const told = await organizations.send(
      new DescribeCreateAccountStatusCommand({ CreateAccountRequestId: CreateAccountStatus!.Id! }),
    )
    const { State, AccountId } = told.CreateAccountStatus!
    if (State === 'SUCCEEDED') member = AccountId
    else await new Promise((next) => setTimeout(next, 5))
  }
  await assert.rejects(
    account.iam('EnableOrganizationsRootSessions'),
    (error: Error) => error.name === 'ServiceAccessNotEnabledException',
  )
  await organizations.send(
    new EnableAWSServiceAccessCommand({ ServicePrincipal: 'iam.amazonaws.com' }),
  )
  const audit = 'IAMAuditRootUserCredentials'
  await assert.rejects(open(audit, member), denied(/RootCredentialsManagement is not enabled/))
  const enabled = await account.iam('EnableOrganizationsRootCredentialsManagement')
  assert.deepEqual(enabled.EnabledFeatures, ['RootCredentialsManagement'])
  await assert.rejects(open('S3UnlockBucketPolicy', member), denied(/RootSessions is not enabled/))
  await assert.rejects(open(audit, '000000000000'), denied(/member accounts/))

  const session = await open(audit, member, { MinimumSessionTokenSize: 3_000 })
  assert.ok(session.Credentials.SessionToken.length >= 3_000)
  const left = session.Credentials.Expiration.getTime() - Date.now()
  assert.ok(left > 890_000 && left <= 900_000)
  const keys = keysOf(session)
  const identity = await account.sts('GetCallerIdentity', {}, keys)
  assert.equal(identity.Arn, `arn:aws:iam::${member}:root`)
  assert.deepEqual((await account.iam('ListAccessKeys', {}, keys)).AccessKeyMetadata, [])
  await assert.rejects(
    account.iam('CreateUser', { UserName: 'x' }, keys),
    denied(/because no session policy allows the iam:CreateUser action/),
  )
})
