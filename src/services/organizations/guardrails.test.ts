import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { denying, type Founded, type Land, openLand } from '../../../test/organization.ts'
import type { Policy } from '../../kernel/authorization.ts'

let land: Land
let org: Founded
before(async () => {
  land = await openLand()
  org = await land.found('800000000001')
  await org.admit('800000000002')
})
after(() => land.close())

const membership = (account: string) => land.house.app.house.guardrails.membership(account)
const ids = (levels: readonly (readonly Policy[])[] | undefined) =>
  levels?.map((level) => level.map(({ id }) => id.slice(id.lastIndexOf('/') + 1)))

test('an account of no organization is nowhere', async () => {
  assert.equal(await membership('800000000009'), undefined)
})

test('a member is bound by every level above it, the management account by none', async () => {
  assert.equal((await membership('800000000002'))!.serviceControl, undefined)
  await org.enable('SERVICE_CONTROL_POLICY')
  await org.enable('RESOURCE_CONTROL_POLICY')
  const outer = await org.unit('outer')
  const inner = await org.unit('inner', outer)
  const policy = await org.policy('SERVICE_CONTROL_POLICY', denying('s3:*'))
  await org.attach(policy, outer)
  await org('MoveAccount', {
    AccountId: '800000000002',
    SourceParentId: org.root,
    DestinationParentId: inner,
  })
  const member = (await membership('800000000002'))!
  assert.equal(member.organizationId, org.id)
  assert.equal(member.managementAccount, '800000000001')
  assert.equal(member.path, `${org.id}/${org.root}/${outer}/${inner}/`)
  const full = 'p-FullAWSAccess'
  assert.deepEqual(ids(member.serviceControl), [[full], [full, policy], [full], [full]])
  assert.deepEqual(ids(member.resourceControl), Array(4).fill(['p-RCPFullAWSAccess']))
  assert.equal(member.serviceControl![1]![1]!.document, JSON.stringify(denying('s3:*')))
  const management = (await membership('800000000001'))!
  assert.deepEqual(
    [management.path, management.serviceControl, management.resourceControl],
    [`${org.id}/${org.root}/`, undefined, undefined],
  )
})

test('trusted and delegated services are told', async () => {
  const ServicePrincipal = 'access-analyzer.amazonaws.com'
  await org('EnableAWSServiceAccess', { ServicePrincipal })
  await org('RegisterDelegatedAdministrator', { ServicePrincipal, AccountId: '800000000002' })
  const { trustedServices, delegatedServices } = (await membership('800000000002'))!
  assert.deepEqual([trustedServices, delegatedServices], [[ServicePrincipal], [ServicePrincipal]])
  assert.deepEqual((await membership('800000000001'))!.delegatedServices, [])
})
