import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { timeStep, totp } from '../../src/crypto/totp.ts'
import { inbox } from '../../src/services/cognito-idp/pools.test-support.ts'
import { fromBase32 } from '../authenticator.ts'
import { fill, hostedBrowser, look, press, skip, told } from './hosted-browser.ts'

const alert = async (page: Page) => page.getByRole('alert').textContent()

test('a person signs in without scripts, with a wrong password first; the next app asks nothing', {
  skip,
}, async (t) => {
  const { people, newPage } = await hostedBrowser(t)
  const { start, user, newApp } = await people()
  await (await user('ada'))()
  const page = await newPage()
  await page.goto(start())
  await look(page, 'sign-in')
  await fill(page, { Username: 'ada', Password: 'wrong' })
  await press(page, 'Sign in')
  await page.getByRole('alert').waitFor()
  await look(page, 'sign-in-wrong')
  assert.equal(await alert(page), 'Incorrect username or password.')
  assert.equal(await page.getByLabel('Username').inputValue(), 'ada')
  await fill(page, { Password: 'Permanent-1' })
  await page.keyboard.press('Enter')
  const answer = await told(page)
  assert.equal(answer.get('state'), 'the state')
  assert.ok(answer.get('code'))
  await page.goto(start({ client_id: await newApp({ ClientName: 'other' }), state: 'two' }))
  const second = await told(page)
  assert.deepEqual([second.get('state'), second.has('code')], ['two', true])
  await page.goto(start({}, '/login'))
  await look(page, 'sign-in-again')
  await press(page, 'Sign in as ada')
  assert.ok((await told(page)).get('code'))
})

test('a person makes an account, reads the code and is signed in', { skip }, async (t) => {
  const { people, newPage, cognito } = await hostedBrowser(t)
  const { start } = await people({
    UsernameAttributes: ['email'],
    Schema: [
      { Name: 'given_name', Required: true },
      { Name: 'birthdate', Required: true },
    ],
  })
  const page = await newPage()
  await page.goto(start())
  await page.getByRole('link', { name: 'Create an account' }).click()
  await look(page, 'sign-up')
  const address = 'lin@example.com'
  await fill(page, { 'Email address': address, 'Given name': 'Lin', 'Date of birth': '1990-02-03' })
  await fill(page, { Password: 'short', 'Confirm password': 'short' })
  await press(page, 'Create an account')
  assert.match((await alert(page)) ?? '', /Password not long enough/)
  await look(page, 'sign-up-short')
  assert.equal(await page.getByLabel('Given name').inputValue(), 'Lin')
  await fill(page, { Password: 'Permanent-1', 'Confirm password': 'Permanent-1' })
  await press(page, 'Create an account')
  await page.getByRole('heading', { name: 'Confirm your account' }).waitFor()
  await look(page, 'confirm')
  await fill(page, { Code: '000000' })
  await press(page, 'Continue')
  assert.match((await alert(page)) ?? '', /Invalid code provided, please try again/)
  await press(page, 'Send another code')
  const code = (await inbox(cognito, address)).at(-1)!.text.match(/\d{6}/)![0]
  await fill(page, { Code: code })
  await press(page, 'Continue')
  assert.ok((await told(page)).get('code'))
})

