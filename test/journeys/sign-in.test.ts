import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LookupEventsCommand } from '@aws-sdk/client-cloudtrail'
import { type Account, allow, keysOf, openAccount, policy, trusting } from '../account.ts'
import { authenticator } from '../authenticator.ts'
import type { Keys } from '../installation.ts'

/** A browser without scripts: it keeps one cookie, and does not follow where it is sent. */
function browser({ house }: Account) {
  let cookie = ''
  const go = async (path: string, form?: Record<string, string>) => {
    const response = await fetch(new URL(path, house.url), {
      method: form === undefined ? 'GET' : 'POST',
      redirect: 'manual',
      headers: {
        ...(cookie !== '' && { cookie }),
        ...(form && { 'content-type': 'application/x-www-form-urlencoded' }),
      },
      ...(form && { body: new URLSearchParams(form).toString() }),
    })
    const set = response.headers.get('set-cookie')
    if (set !== null) cookie = set.split(';')[0]!
    const text = await response.text()
    return {
      status: response.status,
      location: response.headers.get('location'),
      set,
      text,
      headers: response.headers,
      hidden: (name: string) => new RegExp(`name="${name}" value="(.*?)"`).exec(text)?.[1] ?? '',
    }
  }
  return {
    go,
    cookie: () => cookie,
    async credentials(): Promise<Keys> {
      const { text, status } = await go('/console/credentials', {})
      assert.equal(status, 200, text)
      return keysOf({ Credentials: JSON.parse(text) })
    },
  }
}

const logins = async ({ house }: Account) => {
  const { Events = [] } = await house.as().cloudtrail.send(
    new LookupEventsCommand({
      LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: 'ConsoleLogin' }],
    }),
  )
  return Events.map((event) => JSON.parse(event.CloudTrailEvent!))
}

const token = (account: Account, keys: Keys, more: Record<string, string> = {}) => {
  const Session = JSON.stringify({
    sessionId: keys.accessKeyId,
    sessionKey: keys.secretAccessKey,
    sessionToken: keys.sessionToken,
  })
  const query = new URLSearchParams({ Action: 'getSigninToken', Session, ...more })
  return browser(account).go(`/federation?${query}`)
}

const login = (SigninToken: string, more: Record<string, string> = {}) =>
  `/federation?${new URLSearchParams({
    Action: 'login',
    Issuer: 'https://broker.example.com/',
    Destination: 'https://console.aws.amazon.com/s3/home',
    SigninToken,
    ...more,
  })}`

