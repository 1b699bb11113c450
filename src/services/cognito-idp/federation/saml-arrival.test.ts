import assert from 'node:assert/strict'
import { randomUUID, verify, X509Certificate } from 'node:crypto'
import { after, before, test } from 'node:test'
import { inflateRawSync } from 'node:zlib'
import { decodeJwt } from 'jose'
import { fakeProvider } from '../../../../test/fake-provider.ts'
import { runs } from '../../../../test/runs.ts'
import { type ResponseOptions, samlIdp } from '../../../../test/saml-idp.ts'
import { type Cognito, installCognito } from '../pools.test-support.ts'
import { advance } from '../sign-in.test-support.ts'
import {
  browse,
  federatedPool,
  type Jar,
  redirectUri,
  refusal,
  type Seen,
  told,
} from './federation.test-support.ts'

let cognito: Cognito
before(async () => {
  cognito = await installCognito('--test-clock')
})
after(() => cognito.close())

const saml = 'urn:oasis:names:tc:SAML:2.0'
const entity = 'https://idp.example.com/metadata'
const signOut = `<SingleLogoutService Binding="${saml}:bindings:HTTP-Redirect" Location="https://idp.example.com/slo"/>`
const idp = samlIdp(entity, signOut)
const mail = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress'

type Pool = Awaited<ReturnType<typeof samlPool>>

const samlPool = (
  details: Record<string, string> = {},
  client: Parameters<typeof federatedPool>[3] = {},
  pool: Parameters<typeof federatedPool>[2] = {},
) =>
  federatedPool(
    cognito,
    {
      ProviderName: 'Corp',
      ProviderType: 'SAML',
      ProviderDetails: {
        ...('MetadataURL' in details ? {} : { MetadataFile: idp.metadata }),
        ...details,
      },
      AttributeMapping: { email: mail, 'custom:groups': 'groups' },
    },
    { Schema: [{ Name: 'groups', AttributeDataType: 'String' }], ...pool },
    { SupportedIdentityProviders: ['Corp'], ...client },
  )

const attributes = { [mail]: ['ada@example.com'], groups: ['a b', 'c'] }

/** Where the browser is sent, and what the provider is asked. */
async function leave(pool: Pool, jar: Jar, more: Record<string, string> = {}) {
  const { location } = await browse(jar, pool.ask(more))
  const { searchParams } = location
  const xml = inflateRawSync(Buffer.from(searchParams.get('SAMLRequest') ?? '', 'base64'))
  const text = xml.toString()
  const id = / ID="([^"]+)"/.exec(text)![1]!
  return { location, xml: text, id, relayState: searchParams.get('RelayState')! }
}

const usual = (pool: Pool, inResponseTo?: string): ResponseOptions => ({
  attributes,
  subject: 'Ada.L',
  audience: `urn:amazon:cognito:sp:${pool.UserPoolId}`,
  recipient: `${pool.url}/saml2/idpresponse`,
  id: `_${randomUUID()}`,
  ...(inResponseTo !== undefined && { inResponseTo }),
})

const post = (pool: Pool, jar: Jar, SAMLResponse: string, RelayState: string): Promise<Seen> =>
  browse(jar, `${pool.url}/saml2/idpresponse`, new URLSearchParams({ SAMLResponse, RelayState }))

async function through(
  pool: Pool,
  more: Partial<ResponseOptions> = {},
  by = idp,
  jar: Jar = new Map(),
): Promise<Seen> {
  const { id, relayState } = await leave(pool, jar)
  return post(pool, jar, by.response({ ...usual(pool, id), ...more }), relayState)
}

