import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'

/** What a provider was asked. */
interface Heard {
  readonly path: string
  readonly query: URLSearchParams
  readonly form: URLSearchParams
  readonly authorization: string | undefined
  readonly method: string
}

type Answer = { readonly status?: number; readonly body: unknown } | 'hang up'

/** A provider that answers whatever a test wants. */
export interface FakeProvider {
  readonly issuer: string
  readonly heard: Heard[]
  /** What it answers on a path, instead of what it would. */
  answers: Record<string, (heard: Heard) => Answer | Promise<Answer>>
  /** Who signs in: claims of the ID token and of the user info. */
  claims: JWTPayload
  info: Record<string, unknown>
  /** Signs claims as the provider does. */
  sign(claims: JWTPayload, header?: Record<string, unknown>): Promise<string>
  /** New keys in the place of the old ones. */
  rotate(): Promise<void>
  /** What the browser was sent with last; it serves as the code, too. */
  nonce: string
  close(): void
}

export async function fakeProvider(): Promise<FakeProvider> {
  let keys = await generateKeyPair('RS256')
  let kid = 'k1'
  let publicKey = await exportJWK(keys.publicKey)
  const server = createServer(async (request, response) => {
    const url = new URL(request.url!, 'http://x')
    let text = ''
    for await (const chunk of request) text += chunk
    const heard: Heard = {
      path: url.pathname,
      query: url.searchParams,
      form: new URLSearchParams(text),
      authorization: request.headers.authorization,
      method: request.method!,
    }
    fake.heard.push(heard)
    const own = fake.answers[heard.path]
    const answer = own ? await own(heard) : { body: await usual(heard) }
    if (answer === 'hang up') return void request.socket.destroy()
    const body = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body)
    response.writeHead(answer.status ?? 200, { 'content-type': 'application/json' }).end(body)
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const issuer = `http://localhost:${(server.address() as AddressInfo).port}`
  const usual = async ({ path, form }: Heard) => {
    if (path === '/.well-known/openid-configuration')
      return {
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        userinfo_endpoint: `${issuer}/me`,
        jwks_uri: `${issuer}/keys`,
      }
    if (path === '/keys') return { keys: [{ ...publicKey, kid, alg: 'RS256', use: 'sig' }] }
    if (path === '/me') return fake.info
    const id_token = await fake.sign({ nonce: form.get('code'), ...fake.claims })
    return { access_token: 'their-token', token_type: 'Bearer', expires_in: 3600, id_token }
  }
  const fake: FakeProvider = {
    issuer,
    heard: [],
    answers: {},
    claims: { sub: 'u1' },
    info: {},
    nonce: '',
    sign: (claims, header = {}) =>
      new SignJWT({ iss: issuer, aud: 'their-client', ...claims })
        .setProtectedHeader({ alg: 'RS256', kid, ...header })
        .setIssuedAt()
        .setExpirationTime(claims.exp ?? '1d')
        .sign(keys.privateKey),
    async rotate() {
      keys = await generateKeyPair('RS256')
      kid = `${kid}x`
      publicKey = await exportJWK(keys.publicKey)
    },
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
  return fake
}
