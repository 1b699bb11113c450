import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { temporaryFolder } from '../../../test/temporary-folder.ts'
import { type Cognito, installCognito, refused } from './pools.test-support.ts'
import { home, protectedPool } from './threat-protection.test-support.ts'

const stolen = 'Correct-Horse-9'
const hashed = 'Battery-Staple-9'

let cognito: Cognito
before(async () => {
  const list = join(temporaryFolder('stolen'), 'list.txt')
  const hash = createHash('sha1').update(hashed).digest('hex').toUpperCase()
  writeFileSync(list, `${stolen}\r\n${hash}:12\n`)
  cognito = await installCognito('--compromised-passwords', list)
})
after(() => cognito.close())

const insecure = refused(
  'InvalidPasswordException',
  'Provided password cannot be used for security reasons.',
)

test('nobody signs up with a password that others know', async () => {
  const { ClientId, hash } = await protectedPool(cognito, 'ENFORCED')
  const named = { ClientId, Username: 'grace', SecretHash: hash('grace') }
  for (const Password of [stolen, hashed, 'Password123!', 'P@ssw0rd2024!', 'Summer2026!'])
    await assert.rejects(cognito.idp.signUp({ ...named, Password }), insecure)
  await cognito.idp.signUp({ ...named, Password: 'Quite-Unheard-Of-5' })
})

test('who signs in with one must choose another first', async () => {
  const { idp } = cognito
  const { UserPoolId, events, signIn } = await protectedPool(cognito, 'ENFORCED')
  const set = (Password: string) =>
    idp.adminSetUserPassword({ UserPoolId, Username: 'ada', Password, Permanent: true })
  await set(stolen)
  await assert.rejects(
    signIn(home, stolen),
    refused(
      'PasswordResetRequiredException',
      'Password reset required for user due to security reasons',
    ),
  )
  const { UserStatus } = await idp.adminGetUser({ UserPoolId, Username: 'ada' })
  assert.equal(UserStatus, 'RESET_REQUIRED')
  const [event] = await events()
  assert.deepEqual(event!.EventRisk, {
    RiskDecision: 'Block',
    CompromisedCredentialsDetected: true,
  })
  await set('Quite-Unheard-Of-5')
  assert.ok((await signIn(home, 'Quite-Unheard-Of-5')).AuthenticationResult)
})

test('a pool says where it looks, and may only note what it finds', async () => {
  const { idp } = cognito
  const { UserPoolId, ClientId, events, hash, signIn } = await protectedPool(cognito, 'ENFORCED')
  const only = (EventAction: 'BLOCK' | 'NO_ACTION', EventFilter: 'SIGN_IN' | 'PASSWORD_CHANGE') =>
    idp.setRiskConfiguration({
      UserPoolId,
      CompromisedCredentialsRiskConfiguration: {
        EventFilter: [EventFilter],
        Actions: { EventAction },
      },
    })
  await only('BLOCK', 'PASSWORD_CHANGE')
  const Username = 'grace'
  await idp.signUp({ ClientId, Username, SecretHash: hash(Username), Password: stolen })
  const { AuthenticationResult } = await signIn(home)
  const change = {
    AccessToken: AuthenticationResult!.AccessToken!,
    PreviousPassword: 'Permanent-1',
    ProposedPassword: stolen,
  }
  await assert.rejects(idp.changePassword(change), insecure)
  const [refusal] = await events()
  assert.deepEqual([refusal!.EventType, refusal!.EventResponse], ['PasswordChange', 'Fail'])
  await only('NO_ACTION', 'SIGN_IN')
  await idp.changePassword(change)
  assert.ok((await signIn(home, stolen)).AuthenticationResult)
  assert.equal((await events())[0]!.EventRisk!.CompromisedCredentialsDetected, true)
})
