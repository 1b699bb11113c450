import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Caller, type Founded, type Land, openLand } from '../../../test/organization.ts'

let land: Land
let org: Founded
let member: Caller
before(async () => {
  land = await openLand()
  org = await land.found('700000000001')
  member = await org.admit('700000000002')
})
after(() => land.close())

const ServicePrincipal = 'guardduty.amazonaws.com'
const registering = { AccountId: '700000000002', ServicePrincipal }

test('trusted services are enabled, listed and disabled', async () => {
  await org.refuses(
    'EnableAWSServiceAccess',
    { ServicePrincipal: 'guardduty' },
    'InvalidInputException',
    'UNRECOGNIZED_SERVICE_PRINCIPAL',
  )
  for (const name of ['sso', 'config']) {
    await org('EnableAWSServiceAccess', { ServicePrincipal: `${name}.amazonaws.com` })
  }
  const list = async (more: object = {}) => org('ListAWSServiceAccessForOrganization', more)
  const first = await list({ MaxResults: 1 })
  const { NextToken } = first
  const second = await list({ NextToken })
  assert.deepEqual(
    [...first.EnabledServicePrincipals, ...second.EnabledServicePrincipals].map(
      (entry: { ServicePrincipal: string }) => entry.ServicePrincipal,
    ),
    ['config.amazonaws.com', 'sso.amazonaws.com'],
  )
  await org('DisableAWSServiceAccess', { ServicePrincipal: 'sso.amazonaws.com' })
  assert.equal((await list()).EnabledServicePrincipals.length, 1)
})

test('a delegated administrator may read the organization, and changes nothing', async () => {
  const register = ['RegisterDelegatedAdministrator', registering] as const
  await org.refuses(...register, 'ConstraintViolationException', 'SERVICE_ACCESS_NOT_ENABLED')
  await org('EnableAWSServiceAccess', { ServicePrincipal })
  await org.refuses(
    'RegisterDelegatedAdministrator',
    { ...registering, AccountId: org.account },
    'ConstraintViolationException',
    'CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR',
  )
  await member.refuses('ListAccounts', {}, 'AccessDeniedException')
  await org(...register)
  await org.refuses(...register, 'AccountAlreadyRegisteredException')
  assert.equal((await member('ListAccounts')).Accounts.length, 2)
  await member.refuses(
    'CreateOrganizationalUnit',
    { ParentId: org.root, Name: 'x' },
    'AccessDeniedException',
  )
  await member.refuses(
    'CreatePolicy',
    { Type: 'TAG_POLICY', Name: 'x', Description: '', Content: '{"tags":{}}' },
    'AccessDeniedException',
  )
  const { DelegatedAdministrators } = await org('ListDelegatedAdministrators', { ServicePrincipal })
  assert.equal(DelegatedAdministrators[0].Id, '700000000002')
  assert.ok(DelegatedAdministrators[0].DelegationEnabledDate instanceof Date)
  const { DelegatedServices } = await org('ListDelegatedServicesForAccount', {
    AccountId: '700000000002',
  })
  assert.equal(DelegatedServices[0].ServicePrincipal, ServicePrincipal)
  await member.refuses(
    'LeaveOrganization',
    {},
    'ConstraintViolationException',
    'CANNOT_REMOVE_DELEGATED_ADMINISTRATOR_FROM_ORG',
  )
  await org('DeregisterDelegatedAdministrator', registering)
  await org.refuses(
    'DeregisterDelegatedAdministrator',
    registering,
    'AccountNotRegisteredException',
  )
  await member.refuses('ListAccounts', {}, 'AccessDeniedException')
})
