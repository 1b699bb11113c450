import { newAccess } from '../../../access/analysis/new-access.ts'
import { operation } from '../contract.ts'
import { checkedPolicy, kindOf, outcomeOf } from './checked-policies.ts'

export const CheckNoNewAccess = operation('CheckNoNewAccess', {
  access: { kind: 'iam', targets: () => [{ resource: '*', record: undefined }] },
  async handle({ newPolicyDocument, existingPolicyDocument, policyType }) {
    const kind = kindOf(policyType)
    const fresh = checkedPolicy(newPolicyDocument, kind, 'newPolicyDocument')
    const existing = checkedPolicy(existingPolicyDocument, kind, 'existingPolicyDocument')
    const found = await newAccess(fresh, existing, kind)
    return outcomeOf(found, {
      pass: 'The modified permissions do not grant new access compared to your existing policy.',
      fail: 'The modified permissions grant new access compared to your existing policy.',
      each: 'New access in the statement with',
    })
  },
})
