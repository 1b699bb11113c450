import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Account, openAccount } from '../../../test/account.ts'
import { authenticator } from '../../../test/authenticator.ts'
import { recordPasswordUse, verifyPassword } from './sign-in.ts'

let account: Account
before(async () => {
  account = await openAccount('--test-clock')
})
after(() => account.close())

const Password = 'First-Password-1'
const day = 24 * 60 * 60
const advance = (seconds: number) =>
  account.house.ask('POST', 'clock', { body: { advanceSeconds: seconds } })
const now = () => new Date(account.house.app.house.clock.now())
const store = () =>
  account.house.app.store.storeFor({ account: '000000000000', region: 'us-east-1' })
const signIn = (name: string, password = Password) =>
  verifyPassword(store(), name, password, now(), account.house.app.house.ports.passwords)

async function made(UserName: string, more: object = {}): Promise<string> {
  const { User } = await account.iam('CreateUser', { UserName })
  await account.iam('CreateLoginProfile', { UserName, Password, ...more })
  return User.UserId
}

test('who knows the password is told apart from who does not', async () => {
  const userId = await made('Ada')
  const known = { userId, userName: 'Ada', password: 'good', mfa: [] }
  assert.deepEqual(await signIn('ada'), known)
  await account.iam('CreateUser', { UserName: 'no-password' })
  assert.equal(await signIn('Ada', 'first-password-1'), undefined)
  assert.equal(await signIn('no-password'), undefined)
  assert.equal(await signIn('nobody'), undefined)
  const VirtualMFADeviceName = 'ada'
  const { VirtualMFADevice } = await account.iam('CreateVirtualMFADevice', { VirtualMFADeviceName })
  const { SerialNumber, Base32StringSeed } = VirtualMFADevice
  const codes = authenticator(Base32StringSeed, account.house).pair()
  await account.iam('EnableMFADevice', { UserName: 'Ada', SerialNumber, ...codes })
  assert.deepEqual(await signIn('Ada'), { ...known, mfa: [SerialNumber] })
})

test('a password that must be replaced says why', async () => {
  await made('reset', { PasswordResetRequired: true })
  assert.equal((await signIn('reset'))?.password, 'reset')
  await made('old')
  await advance(10 * day)
  await account.iam('UpdateAccountPasswordPolicy', { MaxPasswordAge: 11 })
  assert.equal((await signIn('old'))?.password, 'good')
  await advance(day)
  assert.equal((await signIn('old'))?.password, 'expired')
  await account.iam('UpdateAccountPasswordPolicy', { MaxPasswordAge: 11, HardExpiry: true })
  assert.equal((await signIn('old'))?.password, 'expired-hard')
  await account.iam('UpdateLoginProfile', { UserName: 'old', Password: 'Second-Password-2' })
  assert.equal((await signIn('old', 'Second-Password-2'))?.password, 'good')
  await account.iam('DeleteAccountPasswordPolicy')
})

test('the last use of a password is told, the first of five minutes, also without a password', async () => {
  const UserName = 'used'
  const userId = await made(UserName)
  const lastUsed = async () => (await account.iam('GetUser', { UserName })).User.PasswordLastUsed
  assert.equal(await lastUsed(), undefined)
  const first = now()
  await recordPasswordUse(store(), userId, first)
  await advance(299)
  await recordPasswordUse(store(), userId, new Date(first.getTime() + 299_000))
  const whole = (time: Date) => Math.floor(time.getTime() / 1_000)
  assert.equal(whole(await lastUsed()), whole(first))
  await recordPasswordUse(store(), userId, new Date(first.getTime() + 300_000))
  await account.iam('DeleteLoginProfile', { UserName })
  assert.equal(whole(await lastUsed()), whole(first) + 300)
  const { Users } = await account.iam('ListUsers')
  const listed = Users.find((user: { UserName: string }) => user.UserName === UserName)
  assert.equal(whole(listed.PasswordLastUsed), whole(first) + 300)
  await account.iam('DeleteUser', { UserName })
  await recordPasswordUse(store(), userId, now())
  const { SummaryMap } = await account.iam('GetAccountSummary')
  assert.equal(SummaryMap.AccountPasswordPresent, 0)
})
