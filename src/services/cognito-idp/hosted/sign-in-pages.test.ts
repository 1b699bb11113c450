import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Cognito, inbox, installCognito } from '../pools.test-support.ts'
import { PASSWORD } from '../sign-in.test-support.ts'
import { hostedPool, type Visitor, visitor } from './hosted.test-support.ts'

let cognito: Cognito
before(async () => {
  cognito = await installCognito()
})
after(() => cognito.close())

const alertIn = (text: string) => /role="alert">([^<]*)</.exec(text)?.[1]?.replaceAll('&#39;', "'")

const signIn = (browser: Visitor, fields: Record<string, string> = {}) =>
  browser.send('/login', { username: 'ada', password: PASSWORD, ...fields })

test('pages load nothing from elsewhere, and are neither kept nor framed', async () => {
  const { start } = await hostedPool(cognito)
  const { headers, status } = await visitor(start).open('/login')
  assert.equal(status, 200)
  const policy = headers.get('content-security-policy') ?? ''
  assert.match(policy, /default-src 'none'.*frame-ancestors 'none'/)
  assert.doesNotMatch(policy, /unsafe|form-action/)
  assert.equal(headers.get('cache-control'), 'no-store')
  assert.equal(headers.get('referrer-policy'), 'no-referrer')
  assert.equal(headers.get('x-content-type-options'), 'nosniff')
  assert.match(
    headers.get('set-cookie') ?? '',
    /^XSRF-TOKEN=[\w-]{22}; Path=\/_auth\/[^;]+; HttpOnly; SameSite=Lax/,
  )
})

test('a form that was not on a page of this browser signs nobody in', async () => {
  const { start } = await hostedPool(cognito)
  const browser = visitor(start)
  await browser.open('/login')
  for (const _csrf of ['', 'AAAAAAAAAAAAAAAAAAAAAA']) {
    const answer = await signIn(browser, { _csrf })
    assert.equal(answer.status, 400)
    assert.match(alertIn(answer.text) ?? '', /^Something went wrong/)
  }
  for (const site of ['cross-site', 'same-site', 'same-origin']) {
    const { status } = await fetch(start('/login'), {
      method: 'POST',
      redirect: 'manual',
      headers: {
        cookie: `XSRF-TOKEN=${browser.cookies.get('XSRF-TOKEN')}`,
        'sec-fetch-site': site,
      },
      body: new URLSearchParams({
        _csrf: browser.cookies.get('XSRF-TOKEN')!,
        username: 'ada',
        password: PASSWORD,
      }),
    })
    assert.equal(status, site === 'same-origin' ? 302 : 400, site)
  }
  const stranger = visitor(start)
  assert.equal((await signIn(stranger)).status, 400)
  assert.equal((await signIn(browser)).status, 302)
})

test('where the client hides who exists, pages do too; after five mistakes they say that it is enough', async () => {
  const { start } = await hostedPool(cognito, {}, { PreventUserExistenceErrors: 'ENABLED' })
  const browser = visitor(start)
  await browser.open('/login')
  for (const username of ['nobody', 'ada']) {
    const { text } = await signIn(browser, { username, password: 'wrong' })
    assert.equal(alertIn(text), 'Incorrect username or password.')
    const sent = await browser.send('/forgotPassword', { username })
    assert.match(sent.text, /We sent a code to .\*\*\*@.\*\*\*/)
  }
  for (let i = 0; i < 4; i++) await signIn(browser, { password: 'wrong' })
  assert.equal(alertIn((await signIn(browser)).text), 'Password attempts exceeded')
})

