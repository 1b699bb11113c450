import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Provider } from 'oidc-provider'

/** Another company's OIDC provider (the npm package oidc-provider), where people sign in by name. */
export interface PeopleProvider {
  readonly issuer: string
  readonly client: { readonly id: string; readonly secret: string }
  /** What it tells of somebody, beside who it is. */
  readonly claims: Map<string, Record<string, unknown>>
  close(): void
}

/** @param redirectUris where it sends people back to */
export async function peopleProvider(redirectUris: readonly string[]): Promise<PeopleProvider> {
  let answer: ReturnType<Provider['callback']> | undefined
  const server = createServer((request, response) => answer?.(request, response))
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const issuer = `http://localhost:${(server.address() as AddressInfo).port}`
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const jwk = { ...privateKey.export({ format: 'jwk' }), kid: 'k1', alg: 'ES256', use: 'sig' }
  const client = { id: 'a-user-pool', secret: 'secret-of-the-pool' }
  const claims = new Map<string, Record<string, unknown>>()
  // It warns that its memory and its pages are not for production, which a test knows.
  const { warn } = console
  console.warn = () => undefined
  const provider = new Provider(issuer, {
    ttl: { Interaction: 600, Session: 600, Grant: 600, AccessToken: 600, IdToken: 600 },
    jwks: { keys: [jwk] },
    clients: [
      {
        client_id: client.id,
        client_secret: client.secret,
        redirect_uris: [...redirectUris],
        response_types: ['code'],
        grant_types: ['authorization_code'],
        token_endpoint_auth_method: 'client_secret_post',
        id_token_signed_response_alg: 'ES256',
      },
    ],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    pkce: { required: () => true },
    findAccount: (_ctx: unknown, sub: string) => ({
      accountId: sub,
      claims: () => ({ sub, ...claims.get(sub) }),
    }),
  } as never)
  console.warn = warn
  answer = provider.callback()
  return {
    issuer,
    client,
    claims,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}
