import assert from 'node:assert/strict'
import { get } from 'node:http'
import { test } from 'node:test'
import { installCognito, newPool } from '../pools.test-support.ts'

const CertificateArn =
  'arn:aws:acm:us-east-1:000000000000:certificate/00000000-0000-4000-8000-000000000000'

test('a domain answers under its own names and under a path, and no other name does', async (t) => {
  const cognito = await installCognito()
  t.after(() => cognito.close())
  const { house, idp } = cognito
  const { port } = new URL(house.url)
  const UserPoolId = await newPool(cognito)
  await idp.createUserPoolDomain({ UserPoolId, Domain: 'people' })
  await idp.createUserPoolDomain({
    UserPoolId,
    Domain: 'login.example.com',
    CustomDomainConfig: { CertificateArn },
  })
  const ask = (host: string, path: string) =>
    new Promise<string>((resolve, reject) => {
      get(`${house.url}${path}`, { headers: { host } }, (answer) => {
        answer.resume()
        resolve(`${answer.statusCode} ${answer.headers.location ?? ''}`.trim())
      }).on('error', reject)
    })
  const query = '?client_id=nobody&response_type=code'
  const error = 'error?error=Client+does+not+exist.&client_id=nobody'
  const own = `localhost:${port}`
  const path = `/oauth2/authorize${query}`
  const answers = {
    [`people.auth.us-east-1.localhost:${port}`]: `302 /${error}`,
    'People.auth.us-east-1.amazoncognito.com': `302 /${error}`,
    'login.example.com': `302 /${error}`,
    'LOGIN.example.com:8443': `302 /${error}`,
    'nobody.auth.us-east-1.localhost': '404',
  }
  for (const [host, answer] of Object.entries(answers))
    assert.equal(await ask(host, path), answer, host)
  assert.equal(await ask(own, `/_auth/people${path}`), `302 /_auth/people/${error}`)
  assert.equal(
    await ask(own, `/_auth/login.example.com${path}`),
    `302 /_auth/login.example.com/${error}`,
  )
  // Elsewhere these paths are those of buckets and the like.
  for (const host of [own, 'other.example.com', '127.0.0.1'])
    assert.doesNotMatch(await ask(host, path), /^302/)
  await idp.deleteUserPoolDomain({ UserPoolId, Domain: 'login.example.com' })
  assert.doesNotMatch(await ask('login.example.com', path), /^302/)

  const discovery = await fetch(`${house.url}/${UserPoolId}/.well-known/openid-configuration`)
  const { token_endpoint, issuer } = (await discovery.json()) as Record<string, string>
  assert.equal(token_endpoint, `${house.url}/_auth/people/oauth2/token`)
  assert.equal(issuer, `${house.url}/${UserPoolId}`)
})

test('the host of one pool has no pages of another', async (t) => {
  const cognito = await installCognito('--public-url', 'http://id.example.com')
  t.after(() => cognito.close())
  const { house, idp } = cognito
  const [own, other] = [await newPool(cognito), await newPool(cognito)]
  const CustomDomainConfig = { CertificateArn }
  await idp.createUserPoolDomain({ UserPoolId: own, Domain: 'own' })
  await idp.createUserPoolDomain({ UserPoolId: other, Domain: 'other' })
  const Domain = 'login.example.com'
  await idp.createUserPoolDomain({ UserPoolId: own, Domain, CustomDomainConfig })
  const ask = (host: string, path: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      get(`${house.url}${path}`, { headers: { host } }, (answer) => {
        answer.resume()
        resolve(answer.statusCode)
      }).on('error', reject)
    })
  for (const host of [
    'login.example.com',
    'Login.example.com:80',
    'own.auth.us-east-1.example.com',
  ]) {
    assert.equal(await ask(host, '/error'), 400, host)
    assert.equal(await ask(host, '/_auth/own/error'), 400, host)
    assert.equal(await ask(host, '/_auth/other/error'), 404, host)
  }
  for (const host of ['id.example.com', 'localhost', '[::1]:80', 'own.example.com'])
    assert.equal(await ask(host, '/_auth/other/error'), 400, host)
  for (const host of ['[', 'a@b', 'a/b', 'a b', 'a,b'])
    assert.equal(await ask(host, '/_auth/other/login'), 400, host)
})
