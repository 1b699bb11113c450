import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { samlIdp } from '../../../../test/saml-idp.ts'
import { type Functions, functionsFor } from '../../../../test/trigger-functions.ts'
import { type Cognito, installCognito } from '../pools.test-support.ts'
import { PASSWORD } from '../sign-in.test-support.ts'
import { hostedPool, visitor } from './hosted.test-support.ts'

let cognito: Cognito
let functions: Functions
before(async () => {
  cognito = await installCognito()
  functions = await functionsFor(cognito.house)
})
after(async () => {
  await functions.close()
  await cognito.close()
})

const alertIn = (text: string) => /role="alert">([^<]*)</.exec(text)?.[1]

const hooks = () => ({
  LambdaConfig: {
    PreSignUp: functions.arn,
    PostConfirmation: functions.arn,
    PreAuthentication: functions.arn,
    PostAuthentication: functions.arn,
  },
})

test('pages fire the triggers that calls fire; who is confirmed at once is signed in at once', async () => {
  const { start } = await hostedPool(cognito, hooks())
  functions.answer('PreSignUp_SignUp', () => ({ autoConfirmUser: true, autoVerifyEmail: true }))
  functions.events.length = 0
  const browser = visitor(start)
  await browser.open('/signup')
  const fields = { password: PASSWORD, again: PASSWORD, 'attribute.email': 'eve@example.com' }
  const answer = await browser.send('/signup', { username: 'eve', ...fields })
  assert.match(answer.headers.get('location') ?? '', /\?code=/)
  assert.deepEqual(
    functions.events.map(({ triggerSource }) => triggerSource),
    [
      'PreSignUp_SignUp',
      'PostConfirmation_ConfirmSignUp',
      'PreAuthentication_Authentication',
      'PostAuthentication_Authentication',
    ],
  )
})

test('what a function refuses with stands above the form', async () => {
  const { start } = await hostedPool(cognito, hooks())
  functions.answer('PreSignUp_SignUp', () => new Error('not <you>'))
  functions.answer('PreAuthentication_Authentication', () => new Error('closed today'))
  const browser = visitor(start)
  await browser.open('/login')
  const fields = { password: PASSWORD, again: PASSWORD, 'attribute.email': 'kim@example.com' }
  const refusal = await browser.send('/signup', { username: 'kim', ...fields })
  assert.equal(alertIn(refusal.text), 'PreSignUp failed with error not &#60;you&#62;.')
  assert.match(refusal.text, /value="kim@example.com"/)
  const { text } = await browser.send('/login', { username: 'ada', password: PASSWORD })
  assert.equal(alertIn(text), 'PreAuthentication failed with error closed today.')
})

test('an address of a company that signs its people in itself leads there', async () => {
  const { idp } = cognito
  const pool = await hostedPool(cognito)
  const ProviderDetails = { MetadataFile: samlIdp().metadata }
  await idp.createIdentityProvider({
    UserPoolId: pool.UserPoolId,
    ProviderName: 'Work',
    ProviderType: 'SAML',
    ProviderDetails,
    IdpIdentifiers: ['work.example.com'],
  })
  const send = async (client_id: string) => {
    const browser = visitor((path) => pool.start(path, { client_id }))
    await browser.open('/login')
    return browser.send('/login', { username: 'Jo@Work.example.com', password: 'x' })
  }
  const both = await pool.newApp({ SupportedIdentityProviders: ['COGNITO', 'Work'] })
  const { headers, status } = await send(both)
  assert.equal(status, 302)
  const location = headers.get('location') ?? ''
  assert.match(location, /\/oauth2\/authorize\?.*&idp_identifier=work\.example\.com$/)
  assert.doesNotMatch(location, /Jo/)
  assert.equal((await send(pool.ClientId)).status, 400)
})
