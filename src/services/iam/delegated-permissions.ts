import { checkPolicy } from '../../access/check-policy.ts'
import { readPolicy } from '../../access/document.ts'
import { fail } from './contract.ts'
import type { DelegationRecord } from './delegation-records.ts'

type Parameters = DelegationRecord['parameters']

const refused = (message: string) => fail('InvalidInputException', message)

/**
 * The policy of a template with the values of its parameters. `@{name}` takes a text within a string;
 * a list stands for the whole string `"@{name}"` of an array. No value leaves its string.
 */
export function delegatedPolicy(template: string, parameters: Parameters): string {
  const values = new Map(parameters.map((one) => [one.Name, one]))
  if (values.size !== parameters.length) throw refused('A parameter is given twice.')
  const used = new Set<string>()
  const parameter = (name: string) => {
    const value = values.get(name)
    if (value === undefined) throw refused(`The parameter ${name} needs a value.`)
    used.add(name)
    return value
  }
  const listed = template.replace(/"@\{(\w+)\}"/g, (whole, name: string) => {
    const { Type, Values } = parameter(name)
    return Type === 'stringList' ? Values.map((value) => JSON.stringify(value)).join(',') : whole
  })
  const policy = listed.replace(/@\{(\w+)\}/g, (_place, name: string) => {
    const { Type, Values } = parameter(name)
    if (Type !== 'string' || Values.length !== 1)
      throw refused(`The parameter ${name} takes one string.`)
    return JSON.stringify(Values[0]).slice(1, -1)
  })
  const unused = parameters.find(({ Name }) => !used.has(Name))
  if (unused !== undefined) throw refused(`The template has no parameter ${unused.Name}.`)
  const fault = checkPolicy(policy, 'session')
  if (fault !== undefined) throw refused(fault.message)
  return policy
}

/** The permissions boundaries that a policy demands of roles that are made by it. */
export function demandedBoundaries(policy: string): string[] {
  const conditions = (readPolicy(policy)?.statements ?? []).flatMap((one) => one.conditions)
  const named = conditions.filter(({ key }) => key.toLowerCase() === 'iam:permissionsboundary')
  return [...new Set(named.flatMap(({ values }) => values))]
}
