import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Cognito, installCognito, newPool, refused } from './pools.test-support.ts'

let cognito: Cognito
before(async () => {
  cognito = await installCognito()
})
after(() => cognito.close())

const CertificateArn = 'arn:aws:acm:us-east-1:123456789012:certificate/one'

test('nobody takes the name of the installation itself', async (t) => {
  const named = await installCognito('--public-url', 'https://login.example.com')
  t.after(() => named.close())
  const UserPoolId = await newPool(named)
  const CustomDomainConfig = {
    CertificateArn:
      'arn:aws:acm:us-east-1:000000000000:certificate/00000000-0000-4000-8000-000000000000',
  }
  await assert.rejects(
    named.idp.createUserPoolDomain({ UserPoolId, Domain: 'login.example.com', CustomDomainConfig }),
    refused('InvalidParameterException', /itself is reached/),
  )
  const Domain = 'auth.example.com'
  await named.idp.createUserPoolDomain({ UserPoolId, Domain, CustomDomainConfig })
})

test('a pool has a prefix and a custom domain, and neither twice', async () => {
  const { idp } = cognito
  const UserPoolId = await newPool(cognito)
  const made = await idp.createUserPoolDomain({ UserPoolId, Domain: 'people' })
  assert.equal(made.CloudFrontDomain, undefined)
  const custom = await idp.createUserPoolDomain({
    UserPoolId,
    Domain: 'login.example.com',
    CustomDomainConfig: { CertificateArn },
    ManagedLoginVersion: 2,
  })
  assert.match(custom.CloudFrontDomain!, /^d[a-z0-9]{13}\.cloudfront\.net$/)
  const { UserPool } = await idp.describeUserPool({ UserPoolId })
  assert.equal(UserPool!.Domain, 'people')
  assert.equal(UserPool!.CustomDomain, 'login.example.com')
  const { DomainDescription } = await idp.describeUserPoolDomain({ Domain: 'login.example.com' })
  assert.equal(DomainDescription!.UserPoolId, UserPoolId)
  assert.equal(DomainDescription!.Status, 'ACTIVE')
  assert.equal(DomainDescription!.ManagedLoginVersion, 2)
  await assert.rejects(
    idp.createUserPoolDomain({ UserPoolId, Domain: 'folk' }),
    refused('InvalidParameterException', /already has a domain/),
  )
  await assert.rejects(
    idp.createUserPoolDomain({ UserPoolId: await newPool(cognito), Domain: 'people' }),
    refused('InvalidParameterException', 'Domain already associated with another user pool.'),
  )
  await assert.rejects(
    idp.deleteUserPool({ UserPoolId }),
    refused('InvalidParameterException', /domain configured that should be deleted first/),
  )
  await idp.updateUserPoolDomain({ UserPoolId, Domain: 'people', ManagedLoginVersion: 2 })
  for (const Domain of ['people', 'login.example.com'])
    await idp.deleteUserPoolDomain({ UserPoolId, Domain })
  assert.deepEqual((await idp.describeUserPoolDomain({ Domain: 'people' })).DomainDescription, {})
  await idp.deleteUserPool({ UserPoolId })
})

test('names that no domain may have are refused', async () => {
  const { idp } = cognito
  const UserPoolId = await newPool(cognito, { UserPoolTier: 'LITE' })
  for (const [input, code, message] of [
    [{ Domain: 'my-cognito' }, 'InvalidParameterException', /reserved word: cognito/],
    [{ Domain: 'a.b' }, 'InvalidParameterException', /not a valid domain prefix/],
    [
      { Domain: 'login', CustomDomainConfig: { CertificateArn } },
      'InvalidParameterException',
      /not a valid custom domain/,
    ],
    [
      {
        Domain: 'a.example.com',
        CustomDomainConfig: { CertificateArn: CertificateArn.replace('us-east', 'eu-west') },
      },
      'InvalidParameterException',
      /us-east-1/,
    ],
    [{ Domain: 'lite', ManagedLoginVersion: 2 }, 'FeatureUnavailableInTierException', /LITE/],
  ] as const)
    await assert.rejects(idp.createUserPoolDomain({ UserPoolId, ...input }), refused(code, message))
})

const png = Buffer.from('89504e470d0a1a0a0000000d', 'hex')

test('classic pages take a logo and the classes that they have', async () => {
  const { idp, house } = cognito
  const UserPoolId = await newPool(cognito)
  const CSS = '.label-customizable, .logo-customizable { color: #123456; }'
  await assert.rejects(
    idp.setUICustomization({ UserPoolId, CSS }),
    refused('InvalidParameterException', /existing domain/),
  )
  await idp.createUserPoolDomain({ UserPoolId, Domain: 'looks' })
  for (const bad of [
    '.other { color: red }',
    '@import "x";',
    '.label-customizable { background: url(http://example.com) }',
    '.label-customizable { color: red } </style>',
    '.label-customizable {',
  ])
    await assert.rejects(
      idp.setUICustomization({ UserPoolId, CSS: bad }),
      refused('InvalidParameterException', /CSS/),
    )
  await assert.rejects(
    idp.setUICustomization({ UserPoolId, ImageFile: Buffer.from('GIF89a') }),
    refused('InvalidParameterException', /PNG or JPEG/),
  )
  const { UICustomization } = await idp.setUICustomization({ UserPoolId, CSS, ImageFile: png })
  assert.equal(UICustomization!.ClientId, 'ALL')
  assert.equal(UICustomization!.CSS, CSS)
  const answer = await fetch(UICustomization!.ImageUrl!)
  assert.equal(answer.headers.get('content-type'), 'image/png')
  assert.deepEqual(Buffer.from(await answer.arrayBuffer()), png)
  const missing = await fetch(`${house.url}/${UserPoolId}/ui/other/logo`)
  assert.equal(missing.status, 404)
  const { UserPoolClient } = await idp.createUserPoolClient({ UserPoolId, ClientName: 'web' })
  const { ClientId } = UserPoolClient!
  const told = await idp.getUICustomization({ UserPoolId, ClientId: ClientId! })
  assert.equal(told.UICustomization!.CSS, CSS)
})
