import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { after, before, test } from 'node:test'
import { type Account, openAccount } from '../../../test/account.ts'
import { samlIdp } from '../../../test/saml-idp.ts'

let account: Account
before(async () => {
  account = await openAccount()
})
after(() => account.close())

const SAMLProviderArn = 'arn:aws:iam::000000000000:saml-provider/Corp'
const SAMLMetadataDocument = samlIdp().metadata
const newKey = () =>
  generateKeyPairSync('rsa', { modulusLength: 2048 })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString()

test('a provider is registered, changed, tagged and deleted', async () => {
  const { iam } = account
  const made = await iam('CreateSAMLProvider', { Name: 'Corp', SAMLMetadataDocument })
  assert.equal(made.SAMLProviderArn, SAMLProviderArn)
  await account.refuses(
    ['iam', 'CreateSAMLProvider', { Name: 'corp', SAMLMetadataDocument }],
    'EntityAlreadyExists',
    409,
    'SAMLProvider with name corp already exists.',
  )
  const until = '2031-01-02T03:04:05Z'
  const limited = SAMLMetadataDocument.replace('entityID=', `validUntil="${until}" entityID=`)
  await iam('UpdateSAMLProvider', { SAMLProviderArn, SAMLMetadataDocument: limited })
  await iam('TagSAMLProvider', { SAMLProviderArn, Tags: [{ Key: 'x', Value: 'y' }] })
  const got = await iam('GetSAMLProvider', { SAMLProviderArn })
  assert.equal(got.SAMLMetadataDocument, limited)
  assert.equal(got.ValidUntil.toISOString(), '2031-01-02T03:04:05.000Z')
  assert.deepEqual(got.Tags, [{ Key: 'x', Value: 'y' }])
  assert.match(got.SAMLProviderUUID, /^[0-9a-f-]{36}$/)
  const [listed] = (await iam('ListSAMLProviders')).SAMLProviderList
  assert.equal(listed.Arn, SAMLProviderArn)

  const AssertionEncryptionMode = 'Required'
  const keyless = { SAMLProviderArn, AssertionEncryptionMode }
  await account.refuses(['iam', 'UpdateSAMLProvider', keyless], 'InvalidInput', 400, /private key/)
  await iam('UpdateSAMLProvider', { ...keyless, AddPrivateKey: newKey() })
  await iam('UpdateSAMLProvider', { SAMLProviderArn, AddPrivateKey: newKey() })
  const third = { SAMLProviderArn, AddPrivateKey: newKey() }
  await account.refuses(['iam', 'UpdateSAMLProvider', third], 'LimitExceeded', 409, /quota/)
  const { PrivateKeyList } = await iam('GetSAMLProvider', { SAMLProviderArn })
  assert.equal(PrivateKeyList.length, 2)
  const RemovePrivateKey = PrivateKeyList[0].KeyId
  await iam('UpdateSAMLProvider', { SAMLProviderArn, RemovePrivateKey })
  await account.refuses(
    ['iam', 'UpdateSAMLProvider', { SAMLProviderArn, RemovePrivateKey }],
    'NoSuchEntity',
    404,
    /cannot be found/,
  )
  const { SummaryMap } = await iam('GetAccountSummary')
  assert.equal(SummaryMap.Providers, 1)
  await iam('DeleteSAMLProvider', { SAMLProviderArn })
  await account.refuses(
    ['iam', 'DeleteSAMLProvider', { SAMLProviderArn }],
    'NoSuchEntity',
    404,
    /not found/,
  )
})

test('what describes no identity provider is refused', async () => {
  const create = (document: string, more = {}) =>
    ['iam', 'CreateSAMLProvider', { Name: 'x', SAMLMetadataDocument: document, ...more }] as const
  const pad = ' '.repeat(1_000)
  for (const document of [
    `nonsense${pad}`,
    `<a>${pad}</b>`,
    `<!DOCTYPE x [<!ENTITY e "e">]>${SAMLMetadataDocument}`,
    SAMLMetadataDocument.replaceAll('IDPSSODescriptor', 'SPSSODescriptor'),
    SAMLMetadataDocument.replace(/<X509Certificate>.*<\/X509Certificate>/s, ''),
    SAMLMetadataDocument.replace(/(<X509Certificate>).*(<\/X509Certificate>)/s, '$1AAAA$2'),
  ])
    await account.refuses(create(document), 'InvalidInput', 400, 'Could not parse metadata')
  const key = { AddPrivateKey: 'no key' }
  await account.refuses(create(SAMLMetadataDocument, key), 'InvalidInput', 400, /private key/)
})
