import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Account, openAccount, policy, trusting } from '../../../test/account.ts'
import type { Keys } from '../../../test/installation.ts'

let account: Account
before(async () => {
  account = await openAccount()
})
after(() => account.close())

const arn = (path: string) => `arn:aws:iam::000000000000:${path}`
const shown = async (RoleName: string): Promise<string> =>
  decodeURIComponent((await account.iam('GetRole', { RoleName })).Role.AssumeRolePolicyDocument)
const make = (RoleName: string, AssumeRolePolicyDocument: string) =>
  account.iam('CreateRole', { RoleName, AssumeRolePolicyDocument })
const assume = (RoleName: string, keys: Keys) =>
  account.sts('AssumeRole', { RoleArn: arn(`role/${RoleName}`), RoleSessionName: 'jo' }, keys)

/** Spelled with care, so that it can be seen that nothing else changes. */
const spelled = (principal: string) => `{
  "Version": "2012-10-17",
  "Statement": [ {"Effect":"Allow",
     "Principal": { "AWS": [ "${principal}", "000000000000" ] },  "Action":"sts:AssumeRole"
  } ]
}`

test('principals that do not exist are refused, in their own account, too', async () => {
  for (const name of [
    arn('user/nobody'),
    arn('role/nobody'),
    'arn:aws:iam::999999999999:user/nobody',
    'AIDAAAAAAAAAAAAAAAAAA',
  ]) {
    await account.refuses(
      ['iam', 'CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: trusting(name) }],
      'MalformedPolicyDocument',
      400,
      `Invalid principal in policy: "AWS":"${name}"`,
    )
  }
  await account.user('real')
  await account.refuses(
    [
      'iam',
      'CreateRole',
      { RoleName: 'r', AssumeRolePolicyDocument: trusting(arn('user/x/real')) },
    ],
    'MalformedPolicyDocument',
    400,
    /user\/x\/real/,
  )
  for (const name of ['*', '999999999999', 'arn:aws:iam::999999999999:root'])
    await make(`to-${name.length}`, trusting(name))
})

test('a policy is shown as it was written, and follows whoever is renamed', async () => {
  const keys = await account.user('eva', 'sts:AssumeRole')
  await make('r1', spelled(arn('user/eva')))
  assert.equal(await shown('r1'), spelled(arn('user/eva')))
  await account.iam('UpdateUser', { UserName: 'eva', NewUserName: 'eve', NewPath: '/x/' })
  assert.equal(await shown('r1'), spelled(arn('user/x/eve')))
  await assume('r1', keys)
  const roles = (await account.iam('ListRoles')).Roles as { AssumeRolePolicyDocument: string }[]
  assert.ok(
    roles.some((role) => decodeURIComponent(role.AssumeRolePolicyDocument).includes('/x/eve')),
  )
})

test('who takes the name of somebody who is gone is not trusted', async () => {
  const only = (name: string) =>
    policy({
      Effect: 'Allow',
      Principal: { AWS: arn(`user/${name}`) },
      Action: 'sts:AssumeRole',
    })
  const first = await account.user('ann', 'sts:AssumeRole')
  const { User } = await account.iam('GetUser', { UserName: 'ann' })
  await make('r2', only('ann'))
  await assume('r2', first)
  await account.iam('DeleteAccessKey', { UserName: 'ann', AccessKeyId: first.accessKeyId })
  await account.iam('DeleteUserPolicy', { UserName: 'ann', PolicyName: 'granted' })
  await account.iam('DeleteUser', { UserName: 'ann' })
  assert.ok((await shown('r2')).includes(`"${User.UserId}"`))
  const second = await account.user('ann', 'sts:AssumeRole')
  await account.refuses(
    ['sts', 'AssumeRole', { RoleArn: arn('role/r2'), RoleSessionName: 'jo' }, second],
    'AccessDenied',
    403,
    /sts:AssumeRole/,
  )
  // The id of somebody who is gone cannot be saved again.
  await account.refuses(
    ['iam', 'UpdateAssumeRolePolicy', { RoleName: 'r2', PolicyDocument: await shown('r2') }],
    'MalformedPolicyDocument',
    400,
    `Invalid principal in policy: "AWS":"${User.UserId}"`,
  )
  await account.iam('UpdateAssumeRolePolicy', { RoleName: 'r2', PolicyDocument: only('ann') })
  await assume('r2', second)
})

test('roles trust roles by id, too', async () => {
  await make('source', trusting('000000000000'))
  await make('target', trusting(arn('role/source')))
  assert.ok((await shown('target')).includes(arn('role/source')))
  const { Role } = await account.iam('GetRole', { RoleName: 'source' })
  await account.iam('DeleteRole', { RoleName: 'source' })
  assert.ok((await shown('target')).includes(Role.RoleId))
})
