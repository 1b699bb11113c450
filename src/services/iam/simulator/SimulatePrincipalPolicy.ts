import type { Principal } from '../../../kernel/authorization.ts'
import { operation } from '../contract.ts'
import { contextOf } from './context-entries.ts'
import { checkExclusions, type Exclusion, isExcluded } from './policy-exclusions.ts'
import { boundaryOf, foundSource, policiesOf, sourceTarget } from './principal-policies.ts'
import { checkResourceHandling } from './resource-handling.ts'
import { simulatedPage } from './result-pages.ts'
import { callerKeys, ownershipOf } from './SimulateCustomPolicy.ts'
import { simulatedCaller } from './simulated-callers.ts'
import { inputBoundary, inputPolicies, inputResourcePolicy } from './simulated-policies.ts'
import { checkApplicable, simulatedResources } from './simulated-resources.ts'

export const SimulatePrincipalPolicy = operation('SimulatePrincipalPolicy', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [await sourceTarget(input.PolicySourceArn, read)],
  },
  async handle(input, ctx, [target]) {
    const { PolicySourceArn, CallerArn = PolicySourceArn } = input
    const exclusions = (input.PolicyExclusionList ?? []) as readonly Exclusion[]
    checkExclusions(exclusions)
    const source = foundSource(target!.record, PolicySourceArn)
    const resourcePolicy = inputResourcePolicy(input.ResourcePolicy)
    const resources = simulatedResources(input.ResourceArns)
    checkResourceHandling(input.ResourceHandlingOption, resources)
    if (resourcePolicy !== undefined) checkApplicable(resourcePolicy, resources)
    const caller = simulatedCaller(CallerArn)
    // Only of the source itself is more known than its ARN.
    const facts = CallerArn === PolicySourceArn ? factsOf(caller, source) : {}
    const principal = { ...caller, ...facts } as Principal
    const attached = await policiesOf(ctx.store, source, PolicySourceArn)
    const kept = attached.filter((policy) => !isExcluded(policy, exclusions))
    const boundary =
      inputBoundary(input.PermissionsBoundaryPolicyInputList) ??
      (await boundaryOf(ctx.store, source, exclusions))
    const membership = await ctx.guardrails.membership(principal.account)
    const levels = membership?.serviceControl?.map((level) =>
      level.filter(({ id }) => !isExcluded({ arn: id, serviceControl: true }, exclusions)),
    )
    const simulation = {
      principal,
      layers: {
        identity: [...kept.map(({ policy }) => policy), ...inputPolicies(input.PolicyInputList)],
        boundary,
        // A hierarchy without any policy is one whose policies are all left out.
        serviceControl: levels?.some((level) => level.length > 0) === true ? levels : undefined,
      },
      resources,
      resourcePolicy,
      ...ownershipOf(input, principal.account),
      context: contextOf(input.ContextEntries),
      follows: callerKeys,
    }
    return simulatedPage(simulation, input, ctx, 'SimulatePrincipalPolicy')
  },
})

const factsOf = (
  caller: Principal,
  source: { id: string; tags?: Readonly<Record<string, string>> },
) =>
  caller.kind === 'role'
    ? { roleId: source.id, userId: `${source.id}:-`, tags: source.tags }
    : { userId: source.id, tags: source.tags }
