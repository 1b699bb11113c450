import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import * as AccessAnalyzer from '@aws-sdk/client-accessanalyzer'
import { CreateRoleCommand } from '@aws-sdk/client-iam'
import { trusting } from '../../../test/account.ts'
import { type Caller, type Founded, type Land, openLand } from '../../../test/organization.ts'

const management = '710000000001'
const member = '710000000002'
const outsider = '710000000003'
const ServicePrincipal = 'access-analyzer.amazonaws.com'

let land: Land
let org: Founded
let guest: Caller
before(async () => {
  land = await openLand()
  org = await land.found(management)
  guest = await org.admit(member)
})
after(() => land.close())

// biome-ignore lint/suspicious/noExplicitAny: a test asserts the shape that it expects
type Loose = any
const keys = (account: string) => ({ accessKeyId: account, secretAccessKey: 'any' })
const as = (account: string, operation: string, input: object = {}): Promise<Loose> => {
  const commands = AccessAnalyzer as unknown as Record<string, new (i: object) => never>
  const client = land.house.as(keys(account)).accessanalyzer as {
    send(command: never): Promise<Loose>
  }
  return client.send(new commands[`${operation}Command`]!(input))
}
const role = (account: string, RoleName: string, trusted: string) => {
  const AssumeRolePolicyDocument = trusting(`arn:aws:iam::${trusted}:root`)
  const command = new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument })
  return land.house.as(keys(account)).iam.send(command)
}
const organization = { analyzerName: 'org', type: 'ORGANIZATION' }
const refuses = async (account: string, message: RegExp) => {
  await assert.rejects(as(account, 'CreateAnalyzer', organization), (error: Loose) => {
    assert.equal(error.name, 'ValidationException')
    assert.match(error.message, message)
    return true
  })
}

test('an analyzer of the organization needs an organization that trusts the service', async () => {
  await refuses(outsider, /You must create an organization/)
  await refuses(management, /^Service not enabled for AWS Organizations$/)
  await org('EnableAWSServiceAccess', { ServicePrincipal })
  await refuses(member, /delegated administrators/)
})

test('its zone of trust is the organization, that of an account is the account', async () => {
  await role(management, 'inside', member)
  await role(member, 'within', management)
  await role(member, 'beyond', outsider)
  const { arn: analyzerArn } = await as(management, 'CreateAnalyzer', organization)
  const { findings } = await as(management, 'ListFindings', { analyzerArn })
  assert.deepEqual(
    findings.map((one: Loose) => [one.resource, one.resourceOwnerAccount, one.principal.AWS]),
    [[`arn:aws:iam::${member}:role/beyond`, member, outsider]],
  )
  const own = await as(member, 'CreateAnalyzer', { analyzerName: 'own', type: 'ACCOUNT' })
  const mine = await as(member, 'ListFindings', { analyzerArn: own.arn })
  assert.deepEqual(mine.findings.map((one: Loose) => one.principal.AWS).sort(), [
    management,
    outsider,
  ])
  await assert.rejects(
    as(management, 'CreateAccessPreview', {
      analyzerArn,
      configurations: { 'arn:aws:s3:::b': { s3Bucket: {} } },
    }),
    { name: 'ValidationException' },
  )
})

test('who leaves is a stranger, and who comes is not', async () => {
  const open = async () => {
    const { analyzer } = await as(management, 'GetAnalyzer', { analyzerName: 'org' })
    const filter = { status: { eq: ['ACTIVE'] } }
    const { findings } = await as(management, 'ListFindings', { analyzerArn: analyzer.arn, filter })
    return findings.map((one: Loose) => one.resource.split(/[:/]/).at(-1)).sort()
  }
  assert.deepEqual(await open(), ['beyond'])
  await org.admit(outsider)
  assert.deepEqual(await open(), [])
  await org('RemoveAccountFromOrganization', { AccountId: member })
  assert.deepEqual(await open(), ['inside'])
  await org.admit(member)
  await org('RemoveAccountFromOrganization', { AccountId: outsider })
  assert.deepEqual(await open(), ['beyond'])
})

test('five of a type; a delegated administrator may, and its analyzers rest without it', async () => {
  for (let i = 1; i < 5; i++)
    await as(management, 'CreateAnalyzer', { analyzerName: `org${i}`, type: 'ORGANIZATION' })
  await assert.rejects(
    as(management, 'CreateAnalyzer', { analyzerName: 'org5', type: 'ORGANIZATION' }),
    { name: 'ServiceQuotaExceededException' },
  )
  const delegation = { AccountId: member, ServicePrincipal }
  await org('RegisterDelegatedAdministrator', delegation)
  await as(member, 'CreateAnalyzer', {
    analyzerName: 'unused',
    type: 'ORGANIZATION_UNUSED_ACCESS',
    configuration: {
      unusedAccess: { analysisRule: { exclusions: [{ accountIds: [management] }] } },
    },
  })
  const status = async (account: string, analyzerName: string) => {
    const { analyzer } = await as(account, 'GetAnalyzer', { analyzerName })
    return [analyzer.status, analyzer.statusReason?.code]
  }
  assert.deepEqual(await status(member, 'unused'), ['ACTIVE', undefined])
  await org('DeregisterDelegatedAdministrator', delegation)
  assert.deepEqual(await status(member, 'unused'), [
    'DISABLED',
    'DELEGATED_ADMINISTRATOR_DEREGISTERED',
  ])
  await org('DisableAWSServiceAccess', { ServicePrincipal })
  assert.deepEqual(await status(management, 'org'), ['DISABLED', 'AWS_SERVICE_ACCESS_DISABLED'])
  assert.ok(guest)
})
