import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Account, allow, openAccount, policy, trusting } from '../../../test/account.ts'

let account: Account
before(async () => {
  account = await openAccount()
})
after(() => account.close())

test('the whole account in one answer, by kind and in pages', async () => {
  const PolicyDocument = policy(allow('s3:*'))
  const readOnly = 'arn:aws:iam::aws:policy/ReadOnlyAccess'
  const PolicyArn = (await account.iam('CreatePolicy', { PolicyName: 'own', PolicyDocument }))
    .Policy.Arn
  await account.iam('CreatePolicyVersion', { PolicyArn, PolicyDocument })
  await account.iam('CreateUser', {
    UserName: 'u',
    PermissionsBoundary: readOnly,
    Tags: [{ Key: 'a', Value: 'b' }],
  })
  await account.iam('CreateGroup', { GroupName: 'g' })
  await account.iam('AddUserToGroup', { GroupName: 'g', UserName: 'u' })
  await account.iam('CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: trusting('*') })
  await account.iam('CreateInstanceProfile', { InstanceProfileName: 'i' })
  await account.iam('AddRoleToInstanceProfile', { InstanceProfileName: 'i', RoleName: 'r' })
  await account.iam('AttachGroupPolicy', { GroupName: 'g', PolicyArn })
  await account.iam('AttachRolePolicy', { RoleName: 'r', PolicyArn: readOnly })
  await account.iam('PutUserPolicy', { UserName: 'u', PolicyName: 'inline', PolicyDocument })

  const all = await account.iam('GetAccountAuthorizationDetails')
  const [user] = all.UserDetailList
  assert.deepEqual([user.GroupList, user.Tags], [['g'], [{ Key: 'a', Value: 'b' }]])
  assert.equal(user.PermissionsBoundary.PermissionsBoundaryArn, readOnly)
  assert.equal(decodeURIComponent(user.UserPolicyList[0].PolicyDocument), PolicyDocument)
  assert.deepEqual(all.GroupDetailList[0].AttachedManagedPolicies, [
    { PolicyName: 'own', PolicyArn },
  ])
  const [role] = all.RoleDetailList
  assert.equal(role.InstanceProfileList[0].Roles[0].RoleName, 'r')
  assert.equal(decodeURIComponent(role.AssumeRolePolicyDocument), trusting('*'))
  const byName = Object.fromEntries(
    all.Policies.map((item: { PolicyName: string }) => [item.PolicyName, item]),
  )
  assert.deepEqual(
    Object.keys(byName).sort(),
    ['ReadOnlyAccess', 'own'],
    "AWS's own only where used",
  )
  assert.equal(byName.own.PolicyVersionList.length, 2)
  assert.equal(byName.own.AttachmentCount, 1)

  const only = await account.iam('GetAccountAuthorizationDetails', {
    Filter: ['Role', 'LocalManagedPolicy'],
  })
  assert.deepEqual(
    [only.UserDetailList, only.GroupDetailList, only.RoleDetailList.length, only.Policies.length],
    [[], [], 1, 1],
  )
  let seen = 0
  let Marker: string | undefined
  do {
    const page = await account.iam('GetAccountAuthorizationDetails', { MaxItems: 2, Marker })
    for (const list of [
      page.UserDetailList,
      page.GroupDetailList,
      page.RoleDetailList,
      page.Policies,
    ])
      seen += list.length
    Marker = page.Marker
  } while (Marker !== undefined)
  assert.equal(seen, 5)
})
