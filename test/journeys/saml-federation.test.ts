import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { LookupEventsCommand } from '@aws-sdk/client-cloudtrail'
import { AssumeRoleWithSAMLCommand, STSClient } from '@aws-sdk/client-sts'
import { type Account, allow, keysOf, openAccount, policy } from '../account.ts'
import { type ResponseOptions, type SamlIdp, samlIdp } from '../saml-idp.ts'

const attributes = 'https://aws.amazon.com/SAML/Attributes/'
const provider = 'arn:aws:iam::000000000000:saml-provider/corp'
const role = 'arn:aws:iam::000000000000:role/staff'
const named = {
  [`${attributes}Role`]: [`${role},${provider}`],
  [`${attributes}RoleSessionName`]: ['jo@example.com'],
}

const trust = (Condition?: object) =>
  policy({
    Effect: 'Allow',
    Principal: { Federated: provider },
    Action: ['sts:AssumeRoleWithSAML', 'sts:TagSession', 'sts:SetSourceIdentity'],
    Condition,
  })

async function corporation(): Promise<{ account: Account; idp: SamlIdp }> {
  const account = await openAccount('--test-clock')
  const idp = samlIdp()
  await account.iam('CreateSAMLProvider', { Name: 'corp', SAMLMetadataDocument: idp.metadata })
  await account.iam('CreateRole', { RoleName: 'staff', AssumeRolePolicyDocument: trust() })
  return { account, idp }
}

/** Unsigned, as browsers and CLIs call it. */
async function assume(account: Account, SAMLAssertion: string, more: object = {}) {
  const nobody = { accessKeyId: '', secretAccessKey: '' }
  const options = { endpoint: account.house.url, region: 'us-east-1', maxAttempts: 1 }
  const client = new STSClient({ ...options, credentials: nobody })
  try {
    const input = { RoleArn: role, PrincipalArn: provider, SAMLAssertion, ...more }
    return await client.send(new AssumeRoleWithSAMLCommand(input))
  } finally {
    client.destroy()
  }
}

const refusedAs = (name: string, text?: RegExp) => (error: Error) => {
  assert.equal(error.name, name, error.message)
  if (text !== undefined) assert.match(error.message, text)
  return true
}

test('an assertion opens a session with the name, tags and limits that it carries', async (t) => {
  const { account, idp } = await corporation()
  t.after(() => account.close())
  const response = idp.response({
    attributes: {
      ...named,
      [`${attributes}PrincipalTag:team`]: ['blue'],
      [`${attributes}TransitiveTagKeys`]: ['team'],
      [`${attributes}SourceIdentity`]: ['jo'],
      [`${attributes}SessionDuration`]: ['1800'],
      'urn:oid:0.9.2342.19200300.100.1.3': ['jo@example.com'],
    },
  })
  await account.iam('UpdateAssumeRolePolicy', {
    RoleName: 'staff',
    PolicyDocument: trust({
      StringEquals: {
        'saml:aud': 'https://signin.aws.amazon.com/saml',
        'saml:iss': 'https://idp.example.com/metadata',
        'saml:sub_type': 'persistent',
        'saml:doc': '000000000000/corp',
        'aws:RequestTag/team': 'blue',
        'sts:SourceIdentity': 'jo',
        'sts:RoleSessionName': 'jo@example.com',
      },
      'ForAnyValue:StringEquals': { 'saml:mail': 'jo@example.com' },
    }),
  })
  const out = await assume(account, response)
  assert.equal(out.Subject, 'somebody@example.com')
  assert.equal(out.SubjectType, 'persistent')
  assert.equal(out.Issuer, 'https://idp.example.com/metadata')
  assert.equal(out.Audience, 'https://signin.aws.amazon.com/saml')
  const qualifier = createHash('sha1')
    .update('https://idp.example.com/metadata000000000000/corp')
    .digest('base64')
  assert.equal(out.NameQualifier, qualifier)
  assert.equal(out.SourceIdentity, 'jo')
  assert.match(out.AssumedRoleUser!.Arn!, /assumed-role\/staff\/jo@example\.com$/)
  const left = out.Credentials!.Expiration!.getTime() - Date.now()
  assert.ok(left > 1_700_000 && left < 1_810_000, String(left))

  await account.iam('PutRolePolicy', {
    RoleName: 'staff',
    PolicyName: 'own',
    PolicyDocument: policy({
      ...allow('iam:ListUsers'),
      Condition: {
        StringEquals: {
          'aws:PrincipalTag/team': 'blue',
          'saml:sub': 'somebody@example.com',
          'saml:namequalifier': qualifier,
          'aws:SourceIdentity': 'jo',
          'aws:FederatedProvider': provider,
        },
        // What only the assertion said is not known any more.
        Null: { 'saml:aud': 'true', 'saml:iss': 'true' },
      },
    }),
  })
  await account.iam('ListUsers', {}, keysOf(out as never))

  const events = await account.house.as().cloudtrail.send(
    new LookupEventsCommand({
      LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: 'AssumeRoleWithSAML' }],
    }),
  )
  const record = JSON.parse(events.Events![0]!.CloudTrailEvent!)
  assert.equal(record.userIdentity.type, 'SAMLUser')
  assert.equal(record.userIdentity.identityProvider, provider)
  assert.ok(!JSON.stringify(record).includes(response.slice(0, 60)), 'the assertion is a secret')
})