test('a browser comes back from a SAML provider with a user of the pool', async () => {
  const pool = await samlPool()
  const jar = new Map()
  const { location, xml, id, relayState } = await leave(pool, jar, { prompt: 'login' })
  assert.equal(location.origin + location.pathname, 'https://idp.example.com/sso')
  assert.equal(location.searchParams.get('Signature'), null)
  assert.match(xml, /ForceAuthn="true"/)
  assert.ok(xml.includes(`<saml:Issuer>urn:amazon:cognito:sp:${pool.UserPoolId}</saml:Issuer>`))
  assert.ok(xml.includes(`AssertionConsumerServiceURL="${pool.url}/saml2/idpresponse"`))
  const seen = await post(pool, jar, idp.response(usual(pool, id)), relayState)
  const claims = decodeJwt(told(seen).get('id_token')!)
  assert.equal(claims['cognito:username'], 'Corp_Ada.L')
  assert.equal(claims.email, 'ada@example.com')
  assert.equal(claims['custom:groups'], '[a+b, c]')
  assert.deepEqual(claims.amr, ['fed'])
  const [identity] = claims.identities as [Record<string, unknown>]
  assert.equal(identity.providerType, 'SAML')
  assert.equal(identity.issuer, entity)
  const again = await through(pool, {
    signs: 'response',
    attributes: { [mail]: ['b@example.com'] },
  })
  const second = decodeJwt(told(again).get('id_token')!)
  assert.equal(second.sub, claims.sub)
  assert.equal(second.email, 'b@example.com')
  assert.equal(second['custom:groups'], '[a+b, c]')
})

test('requests are signed with the key of the pool where that is wanted', async () => {
  const pool = await samlPool({ RequestSigningAlgorithm: 'rsa-sha256' })
  const { location } = await leave(pool, new Map())
  const [signed, signature] = location.search.slice(1).split('&Signature=')
  const { Certificate } = await cognito.idp.getSigningCertificate({ UserPoolId: pool.UserPoolId })
  const { publicKey } = new X509Certificate(Buffer.from(Certificate!, 'base64'))
  const bytes = Buffer.from(decodeURIComponent(signature!), 'base64')
  assert.ok(verify('sha256', Buffer.from(signed!), publicKey, bytes))
  assert.match(signed!, /^SAMLRequest=[^&]+&RelayState=[^&]+&SigAlg=[^&]+rsa-sha256$/)
})

test('responses are believed only when all of them is right', async () => {
  const pool = await samlPool()
  const now = Date.now()
  const why = async (more: Partial<ResponseOptions>, by = idp) => {
    const text = refusal(await through(pool, more, by))
    assert.match(text, /^invalid_request: Error in SAML response processing: /)
    return text
  }
  assert.match(await why({ signs: 'none' }), /nothing is signed/)
  assert.match(await why({}, samlIdp(entity)), /not of this provider/)
  assert.match(await why({ issuer: 'https://other.example.com' }), /issuer is another/)
  assert.match(await why({ audience: 'urn:amazon:cognito:sp:us-east-1_Other' }), /audience/)
  assert.match(await why({ recipient: 'https://other.example.com/acs' }), /another place/)
  assert.match(await why({ destination: 'https://other.example.com/acs' }), /another place/)
  assert.match(await why({ inResponseTo: '_another' }), /another request/)
  assert.match(await why({ now: now - 3_600_000 }), /expired/)
  assert.match(await why({ now: now + 3_600_000 }), /not good yet/)
  const raise = (xml: string) => xml.replace('Ada.L', 'Eve.L')
  assert.match(await why({ tamper: raise }), /not of this provider/)
  const double = (xml: string) => xml.replace(/<saml:Assertion.*<\/saml:Assertion>/, '$&$&')
  assert.match(await why({ tamper: double }), /one assertion/)
  const large = (xml: string) => xml.replace('</samlp:Response>', `${' '.repeat(90_000)}$&`)
  assert.match(await why({ tamper: large }), /too long/)
  const deep = (xml: string) => xml.replace('</samlp:Response>', '<a>'.repeat(20_000))
  assert.match(await why({ tamper: deep }), /not well-formed/)
  assert.match(await why({ subject: 'Ada \u{1f610}' }), /four bytes/)
  const { Users } = await cognito.idp.listUsers({ UserPoolId: pool.UserPoolId })
  assert.deepEqual(Users, [])
})

