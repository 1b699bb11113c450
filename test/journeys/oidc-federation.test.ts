import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { AssumeRoleWithWebIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { createRemoteJWKSet, decodeJwt, jwtVerify, SignJWT } from 'jose'
import { type Account, allow, keysOf, openAccount, policy } from '../account.ts'
import { oidcServer } from '../oidc-server.ts'

const role = 'arn:aws:iam::000000000000:role/ci'
const nameOf = (issuer: string) => issuer.replace(/^https?:\/\//, '')
const providerOf = (issuer: string) => `arn:aws:iam::000000000000:oidc-provider/${nameOf(issuer)}`

const trust = (issuer: string, Condition?: object) =>
  policy({
    Effect: 'Allow',
    Principal: { Federated: providerOf(issuer) },
    Action: ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession', 'sts:SetSourceIdentity'],
    Condition,
  })

async function assume(account: Account, WebIdentityToken: string, more: object = {}) {
  const nobody = { accessKeyId: '', secretAccessKey: '' }
  const options = { endpoint: account.house.url, region: 'us-east-1', maxAttempts: 1 }
  const client = new STSClient({ ...options, credentials: nobody })
  try {
    const input = { RoleArn: role, RoleSessionName: 'build', WebIdentityToken, ...more }
    return await client.send(new AssumeRoleWithWebIdentityCommand(input))
  } finally {
    client.destroy()
  }
}

const refusedAs = (name: string, text?: RegExp) => (error: Error) => {
  assert.equal(error.name, name, error.message)
  if (text !== undefined) assert.match(error.message, text)
  return true
}

test('a token of a foreign OIDC server opens a session, and its claims decide', async (t) => {
  const server = await oidcServer({
    repository: 'org/repo',
    amr: ['machine', 'password'],
    'https://aws.amazon.com/tags': {
      principal_tags: { team: ['blue'] },
      transitive_tag_keys: ['team'],
    },
    'https://aws.amazon.com/source_identity': 'robot',
  })
  const account = await openAccount('--test-clock')
  t.after(() => Promise.all([account.close(), server.close()]))
  const issuer = nameOf(server.issuer)
  await account.iam('CreateOpenIDConnectProvider', {
    Url: server.issuer,
    ClientIDList: ['sts.amazonaws.com'],
  })
  await account.iam('CreateRole', {
    RoleName: 'ci',
    AssumeRolePolicyDocument: trust(server.issuer, {
      StringEquals: {
        [`${issuer}:aud`]: 'sts.amazonaws.com',
        [`${issuer}:sub`]: 'machine',
        [`${issuer}:repository`]: 'org/repo',
        'aws:RequestTag/team': 'blue',
      },
      'ForAllValues:StringEquals': { [`${issuer}:amr`]: ['machine', 'password'] },
    }),
  })
  const token = await server.token('sts.amazonaws.com')
  const out = await assume(account, token, { DurationSeconds: 900 })
  assert.equal(out.SubjectFromWebIdentityToken, 'machine')
  assert.equal(out.Audience, 'sts.amazonaws.com')
  assert.equal(out.Provider, providerOf(server.issuer))
  assert.equal(out.SourceIdentity, 'robot')
  assert.match(out.AssumedRoleUser!.AssumedRoleId!, /^AROA[A-Z2-7]{17}:build$/)

  await account.iam('PutRolePolicy', {
    RoleName: 'ci',
    PolicyName: 'own',
    PolicyDocument: policy({
      ...allow('iam:ListUsers'),
      Condition: {
        StringEquals: {
          [`${issuer}:sub`]: 'machine',
          'aws:PrincipalTag/team': 'blue',
          'aws:FederatedProvider': providerOf(server.issuer),
        },
        Null: { [`${issuer}:repository`]: 'true' },
      },
    }),
  })
  await account.iam('ListUsers', {}, keysOf(out as never))

  const denied = refusedAs(
    'AccessDenied',
    /^Not authorized to perform sts:AssumeRoleWithWebIdentity$/,
  )
  const invalid = (text: RegExp) => refusedAs('InvalidIdentityTokenException', text)
  await account.iam('UpdateAssumeRolePolicy', {
    RoleName: 'ci',
    PolicyDocument: trust(server.issuer, { StringEquals: { [`${issuer}:repository`]: 'other' } }),
  })
  await assert.rejects(assume(account, token), denied)
  await assert.rejects(assume(account, token, { RoleArn: `${role}2` }), denied)
  await assert.rejects(
    assume(account, await server.token('another')),
    invalid(/^Incorrect token audience$/),
  )
  await account.iam('UpdateAssumeRolePolicy', {
    RoleName: 'ci',
    PolicyDocument: trust(server.issuer),
  })
  await assume(account, token)

  // A forger knows everything but the key.
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const forge = (header: { alg: string; kid?: string }, key: Uint8Array | typeof privateKey) =>
    new SignJWT({ ...decodeJwt(token) }).setProtectedHeader(header).sign(key)
  await assert.rejects(
    assume(account, await forge({ alg: 'RS256' }, privateKey)),
    invalid(/not signed correctly/),
  )
  await assert.rejects(
    assume(account, await forge({ alg: 'HS256' }, new Uint8Array(32))),
    invalid(/not signed correctly/),
  )
  const [, claims] = token.split('.')
  const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${claims}.`
  await assert.rejects(assume(account, unsigned), refusedAs('InvalidIdentityTokenException'))
  await assert.rejects(
    assume(account, 'an access token'),
    invalid(/is not a valid JWT\. \(You may see this error if you sent an Access Token\)$/),
  )
  const stranger = await new SignJWT({ iss: 'https://nobody.example.com', sub: 'x' })
    .setProtectedHeader({ alg: 'RS256' })
    .sign(privateKey)
  await assert.rejects(
    assume(account, stranger),
    invalid(/^No OpenIDConnect provider found in your account for https:\/\/nobody\.example\.com$/),
  )
  // Keys change: the unknown one is looked for.
  await account.house.ask('POST', 'clock', { body: { advanceSeconds: 60 } })
  await server.rotate()
  const last = await server.token('sts.amazonaws.com')
  await assume(account, last)
  await account.house.ask('POST', 'clock', { body: { advanceSeconds: 100_000 } })
  await assert.rejects(
    assume(account, last),
    refusedAs('ExpiredTokenException', /^Token expired: current date\/time \d+ must be before/),
  )
})

test('a certificate that nobody knows counts by its thumbprint', async (t) => {
  const server = await oidcServer({}, { tls: true })
  const account = await openAccount()
  t.after(() => Promise.all([account.close(), server.close()]))
  const { OpenIDConnectProviderArn } = await account.iam('CreateOpenIDConnectProvider', {
    Url: server.issuer,
    ClientIDList: ['app'],
    ThumbprintList: ['a'.repeat(40)],
  })
  await account.iam('CreateRole', {
    RoleName: 'ci',
    AssumeRolePolicyDocument: trust(server.issuer),
  })
  const token = await server.token('app')
  await assert.rejects(
    assume(account, token),
    refusedAs('InvalidIdentityTokenException', /^Couldn't retrieve verification key/),
  )
  const { X509Certificate } = await import('node:crypto')
  const { fingerprint } = new X509Certificate(server.certificate!.pem)
  await account.iam('UpdateOpenIDConnectProviderThumbprint', {
    OpenIDConnectProviderArn,
    ThumbprintList: [fingerprint.replaceAll(':', '')],
  })
  await assume(account, token)
})

test('an account issues tokens that services outside verify with its published keys', async (t) => {
  const account = await openAccount('--test-clock')
  t.after(() => account.close())
  const keys = await account.user('jo', 'sts:GetWebIdentityToken', 'sts:TagGetWebIdentityToken')
  const ask = (more: object = {}) =>
    account.sts(
      'GetWebIdentityToken',
      { Audience: ['https://api.example.com'], SigningAlgorithm: 'RS256', ...more },
      keys,
    )
  await assert.rejects(ask(), refusedAs('OutboundWebIdentityFederationDisabledException'))
  const { IssuerIdentifier: issuer } = await account.iam('EnableOutboundWebIdentityFederation')
  await assert.rejects(
    account.iam('EnableOutboundWebIdentityFederation'),
    refusedAs('FeatureEnabledException'),
  )
  const answer = await fetch(`${issuer}/.well-known/openid-configuration`)
  const discovery = (await answer.json()) as { issuer: string; jwks_uri: string }
  assert.equal(discovery.issuer, issuer)
  const published = createRemoteJWKSet(new URL(discovery.jwks_uri))
  for (const SigningAlgorithm of ['RS256', 'ES384']) {
    const Tags = [{ Key: 'job', Value: '7' }]
    const { WebIdentityToken, Expiration } = await ask({ SigningAlgorithm, Tags })
    const { payload, protectedHeader } = await jwtVerify(WebIdentityToken, published, {
      issuer,
      audience: 'https://api.example.com',
      algorithms: [SigningAlgorithm],
    })
    assert.equal(protectedHeader.alg, SigningAlgorithm)
    assert.equal(payload.sub, 'arn:aws:iam::000000000000:user/jo')
    assert.equal(payload.exp! - payload.iat!, 300)
    assert.equal(Expiration.getTime(), payload.exp! * 1_000)
    assert.deepEqual(payload['https://sts.amazonaws.com/'], {
      aws_account: '000000000000',
      source_region: 'us-east-1',
      request_tags: { job: '7' },
    })
  }
  await account.iam('DisableOutboundWebIdentityFederation')
  assert.equal((await fetch(`${issuer}/.well-known/jwks.json`)).status, 404)
  const again = await account.iam('EnableOutboundWebIdentityFederation')
  assert.equal(again.IssuerIdentifier, issuer)
})