test('what was typed comes back as text, not as HTML', async () => {
  const { start } = await hostedPool(cognito)
  const browser = visitor(start)
  await browser.open('/login')
  const { text } = await signIn(browser, { username: '"><script>alert(1)</script>' })
  assert.doesNotMatch(text, /<script/)
  assert.match(text, /value="&#34;&#62;&#60;script/)
})

test('names and passwords that calls would not take are refused', async () => {
  const { start } = await hostedPool(cognito)
  const browser = visitor(start)
  await browser.open('/signup')
  const join = async (username: string, password: string) => {
    const fields = { username, password, again: password, 'attribute.email': 'x@example.com' }
    return alertIn((await browser.send('/signup', fields)).text)
  }
  for (const name of ['', ' ', 'a b', 'a\u0000'])
    assert.equal(await join(name, PASSWORD), 'A username has 1 to 128 characters, and no spaces.')
  assert.equal(
    await join('eve', `Aa1-${'x'.repeat(300)}`),
    'A password has at most 256 characters.',
  )
  assert.match((await join('eve', ' Permanent-1')) ?? '', /must not begin or end with a space/)
})

test('only the providers of the client are offered; without its own users there is no password', async () => {
  const { idp } = cognito
  const pool = await hostedPool(cognito)
  const { UserPoolId, start } = pool
  await idp.createIdentityProvider({
    UserPoolId,
    ProviderName: 'Acorn',
    ProviderType: 'OIDC',
    ProviderDetails: {
      client_id: 'us',
      client_secret: 'hidden',
      attributes_request_method: 'GET',
      oidc_issuer: 'https://acorn.example.com',
      authorize_scopes: 'openid',
      authorize_url: 'https://acorn.example.com/authorize',
      token_url: 'https://acorn.example.com/token',
      attributes_url: 'https://acorn.example.com/me',
      jwks_uri: 'https://acorn.example.com/keys',
    },
  })
  assert.doesNotMatch((await visitor(start).open('/login')).text, /Acorn/)
  const client_id = await pool.newApp({ SupportedIdentityProviders: ['Acorn'] })
  const browser = visitor((path) => start(path, { client_id }))
  const { text } = await browser.open('/login')
  assert.match(text, /href="\/_auth\/[^"]*\/oauth2\/authorize\?[^"]*identity_provider=Acorn"/)
  assert.match(text, /Continue with Acorn/)
  assert.doesNotMatch(text, /type="password"|signup/)
  assert.equal((await signIn(browser)).status, 200)
  const refusal = await browser.send('/signup', {
    username: 'eve',
    password: PASSWORD,
    again: PASSWORD,
  })
  assert.equal(alertIn(refusal.text), 'SignUp is not permitted for this user pool')
})

test('who is not confirmed gets another code with the right password, and goes on signed in', async () => {
  const { idp } = cognito
  const { start, ClientId } = await hostedPool(cognito)
  const UserAttributes = [{ Name: 'email', Value: 'new@example.com' }]
  await idp.signUp({ ClientId, Username: 'new', Password: PASSWORD, UserAttributes })
  const browser = visitor(start)
  await browser.open('/login')
  const wrong = await signIn(browser, { username: 'new', password: 'wrong' })
  assert.equal(alertIn(wrong.text), 'Incorrect username or password.')
  const { text } = await signIn(browser, { username: 'new' })
  assert.match(text, /Confirm your account/)
  const code = (await inbox(cognito, 'new@example.com')).at(-1)!.text.match(/\d{6}/)![0]
  const session = /name="session" value="([^"]+)"/.exec(text)![1]!
  const done = await browser.send('/confirm', { username: 'new', code, session })
  assert.match(done.headers.get('location') ?? '', /^http:\/\/localhost\/callback\?code=/)
  const again = await browser.send('/confirm', { username: 'new', code, session })
  assert.match(alertIn(again.text) ?? '', /Current status is CONFIRMED/)
})

test('the link in a mail leads to the domain of the pool, which confirms', async () => {
  const { idp } = cognito
  const { start, ClientId, Domain, UserPoolId } = await hostedPool(cognito, {
    VerificationMessageTemplate: { DefaultEmailOption: 'CONFIRM_WITH_LINK' },
  })
  const browser = visitor(start)
  await browser.open('/signup')
  const { text } = await browser.send('/signup', {
    username: 'lin',
    password: PASSWORD,
    again: PASSWORD,
    'attribute.email': 'lin@example.com',
  })
  assert.match(text, /We sent a link to l\*\*\*@e\*\*\*/)
  const mail = (await inbox(cognito, 'lin@example.com')).at(-1)!.text
  const link = /http\S+/.exec(mail)![0]
  assert.ok(
    link.startsWith(`${cognito.house.url}/_auth/${Domain}/confirmUser?client_id=${ClientId}`),
  )
  const page = await fetch(link)
  assert.match(await page.text(), /Your registration is confirmed/)
  const { UserStatus } = await idp.adminGetUser({ UserPoolId, Username: 'lin' })
  assert.equal(UserStatus, 'CONFIRMED')
  assert.equal((await fetch(link)).status, 400)
})

test('a session is good at the client that it was begun for', async () => {
  const pool = await hostedPool(
    cognito,
    {
      Policies: { SignInPolicy: { AllowedFirstAuthFactors: ['PASSWORD', 'EMAIL_OTP'] } },
    },
    { ExplicitAuthFlows: ['ALLOW_USER_AUTH'] },
  )
  const browser = visitor(pool.start)
  await browser.open('/login')
  const { text } = await browser.send('/login', { username: 'ada' })
  const session = /name="session" value="([^"]+)"/.exec(text)![1]!
  const client_id = await pool.newApp()
  const answers = { username: 'ada', session, choice: 'PASSWORD', password: PASSWORD }
  const elsewhere = visitor((path) => pool.start(path, { client_id }))
  await elsewhere.open('/login')
  const refusal = await elsewhere.send('/challenge', answers)
  assert.match(alertIn(refusal.text) ?? '', /^Something went wrong/)
  assert.equal((await browser.send('/challenge', answers)).status, 302)
  // What stands for a sign-up is no sign-in.
  const { ClientId, start } = pool
  const UserAttributes = [{ Name: 'email', Value: 'max@example.com' }]
  const of = { ClientId, Username: 'max', Password: PASSWORD, UserAttributes }
  const { Session = '' } = await cognito.idp.signUp(of)
  const other = visitor(start)
  await other.open('/login')
  const misused = await other.send('/challenge', { username: 'max', session: Session })
  assert.match(alertIn(misused.text) ?? '', /^Something went wrong/)
})
