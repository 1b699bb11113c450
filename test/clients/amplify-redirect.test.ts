import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { CognitoIdentityProvider } from '@aws-sdk/client-cognito-identity-provider'
import { build } from 'esbuild'
import { chromium } from 'playwright-core'
import { freePort } from '../ports.ts'
import { tlsIdentity } from '../tls-identity.ts'
import { startServer } from './server.ts'

const program = '/usr/bin/chromium'
const skip = existsSync(program) || process.env.CI !== undefined ? false : `no ${program} here`

/** An app as people write it with Amplify: one button to sign in, one to sign out. */
const source = `
import { Amplify } from 'aws-amplify'
import { fetchAuthSession, fetchUserAttributes, getCurrentUser, signInWithRedirect, signOut } from 'aws-amplify/auth'
import 'aws-amplify/auth/enable-oauth-listener'
import { Hub } from 'aws-amplify/utils'

const say = (text) => { document.querySelector('#state').textContent = text }
const show = async () => {
  try {
    const { username } = await getCurrentUser()
    const { tokens } = await fetchAuthSession({ forceRefresh: location.hash === '#refresh' })
    const { email } = await fetchUserAttributes()
    say(JSON.stringify({ username, email, scope: tokens.accessToken.payload.scope }))
  } catch { say('nobody') }
}
Hub.listen('auth', ({ payload }) => {
  if (payload.event === 'signInWithRedirect_failure') say('failed: ' + payload.data.error)
  if (payload.event === 'signInWithRedirect') void show()
})
Amplify.configure(window.settings)
document.querySelector('#in').onclick = () => signInWithRedirect({ customState: 'where I was' })
document.querySelector('#out').onclick = () => signOut()
if (!location.search.includes('code=')) void show()
`

const pageWith = (settings: object) => `<!doctype html><title>App</title>
<button id="in">Sign in</button><button id="out">Sign out</button><p id="state"></p>
<script>window.settings = ${JSON.stringify(settings)}; window.global = window</script>
<script type="module" src="/app.js"></script>`

test('an app of Amplify sends its users to the pages of the pool, and gets them back signed in', {
  skip,
}, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-amplify-'))
  const { cert, key } = tlsIdentity(folder, 'DNS:localhost')
  const port = await freePort()
  const tls = ['--tls-port', String(port), '--tls-cert', cert, '--tls-key', key]
  const server = await startServer('--store', 'memory', ...tls)
  const idp = new CognitoIdentityProvider({
    endpoint: server.url,
    region: 'us-east-1',
    credentials: server.admin,
  })
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: import.meta.dirname },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
  })
  let settings: object = {}
  const app = createServer((request, response) => {
    const isCode = request.url === '/app.js'
    response.setHeader('content-type', isCode ? 'text/javascript' : 'text/html')
    response.end(isCode ? outputFiles[0]!.text : pageWith(settings))
  })
  await new Promise<void>((done) => app.listen(0, '127.0.0.1', done))
  const url = `http://localhost:${(app.address() as AddressInfo).port}/`
  const browser = await chromium.launch({
    executablePath: program,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking'],
  })
  t.after(async () => {
    await browser.close()
    app.close()
    idp.destroy()
    assert.equal(await server.stop(), 0)
    rmSync(folder, { recursive: true, force: true })
  })

  const { UserPool } = await idp.createUserPool({ PoolName: 'people' })
  const UserPoolId = UserPool!.Id!
  const { UserPoolClient } = await idp.createUserPoolClient({
    UserPoolId,
    ClientName: 'app',
    AllowedOAuthFlowsUserPoolClient: true,
    AllowedOAuthFlows: ['code'],
    AllowedOAuthScopes: ['openid', 'email', 'aws.cognito.signin.user.admin'],
    CallbackURLs: [url],
    LogoutURLs: [url],
    SupportedIdentityProviders: ['COGNITO'],
  })
  const ClientId = UserPoolClient!.ClientId!
  await idp.createUserPoolDomain({ UserPoolId, Domain: 'amplified', ManagedLoginVersion: 2 })
  await idp.createManagedLoginBranding({ UserPoolId, ClientId, UseCognitoProvidedValues: true })
  await idp.adminCreateUser({
    UserPoolId,
    Username: 'ada',
    MessageAction: 'SUPPRESS',
    UserAttributes: [{ Name: 'email', Value: 'ada@example.com' }],
  })
  const Password = 'Permanent-1'
  await idp.adminSetUserPassword({ UserPoolId, Username: 'ada', Password, Permanent: true })
  const Cognito = {
    userPoolId: UserPoolId,
    userPoolClientId: ClientId,
    userPoolEndpoint: `https://localhost:${port}`,
    loginWith: {
      oauth: {
        // What Amplify puts behind https:// is a host elsewhere; a path will do.
        domain: `localhost:${port}/_auth/amplified`,
        scopes: ['openid', 'email', 'aws.cognito.signin.user.admin'],
        redirectSignIn: [url],
        redirectSignOut: [url],
        responseType: 'code',
      },
    },
  }
  settings = { Auth: { Cognito } }

  const context = await browser.newContext({ ignoreHTTPSErrors: true })
  const page = await context.newPage()
  const state = (text: RegExp) => page.locator('#state').filter({ hasText: text }).waitFor()
  await page.goto(url)
  await state(/nobody/)
  const signIn = () => page.getByRole('button', { name: 'Sign in' }).click()
  await signIn()
  await page.getByLabel('Username').fill('ada')
  await page.getByLabel('Password', { exact: true }).fill(Password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await state(/ada@example\.com/)
  const known = JSON.parse((await page.locator('#state').textContent())!)
  assert.equal(known.username, 'ada')
  assert.match(known.scope, /openid/)
  // Tokens are refreshed by the API.
  await page.goto(`${url}#refresh`)
  await page.reload()
  await state(/ada@example\.com/)
  await page.getByRole('button', { name: 'Sign out' }).click()
  await state(/nobody/)
  // The session of the pages is gone, too: whoever signs in is asked again.
  await signIn()
  await page.getByLabel('Username').waitFor()
})
