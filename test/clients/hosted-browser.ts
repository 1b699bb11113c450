import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { CognitoIdentityProvider } from '@aws-sdk/client-cognito-identity-provider'
import { type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { installCognito, newPool } from '../../src/services/cognito-idp/pools.test-support.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const program = '/usr/bin/chromium'

/** Why there is no test in a browser here; false where there is one. */
export const skip =
  existsSync(program) || process.env.CI !== undefined ? false : `no ${program} here`

/** Pictures of every page, for people who want to look at them. */
const pictures = process.env.SALLYPORT_TEST_PICTURES ?? temporaryFolder('hosted')

/** What comes back to an app of this machine. */
async function appServer() {
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'text/html')
    response.end(
      `<!doctype html><title>App</title><h1>Back at the app</h1><p>${request.method}</p>`,
    )
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  return { url: `http://localhost:${port}/callback`, close: () => server.close() }
}

type CreatePool = Parameters<CognitoIdentityProvider['createUserPool']>[0]
type CreateClient = Parameters<CognitoIdentityProvider['createUserPoolClient']>[0]

/** A browser, an app, and an installation with their pools. */
export async function hostedBrowser(t: TestContext, ...flags: string[]) {
  const cognito = await installCognito(...flags)
  const app = await appServer()
  const browser = await chromium.launch({
    executablePath: program,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking'],
  })
  t.after(async () => {
    await browser.close()
    app.close()
    await cognito.close()
  })
  const { idp } = cognito
  const { port } = new URL(cognito.house.url)
  let domains = 0

  /** A pool with a sign-in domain and one app. */
  async function people(
    pool: Partial<CreatePool> = {},
    client: Partial<CreateClient> = {},
    version = 2,
  ) {
    const UserPoolId = await newPool(cognito, { AutoVerifiedAttributes: ['email'], ...pool })
    const Domain = `people-${++domains}`
    await idp.createUserPoolDomain({ UserPoolId, Domain, ManagedLoginVersion: version })
    const base = `http://${Domain}.auth.us-east-1.localhost:${port}`
    async function newApp(more: Partial<CreateClient> = {}) {
      const { UserPoolClient } = await idp.createUserPoolClient({
        UserPoolId,
        ClientName: 'shop',
        AllowedOAuthFlowsUserPoolClient: true,
        AllowedOAuthFlows: ['code'],
        AllowedOAuthScopes: ['openid', 'email'],
        CallbackURLs: [app.url],
        SupportedIdentityProviders: ['COGNITO'],
        ...client,
        ...more,
      })
      const ClientId = UserPoolClient!.ClientId!
      if (version === 2)
        await idp.createManagedLoginBranding({
          UserPoolId,
          ClientId,
          UseCognitoProvidedValues: true,
        })
      return ClientId
    }
    const ClientId = await newApp()
    /** Where an app sends the browser. */
    const start = (more: Record<string, string> = {}, path = '/oauth2/authorize') =>
      `${base}${path}?${new URLSearchParams({
        client_id: ClientId,
        response_type: 'code',
        redirect_uri: app.url,
        state: 'the state',
        ...more,
      })}`
    /** A user with a password of its own. */
    async function user(Username: string) {
      await idp.adminCreateUser({
        UserPoolId,
        Username,
        TemporaryPassword: 'Temporary-1',
        MessageAction: 'SUPPRESS',
        UserAttributes: [
          { Name: 'email', Value: `${Username}@example.com` },
          { Name: 'email_verified', Value: 'true' },
        ],
      })
      return (Password = 'Permanent-1') =>
        idp.adminSetUserPassword({ UserPoolId, Username, Password, Permanent: true })
    }
    return { UserPoolId, ClientId, Domain, base, start, user, newApp }
  }

  /** A page without scripts, unless they are asked for. */
  async function newPage(options: BrowserContextOptions = {}) {
    const context = await browser.newContext({
      javaScriptEnabled: false,
      viewport: { width: 900, height: 800 },
      ...options,
    })
    return context.newPage()
  }
  return { cognito, idp, app, browser, people, newPage }
}

/** Keeps a picture of a page, which must also fit into 320 pixels (WCAG 2.2, 1.4.10). */
export async function look(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true })
  const usual = page.viewportSize()!
  await page.setViewportSize({ width: 320, height: 640 })
  const width = Number(await page.evaluate('document.documentElement.scrollWidth'))
  await page.screenshot({ path: join(pictures, `${name}-narrow.png`), fullPage: true })
  await page.setViewportSize(usual)
  assert.ok(width <= 320, `${name} is ${width} pixels wide`)
}

/** Fills fields by their labels. */
export async function fill(page: Page, fields: Record<string, string>): Promise<void> {
  for (const [label, value] of Object.entries(fields))
    await page.getByLabel(label, { exact: true }).fill(value)
}

/** Presses a button. */
export const press = (page: Page, name: string) =>
  page.getByRole('button', { name, exact: true }).click()

/** What the app was told, once the browser is back at it. */
export async function told(page: Page): Promise<URLSearchParams> {
  await page.getByRole('heading', { name: 'Back at the app' }).waitFor()
  return new URL(page.url()).searchParams
}