test('an assertion is good once', async () => {
  const pool = await samlPool()
  const jar = new Map()
  const { id, relayState } = await leave(pool, jar)
  const response = idp.response(usual(pool, id))
  const tries = await Promise.all([1, 2, 3].map(() => post(pool, jar, response, relayState)))
  const good = tries.filter((seen) => told(seen).get('access_token') !== null)
  assert.equal(good.length, 1)
  const bad = tries.find((seen) => told(seen).get('access_token') === null)!
  assert.match(refusal(bad), /has been used already/)
})

test('a response is good only in the browser that asked, and for five minutes', async () => {
  const pool = await samlPool()
  const mine = new Map()
  const { id, relayState } = await leave(pool, mine)
  const lost = async (jar: Jar, state: string, to = pool) => {
    const seen = await post(to, jar, idp.response(usual(pool, id)), state)
    assert.equal(seen.status, 400)
    assert.match(seen.text, /Something went wrong/)
  }
  await lost(new Map(), relayState)
  await lost(mine, `${relayState}x`)
  await lost(mine, '')
  await lost(mine, relayState, await samlPool())
  const back = await browse(
    mine,
    `${pool.url}/oauth2/idpresponse?${new URLSearchParams({ state: relayState, code: 'c' })}`,
  )
  assert.equal(back.status, 400)
})

test('encrypted assertions are opened, and plain ones refused where they should be encrypted', async () => {
  const pool = await samlPool({ EncryptedResponses: 'true' })
  const certificate = pool.details.ActiveEncryptionCertificate!
  const { publicKey } = new X509Certificate(Buffer.from(certificate, 'base64'))
  const seen = await through(pool, { encryptFor: publicKey })
  assert.ok(told(seen).get('access_token'), seen.location.href)
  assert.match(refusal(await through(pool)), /not encrypted/)
  const { IdentityProvider } = await cognito.idp.describeIdentityProvider({
    UserPoolId: pool.UserPoolId,
    ProviderName: 'Corp',
  })
  assert.equal(IdentityProvider!.ProviderDetails!.ActiveEncryptionCertificate, certificate)
  const plain = await samlPool()
  assert.match(refusal(await through(plain, { encryptFor: publicKey })), /no key opens/)
})

test('a provider begins a sign-in where it may', async () => {
  const state = (pool: Pool, more: Record<string, string> = {}) =>
    String(
      new URLSearchParams({
        identity_provider: 'Corp',
        client_id: pool.ClientId,
        redirect_uri: redirectUri,
        response_type: 'token',
        scope: 'openid email',
        state: 'my-state',
        ...more,
      }),
    )
  const begin = (pool: Pool, more: Partial<ResponseOptions> = {}) =>
    post(pool, new Map(), idp.response({ ...usual(pool), ...more }), state(pool))
  const pool = await samlPool({ IDPInit: 'true' })
  assert.ok(told(await begin(pool)).get('access_token'))
  assert.match(refusal(await begin(pool, { inResponseTo: '_x' })), /answers a request/)
  assert.match(refusal(await begin(pool, { now: Date.now() - 400_000 })), /expired|too old/)
  const answer = { ...usual(pool), now: Date.now() - 30_000 }
  assert.ok(told(await begin(pool, answer)).get('access_token'))
  assert.match(refusal(await begin(pool, answer)), /used already/)
  assert.match(refusal(await begin(await samlPool())), /must not begin/)
  const mixed = await samlPool(
    { IDPInit: 'true' },
    { SupportedIdentityProviders: ['COGNITO', 'Corp'] },
  )
  assert.match(refusal(await begin(mixed)), /by SAML only/)
  const elsewhere = await post(
    pool,
    new Map(),
    idp.response(usual(pool)),
    state(pool, { redirect_uri: 'https://evil.example.com' }),
  )
  assert.match(elsewhere.location.pathname, /\/error$/)
})

