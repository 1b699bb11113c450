import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { decodeJwt } from 'jose'
import { type Cognito, installCognito, refused } from './pools.test-support.ts'
import { advance, PASSWORD, signInPool } from './sign-in.test-support.ts'

let cognito: Cognito
before(async () => {
  cognito = await installCognito('--test-clock')
})
after(() => cognito.close())

const flows = ['ALLOW_USER_PASSWORD_AUTH'] as const

/** A client whose refresh tokens rotate, with a user who has signed in. */
async function rotating(RetryGracePeriodSeconds?: number, more: object = {}) {
  const { idp } = cognito
  const RefreshTokenRotation = { Feature: 'ENABLED' as const, RetryGracePeriodSeconds }
  const client = { ExplicitAuthFlows: [...flows], RefreshTokenRotation, ...more }
  const people = await signInPool(cognito, {}, client)
  await people.confirm()
  const { AuthenticationResult } = await people.signIn()
  const { ClientId, UserPoolId } = people
  const refresh = async (RefreshToken: string) => {
    const answer = await idp.getTokensFromRefreshToken({ ClientId, RefreshToken })
    return answer.AuthenticationResult!
  }
  return { ...people, UserPoolId, first: AuthenticationResult!.RefreshToken!, refresh }
}

const reused = refused('RefreshTokenReuseException', /invalidated by rotation/)

test('each refresh token is good for one refresh, and its successor for the rest of its life', async () => {
  const { idp } = cognito
  const { refresh, first, ClientId } = await rotating()
  const second = await refresh(first)
  assert.ok(second.RefreshToken && second.RefreshToken !== first)
  assert.equal(typeof decodeJwt(second.AccessToken!).origin_jti, 'string')
  await assert.rejects(refresh(first), reused)
  // Reuse ends the token that was reused and no other.
  const third = await refresh(second.RefreshToken!)
  await assert.rejects(refresh(second.RefreshToken!), reused)
  await assert.rejects(
    idp.initiateAuth({
      ClientId,
      AuthFlow: 'REFRESH_TOKEN_AUTH',
      AuthParameters: { REFRESH_TOKEN: third.RefreshToken! },
    }),
    refused('InvalidParameterException', 'Auth flow not enabled for this client'),
  )
  await advance(cognito, 20 * 86_400)
  const late = await refresh(third.RefreshToken!)
  await advance(cognito, 10 * 86_400)
  await assert.rejects(
    refresh(late.RefreshToken!),
    refused('NotAuthorizedException', 'Refresh Token has expired'),
  )
})

test('within the time for retries the old token goes on, and then no longer', async () => {
  const { refresh, first } = await rotating(30)
  const second = await refresh(first)
  const retried = await refresh(first)
  assert.ok(retried.RefreshToken)
  const third = await refresh(retried.RefreshToken!)
  // The token before the last one is past retrying, however soon.
  await assert.rejects(refresh(first), reused)
  assert.ok(await refresh(second.RefreshToken!))
  await advance(cognito, 30)
  await assert.rejects(refresh(second.RefreshToken!), reused)
  assert.ok(await refresh(third.RefreshToken!))
})

test('twenty refreshes at once with one token have one winner', async () => {
  const { refresh, first } = await rotating(0)
  const all = await Promise.allSettled(Array.from({ length: 20 }, () => refresh(first)))
  assert.equal(all.filter(({ status }) => status === 'fulfilled').length, 1)
})

test('a rotated sign-in is revoked as one, and rotation can be switched off and on', async () => {
  const { idp } = cognito
  const { refresh, first, ClientId, UserPoolId } = await rotating(0)
  const second = await refresh(first)
  const ExplicitAuthFlows = [...flows, 'ALLOW_REFRESH_TOKEN_AUTH' as const]
  await assert.rejects(
    idp.updateUserPoolClient({
      UserPoolId,
      ClientId,
      ExplicitAuthFlows,
      RefreshTokenRotation: { Feature: 'ENABLED' },
    }),
    refused('InvalidParameterException', /rotation/),
  )
  await idp.updateUserPoolClient({ UserPoolId, ClientId, ExplicitAuthFlows })
  assert.equal((await refresh(second.RefreshToken!)).RefreshToken, undefined)
  await assert.rejects(refresh(first), reused)
  await idp.revokeToken({ ClientId, Token: second.RefreshToken! })
  await assert.rejects(
    refresh(second.RefreshToken!),
    refused('NotAuthorizedException', 'Refresh Token has been revoked'),
  )
  await idp.adminDeleteUser({ UserPoolId, Username: 'ada' })
  await idp.adminCreateUser({
    UserPoolId,
    Username: 'ada',
    TemporaryPassword: PASSWORD,
    MessageAction: 'SUPPRESS',
  })
  await assert.rejects(
    refresh(second.RefreshToken!),
    refused('NotAuthorizedException', 'Invalid Refresh Token'),
  )
})
