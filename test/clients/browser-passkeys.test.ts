import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { chromium, type Page } from 'playwright-core'
import { type Cognito, installCognito } from '../../src/services/cognito-idp/pools.test-support.ts'
import { PASSWORD, signInPool } from '../../src/services/cognito-idp/sign-in.test-support.ts'

const program = '/usr/bin/chromium'
const skip = existsSync(program) || process.env.CI !== undefined ? false : `no ${program} here`

/** Pages of an app on this machine. */
async function appServer() {
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'text/html')
    response.end('<!doctype html><title>App</title>')
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  return { url: `http://localhost:${port}/`, close: () => server.close() }
}

/** Gives the page an authenticator, as the DevTools protocol has it. */
async function withAuthenticator(page: Page, verifies: boolean) {
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('WebAuthn.enable')
  const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: verifies,
      automaticPresenceSimulation: true,
    },
  })
  return () => devtools.send('WebAuthn.getCredentials', { authenticatorId })
}

/** `navigator.credentials` of the page, JSON in and out. */
const inPage = (page: Page, what: 'create' | 'get', options: unknown) =>
  page.evaluate(
    async ([what, options]) => {
      const all = globalThis as unknown as {
        PublicKeyCredential: Record<string, (json: unknown) => unknown>
        navigator: { credentials: Record<string, (o: object) => Promise<{ toJSON(): object }>> }
      }
      const parse =
        what === 'create' ? 'parseCreationOptionsFromJSON' : 'parseRequestOptionsFromJSON'
      const publicKey = all.PublicKeyCredential[parse]!(options)
      return (await all.navigator.credentials[what as string]!({ publicKey })).toJSON()
    },
    [what, options] as const,
  )

async function register(cognito: Cognito, page: Page, AccessToken: string) {
  const { idp } = cognito
  const { CredentialCreationOptions } = await idp.startWebAuthnRegistration({ AccessToken })
  const made = await inPage(page, 'create', CredentialCreationOptions)
  await idp.completeWebAuthnRegistration({ AccessToken, Credential: made as never })
}

test('Chromium registers a passkey and signs in with it', { skip }, async (t) => {
  const cognito = await installCognito()
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
  const people = await signInPool(
    cognito,
    { Policies: { SignInPolicy: { AllowedFirstAuthFactors: ['PASSWORD', 'WEB_AUTHN'] } } },
    { ExplicitAuthFlows: ['ALLOW_USER_AUTH'] },
  )
  const { UserPoolId, ClientId } = people
  const WebAuthnConfiguration = {
    RelyingPartyId: 'localhost',
    UserVerification: 'required',
  } as const
  await idp.setUserPoolMfaConfig({ UserPoolId, WebAuthnConfiguration })
  await people.confirm()
  const start = (more: Record<string, string>) =>
    idp.initiateAuth({
      ClientId,
      AuthFlow: 'USER_AUTH',
      AuthParameters: { USERNAME: 'ada', ...more },
    })
  const first = await start({ PREFERRED_CHALLENGE: 'PASSWORD', PASSWORD })
  const AccessToken = first.AuthenticationResult!.AccessToken!

  const page = await browser.newPage()
  await page.goto(app.url)
  const kept = await withAuthenticator(page, true)
  await register(cognito, page, AccessToken)
  const { credentials } = await kept()
  assert.equal(credentials[0]!.rpId, 'localhost')
  assert.equal(credentials[0]!.userName, 'ada')
  const { Credentials } = await idp.listWebAuthnCredentials({ AccessToken })
  assert.equal(Credentials![0]!.AuthenticatorAttachment, 'platform')
  // The browser itself refuses a second passkey on the same authenticator.
  await assert.rejects(register(cognito, page, AccessToken), /InvalidStateError/)

  for (let i = 0; i < 2; i++) {
    const step = await start({ PREFERRED_CHALLENGE: 'WEB_AUTHN' })
    const options = JSON.parse(step.ChallengeParameters!.CREDENTIAL_REQUEST_OPTIONS!)
    const CREDENTIAL = JSON.stringify(await inPage(page, 'get', options))
    const answer = () =>
      idp.respondToAuthChallenge({
        ClientId,
        ChallengeName: 'WEB_AUTHN',
        Session: step.Session,
        ChallengeResponses: { USERNAME: 'ada', CREDENTIAL },
      })
    const { AuthenticationResult } = await answer()
    const me = await idp.getUser({ AccessToken: AuthenticationResult!.AccessToken! })
    assert.equal(me.Username, 'ada')
    await assert.rejects(answer(), { name: 'NotAuthorizedException' })
  }
})
