import type { Policy } from '../../kernel/authorization.ts'
import type { Guardrails } from '../../kernel/guardrails.ts'
import type { Owner, Readable } from '../../kernel/store.ts'
import { accounts } from './account-records.ts'
import { policyArn } from './arns.ts'
import { everything } from './listing.ts'
import type { NodeFacts } from './node-facts.ts'
import { attachedTo, pathOf, unitsAbove } from './nodes.ts'
import type { OrganizationRecord } from './organization-records.ts'
import { placeOf } from './places.ts'
import { policyOf } from './policy-records.ts'
import type { PolicyType } from './policy-types.ts'

/** No Region: organizations belong to the installation. */
const at = (account: string): Owner => ({ account, region: 'us-east-1' })

/**
 * What organizations provide to the gateway and to other services: where an account stands, and the
 * policies that bound it. Everything read here moves the epoch `organizations` of the installation.
 */
export const guardrails = (open: (owner: Owner) => Readable): Guardrails => ({
  async accounts(organizationId) {
    const store = open(at('000000000000'))
    const members = await everything((options) =>
      store.of(accounts).find('organization', [organizationId], options),
    )
    return members.map(({ id }) => id)
  },
  async membership(account) {
    const store = open(at(account))
    const { org, member } = await placeOf(store, account)
    if (org === undefined || member === undefined) return undefined
    const above = await unitsAbove(store, org, member.parentId)
    const nodes = [org, ...above, member]
    const bounded = account !== org.managementAccount
    const levels = (type: PolicyType) =>
      bounded && org.types[type] !== undefined ? levelsOf(store, org, nodes, type) : undefined
    const [serviceControl, resourceControl] = await Promise.all([
      levels('SERVICE_CONTROL_POLICY'),
      levels('RESOURCE_CONTROL_POLICY'),
    ])
    return {
      organizationId: org.id,
      managementAccount: org.managementAccount,
      path: pathOf(
        org,
        above.map(({ id }) => id),
      ),
      serviceControl,
      resourceControl,
      trustedServices: Object.keys(org.services),
      delegatedServices: Object.keys(member.delegated),
    }
  },
  async closed(account) {
    const record = await open(at(account)).of(accounts).get([account])
    return record?.state === 'CLOSED'
  },
})

const levelsOf = (
  store: Readable,
  org: OrganizationRecord,
  nodes: readonly NodeFacts[],
  type: PolicyType,
): Promise<Policy[][]> =>
  Promise.all(
    nodes.map(async (node) => {
      const policies = await Promise.all(
        attachedTo(org, node, type).map((id) => policyOf(store, org.id, id)),
      )
      return policies
        .filter((policy) => policy !== undefined)
        .map(({ id, content, hash }) => ({
          id: policyArn(org, type, id),
          kind: 'managed' as const,
          document: content,
          hash,
        }))
    }),
  )
