import type { FindingSource, ResourceType } from '@aws-sdk/client-accessanalyzer'
import { UnreadablePolicy } from '../../access/analysis/granting-statements.ts'
import { type FindingPrincipal, openings } from '../../access/analysis/openings.ts'
import { parseArn } from '../../kernel/arn.ts'
import type { PolicedResource } from '../../kernel/inventory.ts'
import type { Observation } from './finding-records.ts'
import type { Share } from './proposed-configurations.ts'
import type { Zone } from './zones.ts'

type Restriction = 'APPLICABLE' | 'NOT_APPLICABLE'
type Owned = Pick<PolicedResource, 'arn' | 'type' | 'account'>

interface Access {
  readonly principal: Record<string, string>
  readonly action: string[]
  readonly condition: Record<string, string>
  readonly isPublic: boolean
  readonly sources?: FindingSource[] | undefined
}

const observation = (
  { arn, type, account }: Owned,
  access: Access,
  resourceControlPolicyRestriction: Restriction,
): Observation => ({
  identity: JSON.stringify([arn, access, resourceControlPolicyRestriction]),
  findingType: 'ExternalAccess',
  resource: arn,
  resourceType: type as ResourceType,
  resourceOwnerAccount: account,
  details: [{ externalAccessDetails: { ...access, resourceControlPolicyRestriction } }],
})

/** Services are not reported; providers of identities stand outside wherever they are registered. */
const trustedIn =
  ({ accounts, organizationId }: Zone) =>
  ({ AWS, Service, 'aws:PrincipalOrgID': id }: FindingPrincipal): boolean => {
    if (Service !== undefined) return true
    if (id !== undefined) return id === organizationId
    return AWS !== undefined && accounts.includes(parseArn(AWS)?.account ?? AWS)
  }

/**
 * What the policy of a resource opens to principals outside of the zone of trust.
 * @param sources how the resource is opened; the policy of an access point speaks of that one
 */
export async function externalAccess(
  resource: PolicedResource,
  zone: Zone,
  restriction: Restriction,
  sources: FindingSource[] | undefined = usualSources[resource.type],
): Promise<Observation[]> {
  const more = sources === undefined ? {} : { sources }
  const arn = sources?.[0]?.detail?.accessPointArn ?? resource.arn
  try {
    const opened = await openings(resource.policy, { ...resource, arn }, trustedIn(zone))
    const seen = opened.map(({ principal, actions, condition, isPublic }) =>
      observation(
        resource,
        { principal: { ...principal }, action: [...actions], condition, isPublic, ...more },
        restriction,
      ),
    )
    // Two statements that say the same are one finding.
    return [...new Map(seen.map((one) => [one.identity, one])).values()]
  } catch (error) {
    if (!(error instanceof UnreadablePolicy)) throw error
    const access = { principal: {}, action: [], condition: {}, isPublic: false, ...more }
    return [{ ...observation(resource, access, restriction), error: 'INTERNAL_ERROR' }]
  }
}

/** Buckets can be opened in several ways; their findings tell which. */
const usualSources: Readonly<Record<string, FindingSource[] | undefined>> = {
  'AWS::S3::Bucket': [{ type: 'POLICY' }],
  'AWS::S3Express::DirectoryBucket': [{ type: 'POLICY' }],
}

/** What is shared with principals outside of the zone of trust by other means than a policy. */
export const externalShares = (
  shares: readonly Share[],
  owner: Owned,
  zone: Zone,
  restriction: Restriction,
): Observation[] =>
  shares
    .filter(({ account }) => account === undefined || !zone.accounts.includes(account))
    .map(({ principal, action, condition = {}, account, sources }) =>
      observation(
        owner,
        {
          principal,
          action,
          condition,
          isPublic: account === undefined,
          ...(sources !== undefined && { sources }),
        },
        restriction,
      ),
    )
