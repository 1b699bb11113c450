import { fail, operation } from '../contract.ts'
import { contextOf } from './context-entries.ts'
import { checkResourceHandling } from './resource-handling.ts'
import { simulatedPage } from './result-pages.ts'
import { nobodyOf, simulatedCaller } from './simulated-callers.ts'
import {
  inputBoundary,
  inputLevels,
  inputPolicies,
  inputResourcePolicy,
} from './simulated-policies.ts'
import { checkApplicable, ownerAccount, simulatedResources } from './simulated-resources.ts'

/** Keys that a simulated caller tells about itself. */
export const callerKeys = (key: string): boolean =>
  key.startsWith('aws:principal') || key === 'aws:username' || key === 'aws:userid'

/** Whose resources are simulated, and whether that account has to agree. */
export function ownershipOf(
  input: {
    readonly ResourceOwner?: string | undefined
    readonly ResourcePolicy?: string | undefined
  },
  callerAccount: string,
) {
  const owner = ownerAccount(input.ResourceOwner)
  return {
    owner: owner ?? callerAccount,
    twoSided: owner !== undefined || input.ResourcePolicy !== undefined,
  }
}

export const SimulateCustomPolicy = operation('SimulateCustomPolicy', {
  access: { kind: 'iam', targets: () => [{ resource: '*', record: undefined }] },
  async handle(input, ctx) {
    const { CallerArn } = input
    const resourcePolicy = inputResourcePolicy(input.ResourcePolicy)
    const resources = simulatedResources(input.ResourceArns)
    checkResourceHandling(input.ResourceHandlingOption, resources)
    if (resourcePolicy !== undefined) {
      if (CallerArn === undefined)
        throw fail('InvalidInputException', 'CallerArn is required with a ResourcePolicy.')
      checkApplicable(resourcePolicy, resources)
    }
    const principal = CallerArn === undefined ? nobodyOf(ctx.account) : simulatedCaller(CallerArn)
    const simulation = {
      principal,
      layers: {
        identity: inputPolicies(input.PolicyInputList),
        boundary: inputBoundary(input.PermissionsBoundaryPolicyInputList),
        serviceControl: inputLevels(input.OrderedOrganizationPolicyInputList),
      },
      resources,
      resourcePolicy,
      ...ownershipOf(input, principal.account),
      context: contextOf(input.ContextEntries),
      follows: CallerArn === undefined ? () => false : callerKeys,
    }
    return simulatedPage(simulation, input, ctx, 'SimulateCustomPolicy')
  },
})
