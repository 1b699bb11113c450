import assert from 'node:assert/strict'
import type {
  CreateUserPoolClientRequest,
  CreateUserPoolRequest,
} from '@aws-sdk/client-cognito-identity-provider'
import type { FakeProvider } from '../../../../test/fake-provider.ts'
import { type Cognito, newPool } from '../pools.test-support.ts'

export const redirectUri = 'https://app.example.com/callback'

/** What a browser keeps. */
export type Jar = Map<string, string>

/** An answer as a browser has it: where it is sent, and what it sees. */
export interface Seen {
  readonly status: number
  readonly location: URL
  readonly text: string
}

/** Asks as a browser does, with its cookies, and goes nowhere by itself. */
export async function browse(jar: Jar, url: string | URL, form?: URLSearchParams): Promise<Seen> {
  const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
  const response = await fetch(url, {
    redirect: 'manual',
    headers: { cookie },
    ...(form && { method: 'POST', body: form }),
  })
  for (const line of response.headers.getSetCookie()) {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!
    if (value === '') jar.delete(name!)
    else jar.set(name!, value!)
  }
  const location = response.headers.get('location') ?? 'about:blank'
  return {
    status: response.status,
    location: new URL(location, url),
    text: await response.text(),
  }
}

let pools = 0

/** A pool with a domain and a client that signs in by its providers. */
export async function federatedPool(
  cognito: Cognito,
  provider: Partial<Parameters<Cognito['idp']['createIdentityProvider']>[0]>,
  pool: Partial<CreateUserPoolRequest> = {},
  client: Partial<CreateUserPoolClientRequest> = {},
) {
  const { idp, house } = cognito
  const UserPoolId = await newPool(cognito, pool)
  const name = provider.ProviderName ?? 'Acme'
  const { IdentityProvider } = await idp.createIdentityProvider({
    UserPoolId,
    ProviderName: name,
    ProviderType: 'OIDC',
    ProviderDetails: {},
    ...provider,
  })
  const { UserPoolClient } = await idp.createUserPoolClient({
    UserPoolId,
    ClientName: 'app',
    CallbackURLs: [redirectUri],
    AllowedOAuthFlows: ['code', 'implicit'],
    AllowedOAuthFlowsUserPoolClient: true,
    AllowedOAuthScopes: ['openid', 'email', 'profile', 'aws.cognito.signin.user.admin'],
    SupportedIdentityProviders: ['COGNITO', name],
    ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_USER_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
    ...client,
  })
  const Domain = `fed-${process.pid}-${pools++}`
  await idp.createUserPoolDomain({ UserPoolId, Domain, ManagedLoginVersion: 2 })
  const url = `${house.url}/_auth/${Domain}`
  const ClientId = UserPoolClient!.ClientId!
  const ask = (more: Record<string, string> = {}) => {
    const query = new URLSearchParams({
      client_id: ClientId,
      redirect_uri: redirectUri,
      response_type: 'token',
      scope: 'openid',
      state: 'my-state',
      identity_provider: name,
      ...more,
    })
    return `${url}/oauth2/authorize?${query}`
  }
  return { UserPoolId, ClientId, url, ask, name, details: IdentityProvider!.ProviderDetails! }
}

type Pool = Awaited<ReturnType<typeof federatedPool>>

/** Details of the fake as an OIDC provider. */
export const oidcDetails = (fake: FakeProvider) => ({
  client_id: 'their-client',
  client_secret: 'their-secret',
  authorize_scopes: 'openid email',
  oidc_issuer: fake.issuer,
  attributes_request_method: 'GET',
})

/** Goes to the provider and comes back with a code. */
export async function throughCode(
  fake: FakeProvider,
  pool: Pool,
  jar: Jar = new Map(),
  more: Record<string, string> = {},
): Promise<Seen> {
  const away = await browse(jar, pool.ask(more))
  assert.equal(away.status, 302, away.text)
  const nonce = away.location.searchParams.get('nonce') ?? 'none'
  fake.nonce = nonce
  const state = away.location.searchParams.get('state')!
  const answer = new URLSearchParams({ state, code: nonce })
  return browse(jar, `${pool.url}/oauth2/idpresponse?${answer}`)
}

/** What the app is told in the fragment or the query. */
export const told = ({ location }: Seen): URLSearchParams =>
  new URLSearchParams(location.hash === '' ? location.search : location.hash.slice(1))

/** What a refusal tells the app. */
export function refusal(seen: Seen): string {
  assert.equal(seen.status, 302, seen.text)
  assert.ok(seen.location.href.startsWith(redirectUri), seen.location.href)
  const answer = told(seen)
  assert.equal(answer.get('state'), 'my-state')
  assert.equal(answer.get('access_token'), null)
  return `${answer.get('error')}: ${answer.get('error_description')}`
}
