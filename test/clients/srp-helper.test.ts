import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { CognitoIdentityProvider } from '@aws-sdk/client-cognito-identity-provider'
import {
  createSecretHash,
  createSrpSession,
  signSrpSession,
  wrapAuthChallenge,
  wrapInitiateAuth,
} from 'cognito-srp-helper'
import { type Installation, install } from '../installation.ts'

/** SRP by a third implementation, beside amazon-cognito-identity-js and Amplify. */

let house: Installation
let idp: CognitoIdentityProvider
before(async () => {
  house = await install()
  const { url: endpoint, admin: credentials } = house
  idp = new CognitoIdentityProvider({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 })
})
after(async () => {
  idp.destroy()
  await house.close()
})

test('cognito-srp-helper signs in, with a secret and twenty passwords of all kinds', async () => {
  const { UserPool } = await idp.createUserPool({ PoolName: 'people' })
  const UserPoolId = UserPool!.Id!
  const { UserPoolClient } = await idp.createUserPoolClient({
    UserPoolId,
    ClientName: 'app',
    GenerateSecret: true,
  })
  const ClientId = UserPoolClient!.ClientId!
  const Username = 'ada'
  await idp.adminCreateUser({ UserPoolId, Username, MessageAction: 'SUPPRESS' })
  const hash = createSecretHash(Username, ClientId, UserPoolClient!.ClientSecret!)
  const signIn = async (password: string) => {
    const session = createSrpSession(Username, password, UserPoolId, false)
    const AuthParameters = { USERNAME: Username, SECRET_HASH: hash }
    const asked = await idp.initiateAuth(
      wrapInitiateAuth(session, { ClientId, AuthFlow: 'USER_SRP_AUTH', AuthParameters }),
    )
    const signed = signSrpSession(session, asked as never)
    return idp.respondToAuthChallenge(
      wrapAuthChallenge(signed, {
        ClientId,
        ChallengeName: 'PASSWORD_VERIFIER',
        ChallengeResponses: AuthParameters,
      }),
    )
  }
  // Leading zeros of salts and values come up once in a while: a few rounds meet them.
  for (let n = 0; n < 20; n++) {
    const Password = `Pässwörd-${n}-🔑-Aa1!`
    await idp.adminSetUserPassword({ UserPoolId, Username, Password, Permanent: true })
    assert.ok((await signIn(Password)).AuthenticationResult?.AccessToken)
  }
  await assert.rejects(signIn('Wrong-1-password'), { name: 'NotAuthorizedException' })
})
