import type { PrincipalType } from '@aws-sdk/client-accessanalyzer'
import { type ActionCatalogue, actionCatalogue } from '../../access/actions.ts'
import { decide } from '../../access/evaluate.ts'
import type { Layers, Policy, Principal } from '../../kernel/authorization.ts'
import type { Membership } from '../../kernel/guardrails.ts'
import type { InventoriedPrincipal, PolicedResource } from '../../kernel/inventory.ts'
import { isInternalType } from './analyzer-configuration.ts'
import { type AnalyzerRecord, ofOrganization } from './analyzer-records.ts'
import { restrictionOf } from './external-scan.ts'
import type { Observation } from './finding-records.ts'
import { optimistic } from './optimistic-policies.ts'
import type { Scanning } from './reconciliation.ts'
import { resourceActions } from './resource-actions.ts'
import type { Zone } from './zones.ts'

/** So many decisions are made before others get a turn. */
const turn = 2_000
/** As many resources as one analyzer looks at. */
const mostResources = 1_000

/** Users and roles of a zone that can reach the resources that the analyzer was told to watch. */
export async function observeInternal(
  analyzer: AnalyzerRecord,
  zone: Zone,
  ctx: Scanning,
): Promise<Observation[]> {
  const resources = await watched(analyzer, zone, ctx)
  if (resources.length === 0) return []
  const catalogue = await actionCatalogue()
  const wholeOrganization = ofOrganization(analyzer)
  const places = new Map<string, Membership | undefined>()
  for (const account of zone.accounts) places.set(account, await ctx.guardrails.membership(account))
  const asked = resources.map((resource) => asking(resource, catalogue, places, wholeOrganization))
  const now = ctx.now().getTime()
  const seen: Observation[] = []
  let made = 0
  for (const account of zone.accounts)
    for await (const inventoried of ctx.inventory.principals(account)) {
      const place = places.get(account)
      const caller = callerOf(inventoried, account, wholeOrganization ? place : undefined)
      for (const one of asked) {
        const actions = one.actions.filter(({ action, arn }) =>
          decide({
            ...caller,
            action,
            resource: { ...one.owned, arn },
            context: contextOf(inventoried, place, one.resource),
            now,
          }),
        )
        made += one.actions.length
        if (actions.length > 0)
          seen.push(
            observation(
              one.resource,
              inventoried,
              account,
              actions.map(({ action }) => action),
              {
                resourceControlPolicyRestriction: restrictedBy(
                  restrictionOf(places.get(one.resource.account)),
                  wholeOrganization,
                ),
                serviceControlPolicyRestriction: restrictedBy(
                  place?.serviceControl === undefined ? 'NOT_APPLICABLE' : 'APPLICABLE',
                  wholeOrganization,
                ),
              },
            ),
          )
        if (made < turn) continue
        made = 0
        await new Promise((resolve) => setImmediate(resolve))
      }
    }
  return seen
}

/** An analyzer of the organization evaluates its policies, one of an account tells that they exist. */
const restrictedBy = (
  restriction: 'APPLICABLE' | 'NOT_APPLICABLE',
  evaluated: boolean,
): 'APPLICABLE' | 'NOT_APPLICABLE' | 'APPLIED' =>
  restriction === 'APPLICABLE' && evaluated ? 'APPLIED' : restriction

async function watched(
  { configuration }: AnalyzerRecord,
  zone: Zone,
  ctx: Scanning,
): Promise<PolicedResource[]> {
  const inclusions = configuration?.internalAccess?.analysisRule?.inclusions ?? []
  const meets = <T>(wanted: readonly T[] | undefined, has: T) =>
    wanted === undefined || wanted.length === 0 || wanted.includes(has)
  const found: PolicedResource[] = []
  for (const account of zone.accounts)
    for await (const resource of ctx.inventory.resources({ account, region: ctx.region })) {
      const { type, arn } = resource
      if (!isInternalType(type)) continue
      const wanted = inclusions.some(
        ({ accountIds, resourceTypes, resourceArns }) =>
          meets(accountIds, account) &&
          meets<string>(resourceTypes, type) &&
          meets(resourceArns, arn),
      )
      if (wanted) found.push(resource)
      if (found.length === mostResources) return found
    }
  return found
}

