import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Cognito, installCognito, newPool, refused } from './pools.test-support.ts'

let cognito: Cognito
let UserPoolId: string
before(async () => {
  cognito = await installCognito()
  UserPoolId = await newPool(cognito)
})
after(() => cognito.close())

const Identifier = 'https://books.example.com'
const Scopes = [{ ScopeName: 'read', ScopeDescription: 'reads books' }]

test('a resource server gives clients scopes to ask for', async () => {
  const { idp } = cognito
  const AllowedOAuthScopes = [`${Identifier}/read`]
  const client = {
    UserPoolId,
    ClientName: 'job',
    GenerateSecret: true,
    AllowedOAuthFlows: ['client_credentials' as const],
    AllowedOAuthFlowsUserPoolClient: true,
  }
  await assert.rejects(
    idp.createUserPoolClient({ ...client, AllowedOAuthScopes }),
    refused('ScopeDoesNotExistException', `Invalid scope requested: ${Identifier}/read`),
  )
  const { ResourceServer } = await idp.createResourceServer({
    UserPoolId,
    Identifier,
    Name: 'books',
    Scopes,
  })
  assert.deepEqual(ResourceServer, { UserPoolId, Identifier, Name: 'books', Scopes })
  await idp.createUserPoolClient({ ...client, AllowedOAuthScopes })
  await assert.rejects(
    idp.createUserPoolClient({ ...client, AllowedOAuthScopes: ['openid'] }),
    refused('InvalidOAuthFlowException', /client_credentials/),
  )
  await assert.rejects(
    idp.createResourceServer({ UserPoolId, Identifier, Name: 'again' }),
    refused(
      'InvalidParameterException',
      `${Identifier} already exists in user pool ${UserPoolId}.`,
    ),
  )
})

test('a resource server is changed as a whole, listed and deleted', async () => {
  const { idp } = cognito
  const twice = [...Scopes, ...Scopes]
  const of = { UserPoolId, Identifier: 'films', Name: 'films' }
  await assert.rejects(
    idp.createResourceServer({ ...of, Scopes: twice }),
    refused('InvalidParameterException', /must differ/),
  )
  await idp.createResourceServer({ ...of, Scopes })
  await idp.updateResourceServer({ ...of, Name: 'moving pictures' })
  const { ResourceServer } = await idp.describeResourceServer(of)
  assert.equal(ResourceServer!.Name, 'moving pictures')
  assert.deepEqual(ResourceServer!.Scopes, [])
  const first = await idp.listResourceServers({ UserPoolId, MaxResults: 1 })
  const next = await idp.listResourceServers({ UserPoolId, NextToken: first.NextToken! })
  const names = [...first.ResourceServers!, ...next.ResourceServers!].map((one) => one.Identifier)
  assert.deepEqual(names.sort(), ['films', Identifier])
  await idp.deleteResourceServer(of)
  await assert.rejects(
    idp.describeResourceServer(of),
    refused('ResourceNotFoundException', 'Resource server films does not exist.'),
  )
})