test('a person sets up an authenticator app, and signs in with it', { skip }, async (t) => {
  const { people, newPage, idp, cognito } = await hostedBrowser(t, '--test-clock')
  const { start, user, UserPoolId } = await people()
  await (await user('ada'))()
  await idp.setUserPoolMfaConfig({
    UserPoolId,
    MfaConfiguration: 'ON',
    SoftwareTokenMfaConfiguration: { Enabled: true },
  })
  const code = (secret: string) =>
    totp(fromBase32(secret), timeStep(new Date(cognito.house.app.house.clock.now())))
  const page = await newPage()
  await page.goto(start())
  await fill(page, { Username: 'ada', Password: 'Permanent-1' })
  await press(page, 'Sign in')
  const secret = (await page.locator('code').textContent())!.replaceAll(' ', '')
  await look(page, 'set-up')
  await fill(page, { Code: '000000' })
  await press(page, 'Continue')
  await page.getByRole('alert').waitFor()
  assert.equal((await page.locator('code').textContent())!.replaceAll(' ', ''), secret)
  await fill(page, { Code: code(secret) })
  await press(page, 'Continue')
  assert.ok((await told(page)).get('code'))
  await cognito.house.ask('POST', 'clock', { body: { advanceSeconds: 60 } })
  await page.context().clearCookies()
  await page.goto(start())
  await fill(page, { Username: 'ada', Password: 'Permanent-1' })
  await press(page, 'Sign in')
  await page.getByRole('heading', { name: 'Enter your code' }).waitFor()
  await look(page, 'app-code')
  await fill(page, { Code: '000000' })
  await press(page, 'Continue')
  assert.match((await alert(page)) ?? '', /Invalid code/)
  await fill(page, { Code: code(secret) })
  await press(page, 'Continue')
  assert.ok((await told(page)).get('code'))
})

test('a person who has forgotten the password chooses another one', { skip }, async (t) => {
  const { people, newPage, cognito } = await hostedBrowser(t)
  const { start, user } = await people()
  await (await user('ada'))()
  const page = await newPage()
  await page.goto(start())
  await page.getByRole('link', { name: 'Forgot your password?' }).click()
  await look(page, 'forgotten')
  await fill(page, { Username: 'ada' })
  await press(page, 'Send a code')
  await look(page, 'reset')
  const code = (await inbox(cognito, 'ada@example.com')).at(-1)!.text.match(/\d{6}/)![0]
  await fill(page, { Code: code, 'New password': 'Another-2', 'Confirm password': 'Another-3' })
  await press(page, 'Save the password')
  assert.equal(await alert(page), 'The passwords are not the same.')
  await fill(page, { Code: code, 'New password': 'Another-2', 'Confirm password': 'Another-2' })
  await press(page, 'Save the password')
  await page.getByRole('status').waitFor()
  await look(page, 'reset-done')
  await fill(page, { Password: 'Another-2' })
  await press(page, 'Sign in')
  assert.ok((await told(page)).get('code'))
})

test('a temporary password is replaced, and what is missing is asked for', { skip }, async (t) => {
  const { people, newPage, idp } = await hostedBrowser(t)
  const { start, user, UserPoolId } = await people({ Schema: [{ Name: 'name', Required: true }] })
  await user('ada')
  const page = await newPage()
  await page.goto(start())
  await fill(page, { Username: 'ada', Password: 'Temporary-1' })
  await press(page, 'Sign in')
  await look(page, 'new-password')
  await fill(page, { 'New password': 'Another-2', 'Confirm password': 'Another-2', Name: 'Ada L.' })
  await press(page, 'Save the password')
  assert.ok((await told(page)).get('code'))
  const { UserAttributes } = await idp.adminGetUser({ UserPoolId, Username: 'ada' })
  assert.equal(UserAttributes!.find(({ Name }) => Name === 'name')?.Value, 'Ada L.')
})

type People = Parameters<Awaited<ReturnType<typeof hostedBrowser>>['people']>

const choices: People[0] = {
  Policies: {
    SignInPolicy: { AllowedFirstAuthFactors: ['PASSWORD', 'EMAIL_OTP', 'WEB_AUTHN'] },
  },
}
const byChoice: People[1] = { ExplicitAuthFlows: ['ALLOW_USER_AUTH'] }

test('a person signs in with a code by mail, or with the password after all', {
  skip,
}, async (t) => {
  const { people, newPage, cognito } = await hostedBrowser(t)
  const { start, user } = await people(choices, byChoice)
  await (await user('ada'))()
  const page = await newPage()
  await page.goto(start({ login_hint: 'ada' }))
  await look(page, 'name-first')
  await press(page, 'Next')
  await look(page, 'choice')
  await press(page, 'Send a code by email')
  await press(page, 'Send another code')
  await look(page, 'sent-code')
  const code = (await inbox(cognito, 'ada@example.com')).at(-1)!.text.match(/\d{8}/)![0]
  await fill(page, { Code: code })
  await press(page, 'Continue')
  assert.ok((await told(page)).get('code'))
  await page.context().clearCookies()
  await page.goto(start())
  await fill(page, { Username: 'ada' })
  await press(page, 'Next')
  await fill(page, { Password: 'wrong' })
  await press(page, 'Sign in')
  assert.equal(await alert(page), 'Incorrect username or password.')
  await fill(page, { Password: 'Permanent-1' })
  await press(page, 'Sign in')
  assert.ok((await told(page)).get('code'))
})

