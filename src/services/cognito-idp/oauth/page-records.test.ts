import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CloudTrail } from '@aws-sdk/client-cloudtrail'
import { installCognito, newPool } from '../pools.test-support.ts'

test('the log tells of requests to a domain, and not what was typed', async (t) => {
  const cognito = await installCognito()
  t.after(() => cognito.close())
  const { house, idp } = cognito
  const UserPoolId = await newPool(cognito)
  await idp.createUserPoolDomain({ UserPoolId, Domain: 'logged' })
  const asked = new URLSearchParams({ client_id: 'nobody', state: 'secret-state' })
  await fetch(`${house.url}/_auth/logged/oauth2/authorize?${asked}`, { redirect: 'manual' })
  const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: 'secret-token' })
  await fetch(`${house.url}/_auth/logged/oauth2/token`, { method: 'POST', body })
  const trail = new CloudTrail({
    endpoint: house.url,
    region: 'us-east-1',
    credentials: house.admin,
  })
  const recorded = async (AttributeValue: string) => {
    const { Events } = await trail.lookupEvents({
      LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue }],
    })
    assert.equal(Events!.length, 1)
    assert.doesNotMatch(Events![0]!.CloudTrailEvent!, /secret/)
    return JSON.parse(Events![0]!.CloudTrailEvent!)
  }
  const token = await recorded('Token_POST')
  assert.deepEqual(token.userIdentity, { accountId: '000000000000' })
  assert.deepEqual([token.eventType, token.readOnly], ['AwsServiceEvent', false])
  assert.deepEqual(token.additionalEventData, {
    responseParameters: { status: 400 },
    requestParameters: {
      grant_type: ['refresh_token'],
      refresh_token: ['HIDDEN_DUE_TO_SECURITY_REASONS'],
    },
    userPoolDomain: 'logged',
    userPoolId: UserPoolId,
  })
  const authorize = await recorded('OAuth2_Authorize_GET')
  assert.deepEqual(authorize.additionalEventData.requestParameters, {
    client_id: ['nobody'],
    state: ['HIDDEN_DUE_TO_SECURITY_REASONS'],
  })
  assert.equal(authorize.readOnly, true)
})