interface Asked {
  readonly resource: PolicedResource
  readonly actions: readonly { readonly action: string; readonly arn: string }[]
  readonly owned: {
    readonly account: string
    readonly tags: Readonly<Record<string, string>>
    readonly policy: Policy | undefined
    readonly resourceControl: readonly (readonly Policy[])[] | undefined
  }
}

const asking = (
  resource: PolicedResource,
  catalogue: ActionCatalogue,
  places: ReadonlyMap<string, Membership | undefined>,
  wholeOrganization: boolean,
): Asked => ({
  resource,
  actions: resourceActions(resource.arn, catalogue),
  owned: {
    account: resource.account,
    tags: resource.tags,
    policy: resource.policy === '' ? undefined : optimistic(resource.policy, 'resource'),
    resourceControl: wholeOrganization
      ? places
          .get(resource.account)
          ?.resourceControl?.map((level) => level.map(({ document }) => optimistic(document)))
      : undefined,
  },
})

function callerOf(
  { kind, id, name, arn, tags, layers, serviceLinked }: InventoriedPrincipal,
  account: string,
  place: Membership | undefined,
): { readonly principal: Principal; readonly layers: Layers } {
  const more = { account, tags }
  const principal: Principal =
    kind === 'user'
      ? { ...more, kind, name, arn, userId: id }
      : {
          ...more,
          kind,
          arn: `arn:aws:sts::${account}:assumed-role/${name}/any`,
          userId: `${id}:any`,
          roleArn: arn,
          roleId: id,
          roleName: name,
          sessionName: 'any',
          serviceLinked,
        }
  const guessed = (policies: readonly Policy[]) =>
    policies.map(({ document }) => optimistic(document))
  return {
    principal,
    layers: {
      identity: guessed(layers.identity),
      boundary: layers.boundary && optimistic(layers.boundary.document),
      serviceControl: place?.serviceControl?.map(guessed),
    },
  }
}

/** What every request of a principal carries. */
function contextOf(
  { tags }: InventoriedPrincipal,
  place: Membership | undefined,
  resource: PolicedResource,
): (key: string) => string | readonly string[] | undefined {
  return (key) => {
    if (key === 'aws:principalorgid') return place?.organizationId
    if (key === 'aws:principalorgpaths') return place === undefined ? undefined : [place.path]
    if (key === 'aws:resourceaccount') return resource.account
    const tag = key.match(/^aws:(principal|resource)tag\/(.*)$/)
    if (tag === null) return undefined
    const of = tag[1] === 'principal' ? tags : resource.tags
    return Object.entries(of).find(([name]) => name.toLowerCase() === tag[2])?.[1]
  }
}

function observation(
  resource: PolicedResource,
  { arn, kind, id }: InventoriedPrincipal,
  account: string,
  action: string[],
  restrictions: object,
): Observation {
  const principalType: PrincipalType = kind === 'role' ? 'IAM_ROLE' : 'IAM_USER'
  const accessType = resource.account === account ? 'INTRA_ACCOUNT' : 'INTRA_ORG'
  return {
    identity: JSON.stringify([resource.arn, id, action]),
    findingType: 'InternalAccess',
    resource: resource.arn,
    resourceType: resource.type as Observation['resourceType'],
    resourceOwnerAccount: resource.account,
    details: [
      {
        internalAccessDetails: {
          action,
          condition: {},
          principal: { AWS: arn },
          principalOwnerAccount: account,
          accessType,
          principalType,
          ...restrictions,
        },
      },
    ],
  }
}
