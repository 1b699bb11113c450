import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Cognito, inbox, installCognito } from '../pools.test-support.ts'
import { PASSWORD } from '../sign-in.test-support.ts'
import { hostedPool, visitor } from './hosted.test-support.ts'

let cognito: Cognito
before(async () => {
  cognito = await installCognito()
})
after(() => cognito.close())

const hidden = (text: string, name: string) =>
  new RegExp(`name="${name}" value="([^"]+)"`).exec(text)?.[1] ?? ''

/** A page without what is other at every request, and for every name. */
const plain = ({ status, text }: { status: number; text: string }, name: string) =>
  `${status} ${text}`
    .replace(/nonce="[^"]*"|name="session" value="[^"]*"|client_id=\w+/g, '')
    .replaceAll(name, '')
    .replace(/.\*\*\*@.\*\*\*/g, '')

test('codes are sent to somebody and to nobody alike, once more and again', async () => {
  const { start } = await hostedPool(
    cognito,
    { Policies: { SignInPolicy: { AllowedFirstAuthFactors: ['PASSWORD', 'EMAIL_OTP'] } } },
    { ExplicitAuthFlows: ['ALLOW_USER_AUTH'], PreventUserExistenceErrors: 'ENABLED' },
  )
  const seen = []
  for (const username of ['ada', 'no@example.com']) {
    const browser = visitor(start)
    await browser.open('/login')
    // Both browsers have the same token, so that pages can be compared.
    browser.cookies.set('XSRF-TOKEN', 'A'.repeat(22))
    const pages = [await browser.send('/login', { username })]
    const answer = async (more: Record<string, string>, session: string) => {
      const page = await browser.send('/challenge', { username, session, ...more })
      pages.push(page)
      return hidden(page.text, 'session')
    }
    const first = await answer({ choice: 'EMAIL_OTP' }, hidden(pages[0]!.text, 'session'))
    const second = await answer({ choice: 'RESEND' }, first)
    assert.notEqual(second, first)
    await answer({ choice: 'RESEND' }, first)
    await answer({ code: '00000000' }, second)
    const lengths = pages.map(({ text }) => hidden(text, 'session').length)
    seen.push([...pages.map((page) => plain(page, username)), lengths])
  }
  assert.deepEqual(seen[0], seen[1])
  const mails = await inbox(cognito, 'ada@example.com')
  assert.equal(mails.length, 3)
})

test('who is confirmed, who is not and who never was are told the same about codes', async () => {
  const { idp } = cognito
  const { start, ClientId } = await hostedPool(
    cognito,
    {},
    { PreventUserExistenceErrors: 'ENABLED' },
  )
  await idp.signUp({
    ClientId,
    Username: 'eve',
    Password: PASSWORD,
    UserAttributes: [{ Name: 'email', Value: 'eve@example.com' }],
  })
  const browser = visitor(start)
  await browser.open('/login')
  const seen = []
  for (const username of ['ada', 'eve', 'nobody'])
    seen.push([
      plain(await browser.send('/confirm', { username, code: '000000' }), username),
      plain(await browser.send('/resendcode', { username }), username),
    ])
  assert.deepEqual(seen[1], seen[0])
  assert.deepEqual(seen[2], seen[0])
  assert.match(seen[0]![0]!, /^400 /)
  assert.match(seen[0]![1]!, /^200 .*We sent another code/s)
})

test('what a call gives to go on with is as long for nobody as for somebody', async () => {
  const { idp } = cognito
  const { ClientId } = await hostedPool(
    cognito,
    {},
    {
      ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH', 'ALLOW_USER_AUTH'],
      PreventUserExistenceErrors: 'ENABLED',
    },
  )
  const lengths = async (USERNAME: string) => {
    const SRP_A = 'ab'.repeat(384)
    const block = async () => {
      const AuthParameters = { USERNAME, SRP_A }
      const asked = { ClientId, AuthFlow: 'USER_SRP_AUTH', AuthParameters } as const
      const { ChallengeParameters: { SECRET_BLOCK = '', SRP_B = '' } = {} } =
        await idp.initiateAuth(asked)
      // The other value is shorter by chance now and then.
      return SRP_B.length === 768 ? SECRET_BLOCK.length : undefined
    }
    let length: number | undefined
    while (length === undefined) length = await block()
    return length
  }
  assert.equal(await lengths('ada'), await lengths('eva'))
})

test('who is deleted on the way begins anew', async () => {
  const { idp } = cognito
  const { UserPoolId, start } = await hostedPool(cognito)
  await idp.setUserPoolMfaConfig({
    UserPoolId,
    MfaConfiguration: 'ON',
    SoftwareTokenMfaConfiguration: { Enabled: true },
  })
  const browser = visitor(start)
  await browser.open('/login')
  const { text } = await browser.send('/login', { username: 'ada', password: PASSWORD })
  const session = hidden(text, 'session')
  await idp.adminDeleteUser({ UserPoolId, Username: 'ada' })
  for (const code of ['', '000000']) {
    const answer = await browser.send('/challenge', { username: 'ada', session, code })
    assert.equal(answer.status, 400, answer.text)
  }
})
