import assert from 'node:assert/strict'
import { test } from 'node:test'
import { allow, keysOf, openAccount, policy } from '../../../test/account.ts'
import { authenticator } from '../../../test/authenticator.ts'

const denied = (text: RegExp) => (error: Error) => {
  assert.match(error.message, text)
  return error.name === 'AccessDenied'
}

test('an MFA code counts in a session of the user, and in the trust of a role', async (t) => {
  const account = await openAccount('--test-clock')
  t.after(() => account.close())
  const { iam, sts, house } = account
  const advance = (seconds: number) =>
    house.ask('POST', 'clock', { body: { advanceSeconds: seconds } })
  const jo = await account.user('jo', 'sts:AssumeRole', 'iam:ListUsers')
  const { VirtualMFADevice } = await iam('CreateVirtualMFADevice', {
    VirtualMFADeviceName: 'phone',
  })
  const { SerialNumber } = VirtualMFADevice
  const app = authenticator(VirtualMFADevice.Base32StringSeed, house)
  await iam('EnableMFADevice', { UserName: 'jo', SerialNumber, ...app.pair() })
  await iam('PutUserPolicy', {
    UserName: 'jo',
    PolicyName: 'with-mfa',
    PolicyDocument: policy({
      ...allow('iam:ListRoles'),
      Condition: {
        Bool: { 'aws:MultiFactorAuthPresent': 'true' },
        NumericLessThan: { 'aws:MultiFactorAuthAge': '3600' },
      },
    }),
  })
  const code = async () => {
    await advance(30)
    return { SerialNumber, TokenCode: app.code() }
  }
  const used = await code()
  const session = keysOf(await sts('GetSessionToken', used, jo))
  await iam('ListRoles', {}, session)
  await assert.rejects(iam('ListRoles', {}, jo), /AccessDenied|not authorized/)
  const failed = denied(/^MultiFactorAuthentication failed with invalid MFA one time pass code/)
  await assert.rejects(sts('GetSessionToken', used, jo), failed, 'a code is good once')
  await assert.rejects(sts('GetSessionToken', { ...used, TokenCode: '000000' }, jo), failed)
  const foreign = { ...(await code()), SerialNumber: `${SerialNumber}-other` }
  await assert.rejects(sts('GetSessionToken', foreign, jo), failed)
  await assert.rejects(
    sts('GetSessionToken', { SerialNumber }, jo),
    denied(/must provide both MFA serial number and one time pass code/),
  )
  await advance(3_600)
  await assert.rejects(iam('ListRoles', {}, session), /not authorized/)
  await iam('ListUsers', {}, session)

  const RoleArn = 'arn:aws:iam::000000000000:role/careful'
  await iam('CreateRole', {
    RoleName: 'careful',
    AssumeRolePolicyDocument: policy({
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::000000000000:user/jo' },
      Action: 'sts:AssumeRole',
      Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } },
    }),
  })
  const assume = (more: object = {}, keys = jo) =>
    sts('AssumeRole', { RoleArn, RoleSessionName: 'jo', ...more }, keys)
  await assert.rejects(assume(), denied(/not authorized to perform: sts:AssumeRole/))
  const careful = keysOf(await assume(await code()))
  // A session that was opened with MFA is as good.
  await assume({}, keysOf(await sts('GetSessionToken', await code(), jo)))
  await assert.rejects(
    assume({}, keysOf(await sts('GetSessionToken', {}, jo))),
    denied(/AssumeRole/),
  )
  // The role's own session knows nothing of the code.
  await iam('PutRolePolicy', {
    RoleName: 'careful',
    PolicyName: 'own',
    PolicyDocument: policy({
      ...allow('iam:ListUsers'),
      Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } },
    }),
  })
  await assert.rejects(iam('ListUsers', {}, careful), /not authorized/)
})
