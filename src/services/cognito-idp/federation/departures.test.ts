import assert from 'node:assert/strict'
import { get, type IncomingMessage } from 'node:http'
import { after, before, test } from 'node:test'
import { samlIdp } from '../../../../test/saml-idp.ts'
import { type Cognito, installCognito } from '../pools.test-support.ts'
import { federatedPool } from './federation.test-support.ts'

let cognito: Cognito
before(async () => {
  cognito = await installCognito('--trusted-proxies', '127.0.0.1')
})
after(() => cognito.close())

test('the cookie of a departure comes back from other sites, and from no neighbour', async () => {
  const { house } = cognito
  const pool = await federatedPool(cognito, {
    ProviderName: 'Corp',
    ProviderType: 'SAML',
    ProviderDetails: { MetadataFile: samlIdp().metadata },
  })
  const { pathname, search } = new URL(pool.ask())
  const domain = pathname.split('/')[2]!
  const cookieAt = async (path: string, host: string) => {
    const headers = { host, 'x-forwarded-proto': 'https', 'x-forwarded-for': '10.0.0.1' }
    const answer = new Promise<IncomingMessage>((done) => {
      get(`${house.url}${path}`, { headers }, done)
    })
    const { statusCode, headers: told } = (await answer).resume()
    assert.equal(statusCode, 302)
    return told['set-cookie']![0]!
  }
  const own = await cookieAt(`${pathname}${search}`, new URL(house.url).host)
  assert.match(own, /^cognito-fl=[\w-]{43}; Path=\/_auth\/fed-[\d-]+; .*SameSite=None; Secure$/)
  const host = `${domain}.auth.us-east-1.localhost:${new URL(house.url).port}`
  const whole = await cookieAt(`/oauth2/authorize${search}`, host)
  assert.match(whole, /^__Host-cognito-fl=[\w-]{43}; Path=\/; .*HttpOnly; SameSite=None; Secure$/)
})
