import { isObject, type Json } from './management-policies.ts'
import type { PolicyType } from './policy-types.ts'

export interface PolicyError {
  readonly ErrorCode: 'ELEMENTS_TOO_MANY' | 'ELEMENTS_TOO_FEW' | 'KEY_REQUIRED'
  readonly ErrorMessage: string
  readonly PathToError: string
}

const rulesPerPlan = 10

const entries = (json: Json | undefined): [string, Json][] =>
  isObject(json) ? Object.entries(json) : []

const member = (json: Json, key: string): Json | undefined =>
  entries(json).find(([name]) => name === key)?.[1]

/** Whether merging can break anything that a policy of the type must keep. */
export const canBreak = (type: PolicyType): boolean => type === 'BACKUP_POLICY'

/**
 * Why an effective policy cannot be applied, as far as AWS documents it: a backup plan has one to
 * ten rules and at least one Region. Other types have no documented rule that merging can break.
 */
export function policyErrors(type: PolicyType, policy: Json): PolicyError[] {
  if (!canBreak(type)) return []
  return entries(member(policy, 'plans')).flatMap(([name, plan]) => {
    const errors: PolicyError[] = []
    const rules = member(plan, 'rules')
    if (rules === undefined)
      errors.push({
        ErrorCode: 'KEY_REQUIRED',
        ErrorMessage: 'A backup plan must have a rule.',
        PathToError: `plans/${name}/rules`,
      })
    if (entries(rules).length > rulesPerPlan)
      errors.push({
        ErrorCode: 'ELEMENTS_TOO_MANY',
        ErrorMessage: `A backup plan can have at most ${rulesPerPlan} rules.`,
        PathToError: `plans/${name}/rules`,
      })
    if (member(plan, 'regions') === undefined)
      errors.push({
        ErrorCode: 'ELEMENTS_TOO_FEW',
        ErrorMessage: 'A backup plan must have at least one Region.',
        PathToError: `plans/${name}/regions`,
      })
    return errors
  })
}
