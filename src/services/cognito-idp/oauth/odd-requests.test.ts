import assert from 'node:assert/strict'
import { Agent, type IncomingHttpHeaders, request } from 'node:http'
import { test } from 'node:test'
import { samlIdp } from '../../../../test/saml-idp.ts'
import { hostedPool, visitor } from '../hosted/hosted.test-support.ts'
import { installCognito } from '../pools.test-support.ts'
import { PASSWORD } from '../sign-in.test-support.ts'

const requests = 3_000
const atOnce = 16
/** What no page may show as it is. */
const mark = '"\'><svg onload=odd()>'

/** Numbers that are the same in every run (Mulberry32). */
function numbers(seed: number) {
  let state = seed
  return (below: number): number => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4_294_967_296) * below)
  }
}

const paths =
  `oauth2/authorize oauth2/token oauth2/userInfo oauth2/revoke oauth2/register oauth2/idpresponse
  saml2/idpresponse saml2/logout login logout signup confirm confirmUser resendcode forgotPassword
  confirmforgotPassword challenge passkeys/add error assets/x/logo oauth2/%00 login/ nowhere`.split(
    /\s+/,
  )

const names =
  `client_id redirect_uri response_type state nonce scope code code_challenge code_challenge_method
  code_verifier resource prompt max_age acr_values identity_provider idp_identifier login_hint lang then
  logout_uri error grant_type client_secret refresh_token token access_token aws_client_metadata
  confirmation_code user_name username password again choice way address session credential
  attribute.email attribute.__proto__ RelayState SAMLResponse iss error_description user constructor`.split(
    /\s+/,
  )