test('a broker sends a browser in with the credentials of a role', async (t) => {
  const account = await openAccount('--test-clock')
  t.after(() => account.close())
  await account.iam('CreateRole', {
    RoleName: 'staff',
    AssumeRolePolicyDocument: trusting('000000000000'),
  })
  await account.iam('PutRolePolicy', {
    RoleName: 'staff',
    PolicyName: 'own',
    PolicyDocument: policy(allow('iam:ListUsers')),
  })
  const broker = await account.user('broker', 'sts:AssumeRole', 'sts:GetFederationToken')
  const RoleArn = 'arn:aws:iam::000000000000:role/staff'
  const assumed = await account.sts('AssumeRole', { RoleArn, RoleSessionName: 'jo' }, broker)
  const keys = keysOf(assumed)
  const answer = await token(account, keys, { SessionDuration: '43200' })
  assert.equal(answer.status, 200, answer.text)
  const { SigninToken } = JSON.parse(answer.text)
  assert.ok(!SigninToken.includes(keys.secretAccessKey))

  const visitor = browser(account)
  const entered = await visitor.go(login(SigninToken))
  assert.equal(entered.status, 302, entered.text)
  assert.equal(entered.location, '/console')
  assert.match(entered.set!, /HttpOnly; SameSite=Lax/)
  const page = await visitor.go('/console')
  assert.match(page.text, /assumed-role&#47;staff&#47;jo|assumed-role\/staff\/jo/)
  assert.match(page.headers.get('content-security-policy')!, /default-src 'none'/)
  await account.iam('ListUsers', {}, await visitor.credentials())
  const [event] = await logins(account)
  assert.equal(event.eventType, 'AwsConsoleSignIn')
  assert.equal(event.eventSource, 'signin.amazonaws.com')
  assert.deepEqual(event.responseElements, { ConsoleLogin: 'Success' })
  assert.equal(event.userIdentity.type, 'AssumedRole')

  // The session outlives the credentials, and ends when it should; the link does so sooner.
  await account.house.ask('POST', 'clock', { body: { advanceSeconds: 3_700 } })
  assert.equal((await visitor.go('/console')).status, 200)
  const late = await browser(account).go(login(SigninToken))
  assert.equal(late.status, 400)
  assert.match(late.text, /expired/)
  const out = await visitor.go('/console/signout', {})
  assert.equal(out.location, 'https://broker.example.com/')
  assert.equal((await visitor.go('/console')).location, '/signin?destination=%2Fconsole')

  // What brokers may not do.
  const refused = async (given: Promise<{ status: number; text: string }>, text: RegExp) => {
    const told = await given
    assert.equal(told.status, 400, told.text)
    assert.match(told.text, text)
  }
  const fresh = keysOf(await account.sts('AssumeRole', { RoleArn, RoleSessionName: 'jo' }, broker))
  await refused(token(account, { ...fresh, secretAccessKey: 'x'.repeat(40) }), /not valid/)
  await refused(token(account, keys), /not valid/)
  await refused(token(account, fresh, { SessionDuration: '899' }), /between 900 and 43200/)
  const visiting = keysOf(
    await account.sts(
      'GetFederationToken',
      { Name: 'guest', Policy: policy(allow('iam:ListUsers')) },
      broker,
    ),
  )
  await refused(token(account, visiting, { SessionDuration: '900' }), /GetFederationToken/)
  assert.equal((await token(account, visiting)).status, 200)
  const own = keysOf(await account.sts('GetSessionToken', {}, broker))
  await refused(token(account, own), /Only sessions of AssumeRole/)
  const { SigninToken: again } = JSON.parse((await token(account, fresh)).text)
  await refused(
    browser(account).go(login(again, { Destination: 'https://evil.example.com/' })),
    /destination/,
  )
  await refused(browser(account).go(login(`${again}x`)), /not valid/)
  await account.iam('DeleteRolePolicy', { RoleName: 'staff', PolicyName: 'own' })
  await account.iam('DeleteRole', { RoleName: 'staff' })
  await refused(browser(account).go(login(again)), /over/)
})

async function employee(account: Account, more: object = {}) {
  await account.iam('CreateUser', { UserName: 'jo' })
  await account.iam('CreateLoginProfile', {
    UserName: 'jo',
    Password: 'Correct-Horse-1',
    PasswordResetRequired: false,
    ...more,
  })
  await account.iam('PutUserPolicy', {
    UserName: 'jo',
    PolicyName: 'own',
    PolicyDocument: policy(allow('iam:ListUsers')),
  })
}

const credentials = { account: '000000000000', username: 'jo', password: 'Correct-Horse-1' }

test('a user signs in with a password, and the session may what the user may', async (t) => {
  const account = await openAccount('--test-clock')
  t.after(() => account.close())
  await employee(account)
  await account.iam('CreateAccountAlias', { AccountAlias: 'my-company' })
  const visitor = browser(account)
  assert.match((await visitor.go('/signin?account=my-company')).text, /value="my-company"/)
  const entered = await visitor.go('/signin', { ...credentials, account: 'my-company' })
  assert.equal(entered.status, 302, entered.text)
  const keys = await visitor.credentials()
  assert.match((await account.sts('GetCallerIdentity', {}, keys)).Arn, /:user\/jo$/)
  await account.iam('ListUsers', {}, keys)
  await assert.rejects(account.iam('ListRoles', {}, keys))
  const { User } = await account.iam('GetUser', { UserName: 'jo' })
  assert.ok(User.PasswordLastUsed instanceof Date)
  const [event] = await logins(account)
  assert.equal(event.userIdentity.userName, 'jo')
  assert.equal(event.additionalEventData.MFAUsed, 'No')

  // Whoever is wrong about anything learns nothing.
  const wrong = async (more: Record<string, string>) => {
    const told = await browser(account).go('/signin', { ...credentials, ...more })
    assert.equal(told.status, 400)
    return /role="alert">(.*?)</.exec(told.text)![1]
  }
  const sentences = [
    await wrong({ password: 'Wrong-Horse-1' }),
    await wrong({ username: 'nobody' }),
    await wrong({ account: 'no-such-account' }),
    await wrong({ account: '111122223333' }),
    await wrong({ password: 'x'.repeat(500) }),
  ]
  assert.equal(new Set(sentences).size, 1)
  const failures = (await logins(account)).filter(({ errorMessage }) => errorMessage)
  assert.equal(failures.length, 2)
  assert.equal(failures[0].userIdentity.userName, 'HIDDEN_DUE_TO_SECURITY_REASONS')
  assert.ok(!JSON.stringify(failures).includes('Wrong-Horse'))

  // Too many wrong ones, and even the right one has to wait.
  for (let i = 0; i < 5; i++) await wrong({ password: `Wrong-${i}` })
  await wrong({})
  await account.house.ask('POST', 'clock', { body: { advanceSeconds: 300 } })
  assert.equal((await browser(account).go('/signin', credentials)).status, 302)
  // A form of another site is nobody's.
  const foreign = await fetch(`${account.house.url}/signin`, {
    method: 'POST',
    redirect: 'manual',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'sec-fetch-site': 'cross-site',
    },
    body: new URLSearchParams(credentials).toString(),
  })
  assert.equal(foreign.status, 400)

  await account.iam('DeleteLoginProfile', { UserName: 'jo' })
  await wrong({})
  await account.iam('DeleteUserPolicy', { UserName: 'jo', PolicyName: 'own' })
  await account.iam('DeleteUser', { UserName: 'jo' })
  assert.equal((await visitor.go('/console')).status, 302, 'a session ends with its user')
})

