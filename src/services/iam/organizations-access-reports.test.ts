import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  AttachPolicyCommand,
  CreateAccountCommand,
  CreateOrganizationCommand,
  CreatePolicyCommand,
  DescribeCreateAccountStatusCommand,
  EnablePolicyTypeCommand,
  ListRootsCommand,
} from '@aws-sdk/client-organizations'
import { type Account, keysOf, openAccount, policy } from '../../../test/account.ts'

let account: Account
let root: string
let member: string
let policyId: string
before(async () => {
  account = await openAccount('--test-clock')
  const { organizations } = account.house.as()
  const { Organization } = await organizations.send(new CreateOrganizationCommand({}))
  const { Roots } = await organizations.send(new ListRootsCommand({}))
  root = `${Organization!.Id}/${Roots![0]!.Id}/`
  const making = await organizations.send(
    new CreateAccountCommand({ AccountName: 'm', Email: 'm@example.com' }),
  )
  await account.house.ask('POST', 'clock', { body: { advanceSeconds: 5 } })
  const CreateAccountRequestId = making.CreateAccountStatus!.Id
  for (;;) {
    const { CreateAccountStatus: made } = await organizations.send(
      new DescribeCreateAccountStatusCommand({ CreateAccountRequestId }),
    )
    if (made!.State === 'SUCCEEDED') {
      member = made!.AccountId!
      break
    }
    await account.house.ask('POST', 'clock', { body: { advanceSeconds: 5 } })
  }
  await organizations.send(
    new EnablePolicyTypeCommand({ RootId: Roots![0]!.Id, PolicyType: 'SERVICE_CONTROL_POLICY' }),
  )
  const { Policy } = await organizations.send(
    new CreatePolicyCommand({
      Name: 'only-iam',
      Description: '',
      Type: 'SERVICE_CONTROL_POLICY',
      Content: policy({ Effect: 'Deny', NotAction: ['iam:*', 'sts:*'], Resource: '*' }),
    }),
  )
  policyId = Policy!.PolicySummary!.Id!
  await organizations.send(new AttachPolicyCommand({ PolicyId: policyId, TargetId: member }))
})
after(() => account.close())

const report = async (input: object, more: object = {}) => {
  const { JobId } = await account.iam('GenerateOrganizationsAccessReport', input)
  return account.iam('GetOrganizationsAccessReport', { JobId, ...more })
}

test('an account’s report has the services that its policies leave, and who tried them', async () => {
  const reader = await account.user('reader', 'sts:AssumeRole')
  const RoleArn = `arn:aws:iam::${member}:role/OrganizationAccountAccessRole`
  const keys = keysOf(await account.sts('AssumeRole', { RoleArn, RoleSessionName: 'jo' }, reader))
  await account.iam('ListUsers', {}, keys)
  const whole = await report({ EntityPath: `${root}${member}/` })
  assert.equal(whole.JobStatus, 'COMPLETED')
  assert.equal(whole.NumberOfServicesAccessible, 2)
  assert.equal(whole.NumberOfServicesNotAccessed, 1)
  const [iam, sts] = whole.AccessDetails
  assert.deepEqual(
    [iam.ServiceNamespace, iam.EntityPath, iam.TotalAuthenticatedEntities],
    ['iam', `${root}${member}/`, 1],
  )
  assert.deepEqual([sts.ServiceNamespace, sts.EntityPath], ['sts', undefined])
})

test('the root has all services, sorted as is asked for, and pages', async () => {
  const all = await report({ EntityPath: root }, { SortKey: 'LAST_AUTHENTICATED_TIME_DESCENDING' })
  assert.ok(all.NumberOfServicesAccessible > 400)
  assert.equal(all.AccessDetails.length, 100)
  assert.equal(all.IsTruncated, true)
  assert.ok(['iam', 'organizations', 'sts'].includes(all.AccessDetails[0].ServiceNamespace))
  const last = await report({ EntityPath: root }, { SortKey: 'SERVICE_NAMESPACE_DESCENDING' })
  assert.ok(last.AccessDetails[0].ServiceNamespace > last.AccessDetails[1].ServiceNamespace)
})

test('a policy’s report covers the accounts that it bounds', async () => {
  const whole = await report({ EntityPath: root, OrganizationsPolicyId: policyId })
  assert.equal(whole.JobStatus, 'COMPLETED')
  // It denies and allows nothing itself.
  assert.equal(whole.NumberOfServicesAccessible, 0)
})

test('what is not in the organization fails, and only its management account may ask', async () => {
  const { JobStatus, ErrorDetails } = await report({ EntityPath: 'o-nonenonenone/r-none/' })
  assert.deepEqual([JobStatus, ErrorDetails.Code], ['FAILED', 'InvalidInput'])
  const reader = await account.user('assumer', 'sts:AssumeRole')
  const RoleArn = `arn:aws:iam::${member}:role/OrganizationAccountAccessRole`
  const keys = keysOf(await account.sts('AssumeRole', { RoleArn, RoleSessionName: 'jo' }, reader))
  await account.refuses(
    ['iam', 'GenerateOrganizationsAccessReport', { EntityPath: root }, keys],
    'AccessDenied',
    403,
    /management account/,
  )
})