test('a person adds a passkey, and signs in with it', { skip }, async (t) => {
  const { people, newPage, app } = await hostedBrowser(t)
  const { start, user, base, ClientId } = await people(choices, byChoice)
  await (await user('ada'))()
  const page = await newPage({ javaScriptEnabled: true })
  const problems: string[] = []
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()))
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('WebAuthn.enable')
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  const add = new URLSearchParams({ client_id: ClientId, redirect_uri: app.url })
  await page.goto(`${base}/passkeys/add?${add}`)
  await fill(page, { Username: 'ada' })
  await press(page, 'Next')
  await fill(page, { Password: 'Permanent-1' })
  await press(page, 'Sign in')
  await page.getByRole('heading', { name: 'Add a passkey' }).waitFor()
  await look(page, 'passkey-add')
  await press(page, 'Add a passkey')
  await page.getByRole('heading', { name: 'Back at the app' }).waitFor()
  await page.context().clearCookies()
  await page.goto(start())
  await fill(page, { Username: 'ada' })
  await press(page, 'Next')
  await look(page, 'choice-passkey')
  await press(page, 'Sign in with a passkey')
  assert.ok((await told(page)).get('code'))
  // What the policy of a page forbids would be told here.
  assert.deepEqual(problems, [])
})

test('who must have a second factor and has none sets one up by mail', { skip }, async (t) => {
  const { people, newPage, idp, cognito } = await hostedBrowser(t)
  const { start, UserPoolId } = await people()
  await idp.setUserPoolMfaConfig({
    UserPoolId,
    MfaConfiguration: 'ON',
    SoftwareTokenMfaConfiguration: { Enabled: true },
    EmailMfaConfiguration: { Message: 'Your code is {####}', Subject: 'Code' },
  })
  const Username = 'kim'
  const Password = 'Permanent-1'
  await idp.adminCreateUser({ UserPoolId, Username, MessageAction: 'SUPPRESS' })
  await idp.adminSetUserPassword({ UserPoolId, Username, Password, Permanent: true })
  const page = await newPage()
  await page.goto(start())
  await fill(page, { Username, Password })
  await press(page, 'Sign in')
  await look(page, 'set-up-choice')
  await press(page, 'Email')
  await look(page, 'set-up-address')
  await fill(page, { 'Email address': 'nonsense@x' })
  await press(page, 'Send a code')
  assert.equal(await alert(page), 'Invalid email address format.')
  await fill(page, { 'Email address': 'kim@example.com' })
  await press(page, 'Send a code')
  const code = (await inbox(cognito, 'kim@example.com')).at(-1)!.text.match(/\d{8}/)![0]
  await fill(page, { Code: code })
  await press(page, 'Continue')
  assert.ok((await told(page)).get('code'))
})

test('managed login speaks German, and keeps to it', { skip }, async (t) => {
  const { people, newPage, idp } = await hostedBrowser(t)
  const { start, UserPoolId, ClientId, user } = await people()
  await (await user('ada'))()
  for (const TermsName of ['terms-of-use', 'privacy-policy'])
    await idp.createTerms({
      UserPoolId,
      ClientId,
      TermsName,
      TermsSource: 'LINK',
      Enforcement: 'NONE',
      Links: {
        'cognito:default': `https://example.com/${TermsName}`,
        'cognito:german': `https://example.com/de/${TermsName}`,
      },
    })
  const page = await newPage()
  await page.goto(start({ lang: 'de' }))
  await page.goto(start({}, '/login'))
  await page.getByRole('heading', { name: 'Anmelden' }).waitFor()
  await fill(page, { Benutzername: 'ada', Passwort: 'falsch' })
  await press(page, 'Anmelden')
  assert.equal(await alert(page), 'Benutzername oder Passwort ist falsch.')
  await page.getByRole('link', { name: 'Konto anlegen' }).click()
  await look(page, 'german')
  assert.match(
    (await page.locator('.legal').textContent()) ?? '',
    /^Mit der Registrierung stimmen Sie unseren Nutzungsbedingungen und unserer Datenschutz/,
  )
  assert.equal(
    await page.getByRole('link', { name: 'Nutzungsbedingungen' }).getAttribute('href'),
    'https://example.com/de/terms-of-use',
  )
  assert.equal(await page.locator('html').getAttribute('lang'), 'de')
})