test('what the provider did not sign, or not for now, or not for us, opens nothing', async (t) => {
  const { account, idp } = await corporation()
  t.after(() => account.close())
  const send = (options: Partial<ResponseOptions>, more?: object) =>
    assume(account, idp.response({ attributes: named, ...options }), more)
  const invalid = (text: RegExp) => refusedAs('InvalidIdentityTokenException', text)
  const bad = invalid(/^Response signature invalid$/)

  await send({})
  await send({ signs: 'response' })
  await assert.rejects(send({ signs: 'none' }), bad)
  const forged = (xml: string) => xml.replace('somebody@example.com', 'root@example.com')
  await assert.rejects(send({ tamper: forged }), bad)
  await assert.rejects(send({ signs: 'response', tamper: forged }), bad)
  // Signature wrapping: the signed assertion is moved away, and another one put into its place.
  const wrap = (xml: string) => {
    const start = xml.indexOf('<saml:Assertion')
    const end = xml.indexOf('</saml:Assertion>') + '</saml:Assertion>'.length
    const signed = xml.slice(start, end)
    const evil = signed
      .replace(/<Signature.*<\/Signature>/s, '')
      .replace('ID="_a1"', 'ID="_evil"')
      .replace('somebody@example.com', 'root@example.com')
    const [signature = ''] = /<Signature.*<\/Signature>/s.exec(signed) ?? []
    const inside = evil.replace('</saml:Issuer>', `</saml:Issuer>${signature}`)
    return `${xml.slice(0, start)}${inside}<samlp:Extensions>${signed}</samlp:Extensions>${xml.slice(end)}`
  }
  await assert.rejects(send({ tamper: wrap }), bad)
  const twice = (xml: string) => xml.replace(/(<saml:Assertion.*<\/saml:Assertion>)/s, '$1$1')
  await assert.rejects(send({ tamper: twice }), bad)
  const typed = (xml: string) => `<!DOCTYPE x [<!ENTITY e "e">]>${xml}`
  await assert.rejects(send({ tamper: typed }), bad)
  await assert.rejects(assume(account, samlIdp().response({ attributes: named })), bad)
  await assert.rejects(assume(account, 'not xml at all'), bad)

  const now = Date.now()
  await assert.rejects(
    send({ now: now - 3_600_000 }),
    refusedAs('ExpiredTokenException', /^Token must be redeemed within 5 minutes of issuance$/),
  )
  await assert.rejects(send({ now: now + 3_600_000 }), invalid(/not yet valid/))
  await assert.rejects(
    send({ recipient: 'https://elsewhere.example.com/saml' }),
    invalid(/recipient/),
  )
  await assert.rejects(send({ audience: 'urn:somebody:else' }), invalid(/audience/))
  await assert.rejects(
    send({ issuer: 'https://other' }),
    invalid(/^Issuer not present in specified/),
  )
  const without = { [`${attributes}Role`]: named[`${attributes}Role`]! }
  await assert.rejects(
    send({ attributes: without }),
    invalid(/^RoleSessionName is required in AuthnResponse$/),
  )
  const denied = refusedAs('AccessDenied', /^Not authorized to perform sts:AssumeRoleWithSAML$/)
  const others = { ...named, [`${attributes}Role`]: [`${role}2,${provider}`] }
  await assert.rejects(send({ attributes: others }), denied)
  await assert.rejects(
    send({}, { PrincipalArn: `${provider}2` }),
    invalid(/^Specified provider doesn't exist$/),
  )
  await account.iam('UpdateAssumeRolePolicy', {
    RoleName: 'staff',
    PolicyDocument: trust({ StringEquals: { 'saml:sub': 'nobody' } }),
  })
  await assert.rejects(send({}), denied)
  await account.iam('DeleteRole', { RoleName: 'staff' })
  await assert.rejects(send({}), denied)
})

test('encrypted assertions are opened with a key of the provider, and may be demanded', async (t) => {
  const { account, idp } = await corporation()
  t.after(() => account.close())
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const response = (options: Partial<ResponseOptions>) =>
    idp.response({ attributes: named, ...options })
  const bad = refusedAs('InvalidIdentityTokenException')
  await assert.rejects(assume(account, response({ encryptFor: publicKey })), bad)
  await account.iam('UpdateSAMLProvider', {
    SAMLProviderArn: provider,
    AddPrivateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    AssertionEncryptionMode: 'Required',
  })
  await assume(account, response({ encryptFor: publicKey }))
  await assume(account, response({ encryptFor: publicKey, signs: 'response' }))
  await assert.rejects(assume(account, response({ encryptFor: publicKey, signs: 'none' })), bad)
  await assert.rejects(assume(account, response({})), bad)
})