test('an MFA device and a new password are asked for where they must be', async (t) => {
  const account = await openAccount('--test-clock')
  t.after(() => account.close())
  await employee(account, { PasswordResetRequired: true })
  const { VirtualMFADevice } = await account.iam('CreateVirtualMFADevice', {
    VirtualMFADeviceName: 'phone',
  })
  const app = authenticator(VirtualMFADevice.Base32StringSeed, account.house)
  const { SerialNumber } = VirtualMFADevice
  await account.iam('EnableMFADevice', { UserName: 'jo', SerialNumber, ...app.pair() })
  await account.house.ask('POST', 'clock', { body: { advanceSeconds: 60 } })

  const visitor = browser(account)
  const asked = await visitor.go('/signin', credentials)
  assert.equal(asked.status, 200)
  assert.match(asked.text, /Enter your MFA code/)
  assert.equal(visitor.cookie(), '', 'nobody is signed in by a password alone')
  const state = asked.hidden('state')
  const skipped = await visitor.go('/signin/password', { state, password: 'a', again: 'a' })
  assert.match(skipped.text, /Sign in again/)
  const code = app.code()
  const wrong = await visitor.go('/signin/code', { state, code: '000000', device: SerialNumber })
  assert.match(wrong.text, /This code is not right/)
  const choose = await visitor.go('/signin/code', { state, code, device: SerialNumber })
  assert.match(choose.text, /Choose a new password/)
  const next = choose.hidden('state')
  const differ = { state: next, password: 'Another-Horse-2', again: 'Another-Horse-3' }
  assert.match((await visitor.go('/signin/password', differ)).text, /not the same/)
  const weak = { state: next, password: 'weak', again: 'weak' }
  assert.match((await visitor.go('/signin/password', weak)).text, /role="alert"/)
  const good = { state: next, password: 'Another-Horse-2', again: 'Another-Horse-2' }
  assert.equal((await visitor.go('/signin/password', good)).status, 302)
  const keys = await visitor.credentials()
  await account.iam('PutUserPolicy', {
    UserName: 'jo',
    PolicyName: 'own',
    PolicyDocument: policy({
      ...allow('iam:ListUsers'),
      Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } },
    }),
  })
  await account.iam('ListUsers', {}, keys)
  const replayed = await browser(account).go('/signin/code', { state, code, device: SerialNumber })
  assert.match(replayed.text, /This code is not right/)
  await account.house.ask('POST', 'clock', { body: { advanceSeconds: 600 } })
  const late = await browser(account).go('/signin/code', { state, code: app.code() })
  assert.match(late.text, /took too long/)
})

test('an address that tries too many passwords has to wait', async (t) => {
  const account = await openAccount()
  t.after(() => account.close())
  const statuses: number[] = []
  for (let i = 0; i < 40; i++) {
    const name = { ...credentials, username: `nobody-${i}`, password: 'Guess-1' }
    statuses.push((await browser(account).go('/signin', name)).status)
  }
  assert.equal(statuses[0], 400)
  assert.equal(statuses.at(-1), 429)
})
