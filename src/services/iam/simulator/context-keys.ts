import { keysNamed } from '../../../access/keys-named.ts'
import { operation } from '../contract.ts'
import { foundSource, policiesOf, sourceTarget } from './principal-policies.ts'
import { inputPolicies } from './simulated-policies.ts'

export const GetContextKeysForCustomPolicy = operation('GetContextKeysForCustomPolicy', {
  access: { kind: 'iam', targets: () => [{ resource: '*', record: undefined }] },
  async handle(input) {
    const documents = inputPolicies(input.PolicyInputList).map(({ document }) => document)
    return { ContextKeyNames: [...keysNamed(documents)] }
  },
})

export const GetContextKeysForPrincipalPolicy = operation('GetContextKeysForPrincipalPolicy', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [await sourceTarget(input.PolicySourceArn, read)],
  },
  async handle(input, ctx, [target]) {
    const source = foundSource(target!.record, input.PolicySourceArn)
    const attached = await policiesOf(ctx.store, source, input.PolicySourceArn)
    const all = [...attached.map(({ policy }) => policy), ...inputPolicies(input.PolicyInputList)]
    return { ContextKeyNames: [...keysNamed(all.map(({ document }) => document))] }
  },
})