test('metadata are read again after six hours', async (t) => {
  const server = await fakeProvider()
  t.after(() => server.close())
  const MetadataURL = `${server.issuer}/metadata`
  let metadata = idp.metadata
  server.answers['/metadata'] = () => ({ body: metadata })
  const pool = await samlPool({ MetadataURL })
  const good = async (by = idp) =>
    told(await through(pool, { now: await clock() }, by)).get('access_token')
  const clock = async () => {
    const answer = await cognito.house.ask('GET', 'clock')
    return new Date(answer.json.now ?? Date.now()).getTime()
  }
  assert.ok(await good())
  const next = samlIdp(entity)
  metadata = next.metadata
  assert.equal(await good(next), null)
  const before = server.heard.length
  assert.ok(await good())
  assert.equal(server.heard.length, before)
  await advance(cognito, 6 * 3_600)
  assert.ok(await good(next))
})

test('who signs out signs out at the provider, too', async () => {
  const pool = await samlPool(
    { IDPSignout: 'true' },
    { LogoutURLs: ['https://app.example.com/bye'] },
  )
  const jar = new Map()
  const now = Date.now() + 6 * 3_600_000
  const seen = await through(pool, { sessionIndex: '_s&1', now }, idp, jar)
  assert.ok(told(seen).get('access_token'), seen.location.href)
  const leaving = new URLSearchParams({
    client_id: pool.ClientId,
    logout_uri: 'https://app.example.com/bye',
  })
  const { location } = await browse(jar, `${pool.url}/logout?${leaving}`)
  assert.equal(location.origin + location.pathname, 'https://idp.example.com/slo')
  assert.ok(location.searchParams.get('Signature'))
  const packed = Buffer.from(location.searchParams.get('SAMLRequest')!, 'base64')
  const xml = inflateRawSync(packed).toString()
  assert.match(xml, /<saml:NameID Format="[^"]*persistent">Ada\.L<\/saml:NameID>/)
  assert.match(xml, /<samlp:SessionIndex>_s&#38;1<\/samlp:SessionIndex>/)
  assert.equal(jar.has('cognito'), false)
  const id = / ID="([^"]+)"/.exec(xml)![1]!
  const back = (InResponseTo: string, RelayState = location.searchParams.get('RelayState')!) => {
    const text = `<samlp:LogoutResponse xmlns:samlp="${saml}:protocol" InResponseTo="${InResponseTo}"/>`
    const SAMLResponse = Buffer.from(text).toString('base64')
    return browse(
      jar,
      `${pool.url}/saml2/logout`,
      new URLSearchParams({ SAMLResponse, RelayState }),
    )
  }
  assert.equal((await back(id)).location.href, 'https://app.example.com/bye')
  assert.equal((await back('_other')).status, 400)
  assert.equal((await back(id, 'forged')).status, 400)
  // Who has no session from there is not sent there.
  const alone = await browse(new Map(), `${pool.url}/logout?${leaving}`)
  assert.equal(alone.location.href, 'https://app.example.com/bye')
})

test('no response of chance makes an error of ours, or a sign-in', async () => {
  let seed = 11
  const chance = (below: number) => {
    seed = (seed * 48_271) % 2_147_483_647
    return seed % below
  }
  // A pool takes a hundred at once.
  for (let batch = 0; batch < runs(12); batch++) await ninetyOf(chance)
})

async function ninetyOf(chance: (below: number) => number): Promise<void> {
  const pool = await samlPool()
  const jar = new Map()
  const { id, relayState } = await leave(pool, jar)
  const xml = Buffer.from(idp.response(usual(pool, id)), 'base64').toString()
  const junk = [
    '<',
    '>',
    '"',
    '&',
    '&#0;',
    '<!--',
    ']]>',
    '\u0000',
    '</saml:Assertion>',
    '<a/>',
    'xmlns=""',
    '\ud83d\ude10',
    'A',
    '<?x?>',
  ]
  for (let round = 0; round < 90; round++) {
    const at = chance(xml.length)
    const changed = xml.slice(0, at) + junk[chance(junk.length)] + xml.slice(at + 1 + chance(40))
    // White space at the end of the document is nobody's business.
    if (at > xml.length - 2) continue
    const bytes = Buffer.from(changed).toString('base64')
    const seen = await post(pool, jar, bytes, relayState)
    assert.equal(seen.status, 302, changed)
    assert.equal(told(seen).get('access_token'), null, changed.slice(at - 50, at + 50))
    assert.equal(told(seen).get('error'), 'invalid_request')
  }
}
