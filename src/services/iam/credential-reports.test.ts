import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Account, openAccount } from '../../../test/account.ts'

let account: Account
before(async () => {
  account = await openAccount('--test-clock')
})
after(() => account.close())

const advance = (hours: number) =>
  account.house.ask('POST', 'clock', { body: { advanceSeconds: hours * 3_600 } })

async function report(): Promise<Record<string, string>[]> {
  const { Content, ReportFormat } = await account.iam('GetCredentialReport')
  assert.equal(ReportFormat, 'text/csv')
  const [header = '', ...rows] = Buffer.from(Content).toString().split('\n')
  const names = header.split(',')
  return rows.map((row) =>
    Object.fromEntries(row.split(',').map((value, i) => [names[i] ?? 'beyond', value])),
  )
}

test('there is no report before one was asked for', async () => {
  await account.refuses(
    ['iam', 'GetCredentialReport'],
    'ReportNotPresent',
    410,
    'No report exists.',
  )
})

test('a report tells about the root user and every user, and is made once in four hours', async () => {
  const keys = await account.user('ada', 'iam:ListUsers')
  await account.iam('CreateLoginProfile', { UserName: 'ada', Password: 'Correct-Horse-7' })
  await account.iam('UpdateAccountPasswordPolicy', { MaxPasswordAge: 30 })
  await account.iam('ListUsers', {}, keys)
  const { State, Description } = await account.iam('GenerateCredentialReport')
  assert.deepEqual(
    [State, Description],
    ['STARTED', 'No report exists. Starting a new report generation task'],
  )
  assert.deepEqual((await account.iam('GenerateCredentialReport')).State, 'COMPLETE')
  const [root, ada] = await report()
  assert.equal(root!.user, '<root_account>')
  assert.equal(root!.arn, 'arn:aws:iam::000000000000:root')
  assert.equal(root!.access_key_1_active, 'true')
  assert.equal(root!.access_key_1_last_used_service, 'iam')
  assert.equal(root!.password_next_rotation, 'not_supported')
  assert.equal(ada!.user, 'ada')
  assert.equal(ada!.password_enabled, 'true')
  assert.equal(ada!.password_last_used, 'no_information')
  assert.match(ada!.password_last_changed!, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/)
  const days = Date.parse(ada!.password_next_rotation!) - Date.parse(ada!.password_last_changed!)
  assert.equal(days, 30 * 86_400_000)
  assert.deepEqual(
    [ada!.mfa_active, ada!.access_key_1_active, ada!.access_key_1_last_used_region],
    ['false', 'true', 'us-east-1'],
  )
  assert.deepEqual(
    [ada!.access_key_2_active, ada!.access_key_2_last_rotated, ada!.cert_1_active],
    ['false', 'N/A', 'false'],
  )
  assert.equal(Object.keys(ada!).length, 23)

  await account.iam('CreateUser', { UserName: 'later' })
  assert.equal((await account.iam('GenerateCredentialReport')).State, 'COMPLETE')
  assert.equal((await report()).length, 2)
  await advance(4)
  await account.refuses(['iam', 'GetCredentialReport'], 'ReportExpired', 410, /expired/)
  assert.equal((await account.iam('GenerateCredentialReport')).State, 'STARTED')
  assert.equal((await report()).length, 3)
})
