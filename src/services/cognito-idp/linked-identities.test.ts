import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { decodeJwt } from 'jose'
import { type Cognito, installCognito, refused } from './pools.test-support.ts'
import { signInPool } from './sign-in.test-support.ts'

let cognito: Cognito
before(async () => {
  cognito = await installCognito()
})
after(() => cognito.close())

const subject = 'Cognito_Subject'

/** A pool with the users `ada` and `eve`, and a social provider. */
async function linkable() {
  const { idp } = cognito
  const pool = await signInPool(cognito)
  const { UserPoolId } = pool
  await pool.confirm()
  await idp.adminCreateUser({ UserPoolId, Username: 'eve', MessageAction: 'SUPPRESS' })
  for (const ProviderName of ['Google', 'LoginWithAmazon'] as const)
    await idp.createIdentityProvider({
      UserPoolId,
      ProviderName,
      ProviderType: ProviderName,
      ProviderDetails: { client_id: 'a', client_secret: 'b', authorize_scopes: 'openid' },
    })
  const named = (ProviderName: string, ProviderAttributeValue: string, name = subject) => ({
    ProviderName,
    ProviderAttributeName: name,
    ProviderAttributeValue,
  })
  return {
    ...pool,
    named,
    link: (value: string, to = 'ada', from = 'Google', name = subject) =>
      idp.adminLinkProviderForUser({
        UserPoolId,
        DestinationUser: { ProviderName: 'Cognito', ProviderAttributeValue: to },
        SourceUser: named(from, value, name),
      }),
    unlink: (value: string, from = 'Google') =>
      idp.adminDisableProviderForUser({ UserPoolId, User: named(from, value) }),
    async told(Username = 'ada') {
      const { UserAttributes } = await idp.adminGetUser({ UserPoolId, Username })
      const text = UserAttributes!.find(({ Name }) => Name === 'identities')?.Value
      return text === undefined ? [] : JSON.parse(text)
    },
  }
}

test('identities of other providers are linked to a user, told, and unlinked', async () => {
  const { link, unlink, told, signIn } = await linkable()
  await link('1001')
  await link('amzn1.account.A', 'ada', 'LoginWithAmazon')
  const [first, second] = await told()
  assert.equal(typeof first.dateCreated, 'number')
  assert.deepEqual(
    { ...first, dateCreated: 0 },
    {
      userId: '1001',
      providerName: 'Google',
      providerType: 'Google',
      issuer: null,
      primary: false,
      dateCreated: 0,
    },
  )
  assert.equal(second.providerName, 'LoginWithAmazon')
  const { AuthenticationResult } = await signIn()
  const { identities } = decodeJwt(AuthenticationResult!.IdToken!) as {
    identities: Record<string, unknown>[]
  }
  assert.equal(identities.length, 2)
  assert.equal(identities[0]!.primary, 'false')
  assert.equal(identities[0]!.dateCreated, String(first.dateCreated))
  assert.equal(decodeJwt(AuthenticationResult!.AccessToken!).identities, undefined)
  await unlink('1001')
  await unlink('amzn1.account.A', 'LoginWithAmazon')
  assert.deepEqual(await told(), [])
  await assert.rejects(unlink('1001'), refused('UserNotFoundException', 'User does not exist.'))
})

test('an identity is of one user, and a user has five', async () => {
  const { link, unlink, told } = await linkable()
  const tries = await Promise.allSettled(['ada', 'eve', 'ada', 'eve'].map((to) => link('1', to)))
  assert.equal(tries.filter(({ status }) => status === 'fulfilled').length, 1)
  const counts = [(await told('ada')).length, (await told('eve')).length]
  assert.deepEqual(counts.toSorted(), [0, 1])
  const [owner, other] = counts[0] === 1 ? (['ada', 'eve'] as const) : (['eve', 'ada'] as const)
  await assert.rejects(link('1', owner), refused('InvalidParameterException', /already linked/))
  await assert.rejects(link('1', other), refused('AliasExistsException', /another user/))
  for (const value of ['2', '3', '4', '5']) await link(value, owner)
  await assert.rejects(link('6', owner), refused('LimitExceededException', /at most 5/))
  await unlink('1')
  await link('6', owner)
  await link('1', other)
})

test('what cannot be linked is refused', async () => {
  const { idp } = cognito
  const { link, UserPoolId, named, signIn } = await linkable()
  await assert.rejects(link('1', 'nobody'), refused('UserNotFoundException', /does not exist/))
  await assert.rejects(
    link('1', 'ada', 'Facebook'),
    refused('ResourceNotFoundException', /Facebook does not exist/),
  )
  const wrong = (why: RegExp) => refused('InvalidParameterException', why)
  await assert.rejects(link('1', 'ada', 'Cognito'), wrong(/external identity provider/))
  await assert.rejects(link('1', 'ada', 'Google', 'email'), wrong(/must be Cognito_Subject/))
  await idp.adminCreateUser({ UserPoolId, Username: 'Google_77', MessageAction: 'SUPPRESS' })
  await assert.rejects(link('77'), wrong(/Merging is not currently supported/))
  await idp.adminDisableProviderForUser({ UserPoolId, User: named('Cognito', 'ada') })
  await assert.rejects(signIn(), refused('NotAuthorizedException', 'User is disabled.'))
})
