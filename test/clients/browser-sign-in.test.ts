import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { chromium, type Page } from 'playwright-core'
import { openAccount } from '../account.ts'
import { authenticator } from '../authenticator.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const program = '/usr/bin/chromium'
const skip = existsSync(program) || process.env.CI !== undefined ? false : `no ${program} here`

/** Pictures of every page, for people who want to look at them. */
const pictures = process.env.SALLYPORT_TEST_PICTURES ?? temporaryFolder('sign-in')

test('a person signs in with Chromium: password, MFA code, new password, sign out', {
  skip,
}, async (t) => {
  const account = await openAccount('--test-clock')
  const browser = await chromium.launch({
    executablePath: program,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking'],
  })
  t.after(async () => {
    await browser.close()
    await account.close()
  })
  await account.iam('CreateUser', { UserName: 'jo' })
  await account.iam('CreateLoginProfile', {
    UserName: 'jo',
    Password: 'Correct-Horse-1',
    PasswordResetRequired: true,
  })
  const { VirtualMFADevice } = await account.iam('CreateVirtualMFADevice', {
    VirtualMFADeviceName: 'phone',
  })
  const app = authenticator(VirtualMFADevice.Base32StringSeed, account.house)
  const { SerialNumber } = VirtualMFADevice
  await account.iam('EnableMFADevice', { UserName: 'jo', SerialNumber, ...app.pair() })
  await account.house.ask('POST', 'clock', { body: { advanceSeconds: 60 } })

  const page = await browser.newPage({ viewport: { width: 900, height: 700 } })
  const problems: string[] = []
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()))
  const look = (name: string) => page.screenshot({ path: join(pictures, `${name}.png`) })
  await page.goto(`${account.house.url}/console`)
  await fill(page, { 'Account ID or alias': '000000000000', 'User name': 'jo', Password: 'wrong' })
  await look('1-empty')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('alert').waitFor()
  await look('2-wrong')
  assert.equal(await page.getByLabel('User name').inputValue(), 'jo')
  await fill(page, { Password: 'Correct-Horse-1' })
  await page.keyboard.press('Enter')
  await page.getByLabel('Code of six digits').fill(app.code())
  await look('3-code')
  await page.getByRole('button', { name: 'Continue' }).click()
  await fill(page, { 'New password': 'Another-Horse-2', 'The same once more': 'Another-Horse-2' })
  await look('4-new-password')
  await page.getByRole('button', { name: 'Save and sign in' }).click()
  await page.getByRole('heading', { name: 'You are signed in' }).waitFor()
  await look('5-signed-in')
  assert.match(
    (await page.locator('main').textContent()) ?? '',
    /arn:aws:iam::000000000000:user\/jo/,
  )
  const [cookie] = await page.context().cookies()
  assert.deepEqual([cookie?.httpOnly, cookie?.sameSite], [true, 'Lax'])
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('heading', { name: 'Sign in as an IAM user' }).waitFor()
  assert.deepEqual(await page.context().cookies(), [])
  // A refused sign-in answers 400, which browsers report; nothing else may go wrong.
  assert.deepEqual(
    problems.filter((text) => !text.includes('400')),
    [],
  )
})

async function fill(page: Page, fields: Record<string, string>): Promise<void> {
  for (const [label, value] of Object.entries(fields))
    await page.getByLabel(label, { exact: true }).fill(value)
}
