import type { CognitoIdentityProvider } from '@aws-sdk/client-cognito-identity-provider'
import type { Cognito } from '../pools.test-support.ts'
import { signInPool } from '../sign-in.test-support.ts'

type CreatePool = Parameters<CognitoIdentityProvider['createUserPool']>[0]
type CreateClient = Parameters<CognitoIdentityProvider['createUserPoolClient']>[0]

const redirect = 'http://localhost/callback'
let domains = 0

/** A pool with a sign-in domain, an app, and the user `ada` with a password of her own. */
export async function hostedPool(
  cognito: Cognito,
  pool: Partial<CreatePool> = {},
  client: Partial<CreateClient> = {},
) {
  const { idp, house } = cognito
  const settings: Partial<CreateClient> = {
    AllowedOAuthFlowsUserPoolClient: true,
    AllowedOAuthFlows: ['code'],
    AllowedOAuthScopes: ['openid'],
    CallbackURLs: [redirect],
    SupportedIdentityProviders: ['COGNITO'],
    ...client,
  }
  const made = await signInPool(cognito, { AutoVerifiedAttributes: ['email'], ...pool }, settings)
  const { UserPoolId, ClientId, confirm } = made
  await confirm()
  const Domain = `hosted-${++domains}`
  await idp.createUserPoolDomain({ UserPoolId, Domain, ManagedLoginVersion: 2 })
  const withStyle = async (id: string) => {
    const style = { UserPoolId, ClientId: id, UseCognitoProvidedValues: true }
    await idp.createManagedLoginBranding(style)
    return id
  }
  await withStyle(ClientId)
  return {
    UserPoolId,
    ClientId,
    Domain,
    /** Another app. */
    async newApp(more: Partial<CreateClient> = {}) {
      const asked = { UserPoolId, ClientName: 'other', ...settings, ...more }
      const { UserPoolClient } = await idp.createUserPoolClient(asked)
      return withStyle(UserPoolClient!.ClientId!)
    },
    /** The address of a page, as an app leads to it. */
    start: (path: string, more: Record<string, string> = {}) =>
      `${house.url}/_auth/${Domain}${path}?${new URLSearchParams({
        client_id: ClientId,
        response_type: 'code',
        redirect_uri: redirect,
        ...more,
      })}`,
  }
}

/** A browser as far as pages without scripts need one: it keeps cookies and sends forms. */
export function visitor(start: (path: string) => string) {
  const cookies = new Map<string, string>()
  async function ask(path: string, init: RequestInit = {}) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = { ...init.headers, cookie }
    const response = await fetch(start(path), { redirect: 'manual', ...init, headers })
    for (const line of response.headers.getSetCookie()) {
      const [name = '', value = ''] = line.split(';', 1)[0]!.split('=')
      cookies.set(name, value)
    }
    return { status: response.status, headers: response.headers, text: await response.text() }
  }
  return {
    cookies,
    open: (path: string) => ask(path),
    send(path: string, fields: Record<string, string>) {
      const body = new URLSearchParams({ _csrf: cookies.get('XSRF-TOKEN') ?? '', ...fields })
      return ask(path, { method: 'POST', body })
    },
  }
}

export type Visitor = ReturnType<typeof visitor>
