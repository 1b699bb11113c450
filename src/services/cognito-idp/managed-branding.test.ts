import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Cognito, installCognito, newPool, refused } from './pools.test-support.ts'

let cognito: Cognito
let UserPoolId: string
let ClientId: string
before(async () => {
  cognito = await installCognito()
  UserPoolId = await newPool(cognito)
  const { idp } = cognito
  const { UserPoolClient } = await idp.createUserPoolClient({ UserPoolId, ClientName: 'web' })
  ClientId = UserPoolClient!.ClientId!
})
after(() => cognito.close())

test('a style belongs to one client, and changes leave the rest of it alone', async () => {
  const { idp } = cognito
  const logo = { Category: 'FORM_LOGO', ColorMode: 'LIGHT', Extension: 'PNG' } as const
  const made = await idp.createManagedLoginBranding({
    UserPoolId,
    ClientId,
    Settings: { components: { form: { borderRadius: 8 }, pageHeader: { shown: true } } },
    Assets: [{ ...logo, Bytes: Buffer.from('one') }],
  })
  const { ManagedLoginBrandingId } = made.ManagedLoginBranding!
  assert.equal(made.ManagedLoginBranding!.UseCognitoProvidedValues, false)
  await assert.rejects(
    idp.createManagedLoginBranding({ UserPoolId, ClientId }),
    refused('ManagedLoginBrandingExistsException', /already exists/),
  )
  await idp.updateManagedLoginBranding({
    UserPoolId,
    ManagedLoginBrandingId: ManagedLoginBrandingId!,
    Settings: { components: { form: { borderRadius: 4 } } },
    Assets: [{ ...logo, ColorMode: 'DARK', Bytes: Buffer.from('two') }],
  })
  const told = await idp.describeManagedLoginBrandingByClient({ UserPoolId, ClientId })
  assert.deepEqual(told.ManagedLoginBranding!.Settings, {
    components: { form: { borderRadius: 4 }, pageHeader: { shown: true } },
  })
  const assets = told.ManagedLoginBranding!.Assets!
  assert.deepEqual(
    assets.map(({ ColorMode, Bytes }) => [ColorMode, Buffer.from(Bytes!).toString()]),
    [
      ['LIGHT', 'one'],
      ['DARK', 'two'],
    ],
  )
  await assert.rejects(
    idp.updateManagedLoginBranding({
      UserPoolId,
      ManagedLoginBrandingId: ManagedLoginBrandingId!,
      UseCognitoProvidedValues: true,
      Settings: {},
    }),
    refused('InvalidParameterException', /UseCognitoProvidedValues/),
  )
  const of = { UserPoolId, ManagedLoginBrandingId: ManagedLoginBrandingId! }
  await idp.updateManagedLoginBranding({ ...of, UseCognitoProvidedValues: true })
  const plain = await idp.describeManagedLoginBranding(of)
  assert.equal(plain.ManagedLoginBranding!.Settings, undefined)
  await idp.deleteManagedLoginBranding(of)
  await assert.rejects(
    idp.describeManagedLoginBranding(of),
    refused('ResourceNotFoundException', /does not exist/),
  )
})

test('terms are links in languages, one document of a name per client', async () => {
  const { idp } = cognito
  const asked = {
    UserPoolId,
    ClientId,
    TermsName: 'privacy-policy',
    TermsSource: 'LINK',
    Enforcement: 'NONE',
    Links: { 'cognito:default': 'https://example.com/privacy' },
  } as const
  const { Terms } = await idp.createTerms(asked)
  await assert.rejects(idp.createTerms(asked), refused('TermsExistsException', /already exist/))
  await assert.rejects(
    idp.createTerms({ ...asked, TermsName: 'other' }),
    refused('InvalidParameterException', /termsName/),
  )
  const { TermsId } = Terms!
  const of = { UserPoolId, TermsId: TermsId! }
  await assert.rejects(
    idp.updateTerms({ ...of, Links: { 'cognito:german': 'https://example.com/de' } }),
    refused('InvalidParameterException', /cognito:default/),
  )
  const Links = { ...asked.Links, 'cognito:german': 'https://example.com/de' }
  await idp.updateTerms({ ...of, Links })
  assert.deepEqual((await idp.describeTerms(of)).Terms!.Links, Links)
  const byClient = await idp.describeTermsByClient({
    UserPoolId,
    ClientId,
    TermsName: 'privacy-policy',
  })
  assert.equal(byClient.Terms!.TermsId, TermsId)
  assert.equal((await idp.listTerms({ UserPoolId })).Terms!.length, 1)
  await idp.deleteTerms(of)
  assert.deepEqual((await idp.listTerms({ UserPoolId })).Terms, [])
})