/** What the page really shows, asked in the page. */
const logoWidth = "document.querySelector('.logo img').naturalWidth"
const buttonColour = "getComputedStyle(document.querySelector('button')).backgroundColor"

const drawing = (colour: string) =>
  Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="200" height="48"><rect width="200" height="48" rx="12" fill="${colour}"/><text x="40" y="33" font-size="28" font-family="sans-serif" fill="#fff">Acorn</text></svg>`,
  )

test('pages are in the style of their client, in light, dark and on a phone', {
  skip,
}, async (t) => {
  const { people, newPage, idp, cognito } = await hostedBrowser(t)
  const { start, UserPoolId, ClientId, Domain } = await people()
  const style = await idp.describeManagedLoginBrandingByClient({ UserPoolId, ClientId })
  const { ManagedLoginBrandingId } = style.ManagedLoginBranding!
  const looks = {
    light: { viewport: { width: 900, height: 800 } },
    dark: { colorScheme: 'dark' },
    phone: { viewport: { width: 320, height: 640 } },
  } as const
  for (const [name, options] of Object.entries(looks)) {
    const page = await newPage(options)
    await page.goto(start())
    await look(page, `plain-${name}`)
  }
  await idp.updateManagedLoginBranding({
    UserPoolId,
    ManagedLoginBrandingId,
    Settings: {
      categories: {
        global: { colorSchemeMode: 'DYNAMIC', pageHeader: { enabled: true } },
        form: { location: { horizontal: 'START' } },
      },
      components: {
        pageBackground: { lightMode: { color: 'e3f0e5ff' }, darkMode: { color: '0c1a10ff' } },
        primaryButton: {
          lightMode: { defaults: { backgroundColor: '1d6b35ff', textColor: 'ffffffff' } },
          darkMode: { defaults: { backgroundColor: '7fd69aff', textColor: '04170aff' } },
        },
      },
    },
    Assets: [
      { Category: 'FORM_LOGO', ColorMode: 'LIGHT', Extension: 'SVG', Bytes: drawing('#1d6b35') },
      { Category: 'FORM_LOGO', ColorMode: 'DARK', Extension: 'SVG', Bytes: drawing('#2f9e56') },
      {
        Category: 'PAGE_HEADER_LOGO',
        ColorMode: 'DYNAMIC',
        Extension: 'SVG',
        Bytes: drawing('#1d6b35'),
      },
    ],
  })
  for (const [name, options] of Object.entries(looks)) {
    const page = await newPage(options)
    await page.goto(start())
    await look(page, `style-${name}`)
    assert.equal(await page.evaluate(logoWidth), 200)
    assert.equal(
      await page.evaluate(buttonColour),
      name === 'dark' ? 'rgb(127, 214, 154)' : 'rgb(29, 107, 53)',
    )
  }
  const asset = await fetch(
    `${cognito.house.url}/_auth/${Domain}/assets/${ClientId}/FORM_LOGO-DARK`,
  )
  assert.equal(asset.headers.get('content-type'), 'image/svg+xml')
  assert.match(asset.headers.get('content-security-policy') ?? '', /default-src 'none'.*sandbox/)
  await idp.deleteManagedLoginBranding({ UserPoolId, ManagedLoginBrandingId })
  const page = await newPage()
  await page.goto(start())
  await page.getByRole('heading', { name: 'Login pages unavailable' }).waitFor()
  await look(page, 'unavailable')
})

test('the classic pages have the CSS and the logo of their pool', { skip }, async (t) => {
  const { people, newPage, idp } = await hostedBrowser(t)
  const { start, user, UserPoolId } = await people(choices, byChoice, 1)
  await (await user('ada'))()
  const png =
    'iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAYAAACNMs+9AAAAFUlEQVR42mNk+M9Qz0AEYBxVSF+FABJADveWkH6oAAAAAElFTkSuQmCC'
  await idp.setUICustomization({
    UserPoolId,
    CSS: '.submitButton-customizable { background-color: #7a1f5c; } .banner-customizable { background-color: #f3e3ee; }',
    ImageFile: Buffer.from(png, 'base64'),
  })
  const page = await newPage()
  await page.goto(start())
  await look(page, 'classic')
  assert.equal(await page.evaluate(buttonColour), 'rgb(122, 31, 92)')
  assert.equal(await page.evaluate(logoWidth), 10)
  // It knows no choices, whatever the client could do.
  await fill(page, { Username: 'ada', Password: 'Permanent-1' })
  await press(page, 'Sign in')
  assert.ok((await told(page)).get('code'))
  await page.goto(start({}, '/signup'))
  await look(page, 'classic-sign-up')
})

test('a person makes an account without a password, and is offered a passkey', {
  skip,
}, async (t) => {
  const { people, newPage, cognito } = await hostedBrowser(t)
  const { start } = await people({ ...choices, UsernameAttributes: ['email'] }, byChoice)
  const page = await newPage()
  await page.goto(start({}, '/signup'))
  await fill(page, { 'Email address': 'lin@example.com' })
  await press(page, 'Create an account')
  const code = (await inbox(cognito, 'lin@example.com')).at(-1)!.text.match(/\d{6}/)![0]
  await fill(page, { Code: code })
  await press(page, 'Continue')
  await page.getByRole('heading', { name: 'Add a passkey' }).waitFor()
  assert.match((await alert(page)) ?? '', /need JavaScript/)
  await page.getByRole('link', { name: 'Not now' }).click()
  const answer = await told(page)
  assert.deepEqual([answer.get('state'), answer.has('code')], ['the state', true])
})

test('a person with two second factors chooses one', { skip }, async (t) => {
  const { people, newPage, idp, cognito } = await hostedBrowser(t)
  const { start, user, UserPoolId } = await people()
  await (await user('ada'))()
  await idp.setUserPoolMfaConfig({
    UserPoolId,
    MfaConfiguration: 'OPTIONAL',
    SmsMfaConfiguration: {
      SmsAuthenticationMessage: 'Your code is {####}',
      SmsConfiguration: { SnsCallerArn: 'arn:aws:iam::000000000000:role/sms' },
    },
    EmailMfaConfiguration: { Message: 'Your code is {####}', Subject: 'Code' },
  })
  const Username = 'ada'
  const UserAttributes = [{ Name: 'phone_number', Value: '+4930123456' }]
  await idp.adminUpdateUserAttributes({ UserPoolId, Username, UserAttributes })
  await idp.adminSetUserMFAPreference({
    UserPoolId,
    Username,
    SMSMfaSettings: { Enabled: true },
    EmailMfaSettings: { Enabled: true },
  })
  const page = await newPage({ colorScheme: 'dark' })
  await page.goto(start())
  await fill(page, { Username, Password: 'Permanent-1' })
  await press(page, 'Sign in')
  await look(page, 'factors')
  await press(page, 'Text message')
  await page.getByText('We sent a code to +*******3456.').waitFor()
  await fill(page, { Code: '000000' })
  await press(page, 'Continue')
  assert.match((await alert(page)) ?? '', /Invalid code/)
  await look(page, 'factor-code-wrong')
  const code = (await inbox(cognito, '+4930123456')).at(-1)!.text.match(/\d{6}/)![0]
  await fill(page, { Code: code })
  await press(page, 'Continue')
  assert.ok((await told(page)).get('code'))
})
