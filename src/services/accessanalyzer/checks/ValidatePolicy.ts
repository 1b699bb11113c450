import { operation } from '../contract.ts'
import { listPage } from '../listing.ts'
import { invalid } from '../refusals.ts'
import { validate } from './validation/validation.ts'

const DIGITS = 6

export const ValidatePolicy = operation('ValidatePolicy', {
  access: { kind: 'iam', targets: () => [{ resource: '*', record: undefined }] },
  async handle(input, ctx) {
    const { policyDocument, policyType, validatePolicyResourceType } = input
    if (validatePolicyResourceType !== undefined && policyType !== 'RESOURCE_POLICY')
      throw invalid('InvalidInput', 'validatePolicyResourceType')
    const findings = await validate(policyDocument, policyType, validatePolicyResourceType)
    const { items, nextToken } = await listPage(
      findings.map((finding, index) => ({ finding, index })),
      ({ index }) => String(index).padStart(DIGITS, '0'),
      input,
      ctx,
      'ValidatePolicy',
    )
    return { findings: items.map(({ finding }) => finding), nextToken }
  },
})
