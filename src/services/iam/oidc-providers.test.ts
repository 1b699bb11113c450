import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Account, openAccount } from '../../../test/account.ts'

let account: Account
before(async () => {
  account = await openAccount()
})
after(() => account.close())

const arn = 'arn:aws:iam::000000000000:oidc-provider/id.example.com/realms/one'
const named = { OpenIDConnectProviderArn: arn }

test('a provider is registered, changed, tagged and deleted', async () => {
  const { iam } = account
  const made = await iam('CreateOpenIDConnectProvider', {
    Url: 'https://id.example.com/realms/one',
    ClientIDList: ['a', 'a', 'b'],
    ThumbprintList: ['AB'.repeat(20)],
    Tags: [{ Key: 'team', Value: 'blue' }],
  })
  assert.equal(made.OpenIDConnectProviderArn, arn)
  assert.deepEqual(made.Tags, [{ Key: 'team', Value: 'blue' }])
  await iam('AddClientIDToOpenIDConnectProvider', { ...named, ClientID: 'c' })
  await iam('AddClientIDToOpenIDConnectProvider', { ...named, ClientID: 'c' })
  await iam('RemoveClientIDFromOpenIDConnectProvider', { ...named, ClientID: 'a' })
  await iam('RemoveClientIDFromOpenIDConnectProvider', { ...named, ClientID: 'never' })
  await iam('TagOpenIDConnectProvider', { ...named, Tags: [{ Key: 'x', Value: 'y' }] })
  await iam('UntagOpenIDConnectProvider', { ...named, TagKeys: ['team'] })
  const got = await iam('GetOpenIDConnectProvider', named)
  assert.equal(got.Url, 'id.example.com/realms/one')
  assert.deepEqual(got.ClientIDList, ['b', 'c'])
  assert.deepEqual(got.ThumbprintList, ['ab'.repeat(20)])
  assert.deepEqual(got.Tags, [{ Key: 'x', Value: 'y' }])
  const listed = await iam('ListOpenIDConnectProviders')
  assert.deepEqual(listed.OpenIDConnectProviderList, [{ Arn: arn }])
  await account.refuses(
    ['iam', 'CreateOpenIDConnectProvider', { Url: 'https://id.example.com/realms/one' }],
    'EntityAlreadyExists',
    409,
    'Provider with url https://id.example.com/realms/one already exists.',
  )
  await iam('DeleteOpenIDConnectProvider', named)
  await iam('DeleteOpenIDConnectProvider', named)
  await account.refuses(
    ['iam', 'GetOpenIDConnectProvider', named],
    'NoSuchEntity',
    404,
    `OpenIDConnect Provider not found for arn ${arn}`,
  )
})

test('what no provider can be is refused', async () => {
  const create = (input: object) => ['iam', 'CreateOpenIDConnectProvider', input] as const
  for (const Url of [
    'http://id.example.com',
    'https://id.example.com?x=1',
    'ftp://id.example.com',
    'nonsense',
    'https://user@id.example.com',
  ])
    await account.refuses(create({ Url }), 'ValidationError', 400, /Invalid Open ID Connect/)
  const Url = 'https://id.example.com'
  const many = Array.from({ length: 101 }, (_, i) => `client-${i}`)
  await account.refuses(
    create({ Url, ClientIDList: many }),
    'LimitExceeded',
    409,
    'Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: 100',
  )
  const prints = Array.from({ length: 6 }, () => 'a'.repeat(40))
  await account.refuses(create({ Url, ThumbprintList: prints }), 'InvalidInput', 400, /Thumbprint/)
  const wrong = { Url, ThumbprintList: ['g'.repeat(40)] }
  await account.refuses(create(wrong), 'ValidationError', 400, /Thumbprint/)
  assert.deepEqual((await account.iam('ListOpenIDConnectProviders')).OpenIDConnectProviderList, [])
})
