import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { samlIdp } from '../../../test/saml-idp.ts'
import { type Cognito, installCognito, newPool, refused } from './pools.test-support.ts'

let cognito: Cognito
let UserPoolId: string
before(async () => {
  cognito = await installCognito()
  UserPoolId = await newPool(cognito)
})
after(() => cognito.close())

const google = {
  ProviderName: 'Search',
  ProviderType: 'Google' as const,
  ProviderDetails: { client_id: 'id', client_secret: 'hidden', authorize_scopes: 'openid email' },
}

test('a social provider is told with the endpoints that everybody knows', async () => {
  const { idp } = cognito
  const made = await idp.createIdentityProvider({
    UserPoolId,
    ...google,
    AttributeMapping: { email: 'email' },
    IdpIdentifiers: ['example.com'],
  })
  assert.deepEqual(made.IdentityProvider!.AttributeMapping, { username: 'sub', email: 'email' })
  assert.equal(made.IdentityProvider!.ProviderDetails!.oidc_issuer, 'https://accounts.google.com')
  const found = await idp.getIdentityProviderByIdentifier({
    UserPoolId,
    IdpIdentifier: 'example.com',
  })
  assert.equal(found.IdentityProvider!.ProviderName, 'Search')
  await assert.rejects(
    idp.createIdentityProvider({ UserPoolId, ...google }),
    refused(
      'DuplicateProviderException',
      'A provider with the name Search already exists in this user pool.',
    ),
  )
  await assert.rejects(
    idp.createIdentityProvider({
      UserPoolId,
      ...google,
      ProviderName: 'Other',
      IdpIdentifiers: ['example.com'],
    }),
    refused('DuplicateProviderException', /identifier/),
  )
  const client = { UserPoolId, ClientName: 'web' }
  await idp.createUserPoolClient({ ...client, SupportedIdentityProviders: ['COGNITO', 'Search'] })
  await assert.rejects(
    idp.createUserPoolClient({ ...client, SupportedIdentityProviders: ['Nowhere'] }),
    refused('InvalidParameterException', /The provider Nowhere does not exist for User Pool/),
  )
})

test('what a kind of provider needs is asked for, and attributes must exist', async () => {
  const { idp } = cognito
  const of = { UserPoolId, ...google, ProviderName: 'Wrong' }
  for (const [change, message] of [
    [{ ProviderDetails: { client_id: 'id' } }, /client_secret is required/],
    [{ ProviderDetails: { ...google.ProviderDetails, colour: 'red' } }, /colour is not known/],
    [{ AttributeMapping: { 'custom:shoe': 'shoe' } }, /custom:shoe does not exist/],
  ] as const)
    await assert.rejects(
      idp.createIdentityProvider({ ...of, ...change }),
      refused('InvalidParameterException', message),
    )
})

test('a SAML provider is described by its metadata', async () => {
  const { idp } = cognito
  const saml = samlIdp()
  const of = { UserPoolId, ProviderName: 'Work', ProviderType: 'SAML' as const }
  const { IdentityProvider } = await idp.createIdentityProvider({
    ...of,
    ProviderDetails: { MetadataFile: saml.metadata },
  })
  assert.match(IdentityProvider!.ProviderDetails!.SSORedirectBindingURI!, /^https:/)
  await assert.rejects(
    idp.createIdentityProvider({
      ...of,
      ProviderName: 'Broken',
      ProviderDetails: { MetadataFile: '<a/>' },
    }),
    refused('InvalidParameterException', /metadata/),
  )
})

test('endpoints of an OpenID Connect provider are discovered', async () => {
  const { idp } = cognito
  const server = createServer((_, response) => {
    const at = (path: string) => `${issuer}/${path}`
    response.end(
      JSON.stringify({
        issuer,
        authorization_endpoint: at('authorize'),
        token_endpoint: at('token'),
        userinfo_endpoint: at('userinfo'),
        jwks_uri: at('keys'),
      }),
    )
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const issuer = `http://localhost:${(server.address() as AddressInfo).port}`
  try {
    const of = { UserPoolId, ProviderName: 'Own' }
    const ProviderDetails = {
      client_id: 'id',
      authorize_scopes: 'openid',
      attributes_request_method: 'GET',
      oidc_issuer: issuer,
    }
    const made = await idp.createIdentityProvider({
      ...of,
      ProviderType: 'OIDC',
      ProviderDetails,
    })
    assert.equal(made.IdentityProvider!.ProviderDetails!.token_url, `${issuer}/token`)
    await assert.rejects(
      idp.updateIdentityProvider({
        ...of,
        ProviderDetails: { ...ProviderDetails, oidc_issuer: 'https://localhost:1' },
      }),
      refused('InvalidParameterException', /Unable to contact/),
    )
    await idp.updateIdentityProvider({ ...of, AttributeMapping: { name: 'given' } })
    const told = await idp.describeIdentityProvider(of)
    assert.deepEqual(told.IdentityProvider!.AttributeMapping, { username: 'sub', name: 'given' })
    await idp.deleteIdentityProvider(of)
    await assert.rejects(
      idp.describeIdentityProvider(of),
      refused('ResourceNotFoundException', 'Identity provider Own does not exist.'),
    )
    const { Providers } = await idp.listIdentityProviders({ UserPoolId })
    assert.deepEqual(Providers!.map(({ ProviderName }) => ProviderName).sort(), ['Search', 'Work'])
  } finally {
    server.close()
  }
})
