import { generateKeyPairSync } from 'node:crypto'
import { createServer, request as httpRequest, type Server } from 'node:http'
import { createServer as createTlsServer, request as httpsRequest } from 'node:https'
import type { AddressInfo } from 'node:net'
import { Provider } from 'oidc-provider'
import { certificate, type TestCertificate } from './certificates.ts'

/** A foreign OIDC server (the npm package oidc-provider) that gives tokens to a machine. */
export interface OidcServer {
  readonly issuer: string
  /** The certificate of a server with TLS. */
  readonly certificate: TestCertificate | undefined
  /** A signed token for the audience, by the client credentials grant. */
  token(audience: string): Promise<string>
  /** New signing keys; the old ones are not published any more. */
  rotate(): Promise<void>
  close(): Promise<void>
}

/** @param claims what tokens say beside the standard claims */
export async function oidcServer(
  claims: Readonly<Record<string, unknown>> = {},
  { tls = false }: { readonly tls?: boolean } = {},
): Promise<OidcServer> {
  const own = tls ? certificate('localhost') : undefined
  let answer: ReturnType<Provider['callback']> | undefined
  const listener: Parameters<typeof createServer>[1] = (request, response) =>
    answer?.(request, response)
  const server: Server = own
    ? createTlsServer({ cert: own.pem, key: own.keyPem }, listener)
    : createServer(listener)
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const issuer = `${tls ? 'https' : 'http'}://localhost:${(server.address() as AddressInfo).port}`
  const tokens = new Map<string, () => Promise<string>>()
  const start = async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const kid = `key-${tokens.size}-${process.hrtime.bigint()}`
    const jwk = { ...privateKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' }
    // It warns that its memory is not for production, which a test knows.
    const { warn } = console
    console.warn = () => undefined
    const provider = new Provider(issuer, {
      ttl: { ClientCredentials: 600 },
      jwks: { keys: [jwk] },
      clients: [
        {
          client_id: 'machine',
          client_secret: 'machine-secret',
          grant_types: ['client_credentials'],
          redirect_uris: [],
          response_types: [],
        },
      ],
      extraTokenClaims: () => ({ ...claims }),
      features: {
        devInteractions: { enabled: false },
        clientCredentials: { enabled: true },
        resourceIndicators: {
          enabled: true,
          getResourceServerInfo: (_ctx: unknown, resource: string) => ({
            scope: 'work',
            audience: new URL(resource).host,
            accessTokenFormat: 'jwt',
            jwt: { sign: { alg: 'RS256' } },
          }),
        },
      },
    } as never)
    console.warn = warn
    provider.proxy = true
    answer = provider.callback()
  }
  await start()
  return {
    issuer,
    certificate: own,
    async token(audience) {
      const body = await post(`${issuer}/token`, {
        grant_type: 'client_credentials',
        scope: 'work',
        resource: `urn://${audience}`,
      })
      if (body.access_token === undefined) throw new Error(JSON.stringify(body))
      return body.access_token
    },
    rotate: start,
    async close() {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}

/** The server's certificate is nobody's business here: that is what the thumbprint is for. */
function post(url: string, form: Record<string, string>): Promise<{ access_token?: string }> {
  const send = url.startsWith('https:') ? httpsRequest : httpRequest
  return new Promise((resolve, reject) => {
    const credentials = Buffer.from('machine:machine-secret').toString('base64')
    const headers = {
      authorization: `Basic ${credentials}`,
      'content-type': 'application/x-www-form-urlencoded',
    }
    const options = { method: 'POST', headers, rejectUnauthorized: false }
    const outgoing = send(url, options, async (incoming) => {
      let text = ''
      for await (const chunk of incoming) text += chunk
      resolve(JSON.parse(text))
    })
    outgoing.on('error', reject)
    outgoing.end(new URLSearchParams(form).toString())
  })
}