/** Sealed texts and tokens of an honest sign-in, to be shown in the wrong places. */
async function honest({ start, ClientId }: Pool, url: string) {
  const browser = visitor(start)
  await browser.open('/login')
  const choice = await browser.send('/login', { username: 'ada' })
  const [, session = ''] = /name="session" value="([^"]+)"/.exec(choice.text) ?? []
  const code = (end: string | null) => new URL(end ?? 'none:').searchParams.get('code') ?? ''
  const form = { username: 'ada', session, choice: 'PASSWORD', password: PASSWORD }
  const first = code((await browser.send('/challenge', form)).headers.get('location'))
  const answer = await fetch(`${url}/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: ClientId,
      code: first,
      redirect_uri: 'http://localhost/callback',
    }),
  })
  const tokens = (await answer.json()) as Record<string, string>
  const second = code((await browser.open('/oauth2/authorize')).headers.get('location'))
  const { access_token, id_token, refresh_token } = tokens
  assert.ok(session && second && access_token && id_token && refresh_token)
  const away = await fetch(`${start('/oauth2/authorize')}&identity_provider=Acme`, {
    redirect: 'manual',
  })
  const state = new URL(away.headers.get('location')!).searchParams.get('RelayState')!
  const cookies = Object.fromEntries(browser.cookies)
  return {
    cookies,
    texts: [
      session,
      second,
      access_token,
      id_token,
      refresh_token,
      state,
      ...browser.cookies.values(),
    ],
  }
}

type Pool = Awaited<ReturnType<typeof hostedPool>>

interface Sent {
  readonly method: string
  readonly path: string
  readonly headers: Record<string, string>
  readonly body: string | Buffer
}

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

const agent = new Agent({ keepAlive: true, maxSockets: atOnce })

const ask = (url: string, { method, path, headers, body }: Sent) =>
  new Promise<Answer>((resolve, reject) => {
    const { hostname, port } = new URL(url)
    const sent = request({ hostname, port, agent, method, path, headers }, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('end', () =>
        resolve({
          status: answer.statusCode!,
          headers: answer.headers,
          text: Buffer.concat(chunks).toString(),
        }),
      )
    })
    sent.on('error', reject)
    sent.end(body)
  })

test('no request gets a failure, a page that is not its own, or an address that nobody vouches for', async (t) => {
  const cognito = await installCognito('--trusted-proxies', '127.0.0.1')
  t.after(() => cognito.close())
  t.after(() => agent.destroy())
  const { idp, house } = cognito
  for (const Category of ['UserAuthentication', 'UserCreation', 'UserAccountRecovery'])
    await idp.updateProvisionedLimit({
      LimitDefinition: { LimitClass: 'API_CATEGORY', Attributes: { Category } },
      RequestedLimitValue: 10_000,
    })
  const pool = await hostedPool(
    cognito,
    {
      UserPoolTier: 'ESSENTIALS',
      UsernameConfiguration: { CaseSensitive: false },
      Policies: {
        SignInPolicy: { AllowedFirstAuthFactors: ['PASSWORD', 'EMAIL_OTP', 'WEB_AUTHN'] },
      },
      DcrConfiguration: { EnableStatus: 'Enabled', OpenDcrEnabled: true },
    },
    {
      AllowedOAuthFlows: ['code', 'implicit'],
      ExplicitAuthFlows: ['ALLOW_USER_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
    },
  )
  const { UserPoolId, ClientId, Domain } = pool
  await idp.createIdentityProvider({
    UserPoolId,
    ProviderName: 'Acme',
    ProviderType: 'SAML',
    ProviderDetails: { MetadataFile: samlIdp().metadata, IDPInit: 'true' },
  })
  const { UserPoolClient } = await idp.describeUserPoolClient({ UserPoolId, ClientId })
  const { ClientSecret: _, CreationDate: __, LastModifiedDate: ___, ...settings } = UserPoolClient!
  await idp.updateUserPoolClient({
    ...settings,
    UserPoolId,
    ClientId,
    SupportedIdentityProviders: ['COGNITO', 'Acme'],
  })
  const base = `/_auth/${Domain}`
  const { cookies, texts } = await honest(pool, house.url + base)
  const redirect = 'http://localhost/callback'
  const good: Record<string, string> = {
    client_id: ClientId,
    redirect_uri: redirect,
    response_type: 'code',
    scope: 'openid',
    grant_type: 'authorization_code',
    identity_provider: 'Acme',
    username: 'ada',
    password: PASSWORD,
    again: PASSWORD,
    session: texts[0]!,
    code: texts[1]!,
    token: texts[4]!,
    choice: 'EMAIL_OTP',
    logout_uri: redirect,
    confirmation_code: '123456',
    user_name: 'ada',
    RelayState: `client_id=${ClientId}&response_type=code&redirect_uri=${redirect}&identity_provider=Acme`,
    aws_client_metadata: '{"a":"b"}',
    credential: '{"id":"a","rawId":"a","type":"public-key","response":{}}',
  }
  const values = [
    ...texts,
    ...Object.values(good),
    ...[
      '',
      mark,
      'token',
      'none',
      'login',
      'COGNITO',
      'refresh_token',
      'client_credentials',
      'S256',
    ],
    ...['PASSWORD', 'PASSWORD_SRP', 'EMAIL_OTP', 'WEB_AUTHN', 'RESEND', 'yes', '/passkeys/add'],
    ...[
      '//evil.example',
      '/\\evil.example',
      'javascript:alert(1)',
      'https://evil.example\r\nx-odd: 1',
    ],
    ...['null', '[]', '{}', '1e999', '-1', '"', '\0', '\ud800', '🦕', 'x'.repeat(9_000)],
    ...['__proto__', 'hasOwnProperty', 'PHNhbWw+PC9zYW1sPg==', '<a><b></a>', '%', 'a@b', '@'],
  ]
  const pick = numbers(20_251)
  const one = <T>(of: readonly T[]): T => of[pick(of.length)]!
  const parameters = () => {
    const query = new URLSearchParams()
    for (const [name, value] of Object.entries(good)) if (pick(40) > 0) query.set(name, value)
    for (let n = pick(6); n > 0; n--) {
      const change = pick(3) > 0 ? 'set' : 'append'
      query[change](one(names), one(values))
    }
    return query
  }
  const hosts = [
    ...Array(40).fill(new URL(house.url).host),
    ...[`${Domain}.auth.us-east-1.localhost`, `${Domain}.AUTH.eu-west-1.evil.example:1`],
    ...['[', '', 'evil.example', `${Domain}.auth.us-east-1.[`, 'login.example.com.', 'a@b', 'a/b'],
  ]
  const methods = ['GET', 'GET', 'POST', 'POST', 'POST', 'POST', 'HEAD', 'PUT', 'DELETE', 'PATCH']
  const form = 'application/x-www-form-urlencoded'
  const types = [
    ...Array(20).fill(form),
    'application/json',
    'multipart/form-data',
    `${form};charset=x`,
  ]
  function odd(): Sent {
    const method = one(methods)
    const host = one(hosts)
    const path = `${host.includes('.auth.') ? '' : base}/${one(paths)}`
    const query =
      pick(10) === 0 ? one(['%', '%ff=%fe', '&&&==', mark.replaceAll(' ', '+')]) : parameters()
    const kept = Object.entries({ ...cookies, lang: 'de' }).flatMap(([name, value]) => {
      const chance = pick(30)
      return chance === 0
        ? []
        : [`${name}=${chance === 1 ? encodeURIComponent(one(texts)) : value}`]
    })
    const body = parameters()
    if (pick(20) > 0) body.set('_csrf', cookies['XSRF-TOKEN']!)
    const secret = Buffer.from(`${ClientId}:${one(['', 'x', '%', '%ff'])}`).toString('base64')
    const authorization = one([
      'Basic !',
      `Basic ${secret}`,
      'Bearer',
      ...texts.map((text) => `Bearer ${text}`),
    ])
    const sent =
      pick(12) === 0 ? one(['null', '{', '[[[[', '{"redirect_uris":["x:y"]}', '\0']) : String(body)
    return {
      method,
      path: `${path}?${query}`,
      headers: {
        host,
        cookie: kept.join('; '),
        'content-type': one(types),
        'x-forwarded-for': `10.${pick(256)}.${pick(256)}.1`,
        ...(pick(6) === 0 && { authorization }),
      },
      body: method === 'POST' || method === 'PUT' ? sent : '',
    }
  }
  const seen = new Map<number, number>()
  function check(asked: Sent, { status, headers, text }: Answer) {
    const about = `${JSON.stringify(asked)}\n${status} ${JSON.stringify(headers)}\n${text.slice(0, 2_000)}`
    seen.set(status, (seen.get(status) ?? 0) + 1)
    assert.ok(status < 500, about)
    assert.ok(!text.includes('<svg onload'), about)
    assert.equal(headers['x-odd'], undefined, about)
    if (headers['content-type']?.startsWith('text/html')) {
      const policy = String(headers['content-security-policy'])
      assert.match(policy, /default-src 'none'.*frame-ancestors 'none'/, about)
      assert.doesNotMatch(policy, /script-src[^;]*unsafe/, about)
    }
    const { location } = headers
    if (location === undefined) return
    assert.equal(status, 302, about)
    const own =
      /^(\/(?![/\\])|http:\/\/localhost\/callback([?#]|$)|https:\/\/idp\.example\.com\/sso\?)/
    assert.match(location, own, about)
  }
  let left = requests
  const worker = async () => {
    while (left-- > 0) {
      const asked = odd()
      check(
        asked,
        await ask(house.url, asked).catch((error) => {
          throw new Error(`${JSON.stringify(asked)}: ${error}`, { cause: error })
        }),
      )
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  for (const status of [200, 201, 302, 400, 401, 404, 405]) assert.ok(seen.has(status), `${status}`)
})

test('a form is no larger than honest ones are, and refused before it costs much', async (t) => {
  const cognito = await installCognito()
  t.after(() => cognito.close())
  const { start } = await hostedPool(cognito)
  const send = (path: string, body: string) =>
    fetch(start(path), {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body,
    }).then(({ status }) => status)
  const many = Array.from({ length: 1_001 }, (_, n) => `attribute.${n}=`).join('&')
  const paths = ['/oauth2/token', '/login', '/signup', '/saml2/idpresponse']
  for (const path of paths) {
    assert.equal(await send(path, many), 400, path)
    assert.equal(await send(path, 'a&'.repeat(400_000)), 413, path)
  }
})

test('the page of errors says only what the domain says', async (t) => {
  const cognito = await installCognito()
  t.after(() => cognito.close())
  const { start } = await hostedPool(cognito)
  const shown = async (error: string) => (await fetch(start('/error', { error }))).text()
  assert.match(await shown('redirect_mismatch'), /<p>The address that the app asked/)
  assert.match(await shown('Client does not exist.'), /<p>Client does not exist/)
  assert.match(await shown('Call 555-0100 and tell your password'), /<p><\/p>/)
})
