import rcpServices from '../../../../access/generated/rcp-services.json' with { type: 'json' }
import { type Check, eachStatement, type Validation } from './validated-kinds.ts'
import { nameOf, type WrittenStatement } from './written-policy.ts'

/** Service control policies and resource control policies. */

const CONTROLLED: ReadonlySet<string> = new Set(rcpServices)

const serviceControl = eachStatement(({ actions }, { policyType, report }) => {
  if (policyType !== 'SERVICE_CONTROL_POLICY') return
  for (const entry of actions) {
    const wild = entry.text.search(/[*?]/)
    if (wild >= 0 && !(wild === entry.text.length - 1 && entry.text.endsWith('*')))
      report('SCP_SYNTAX_ERROR_ACTION_WILDCARD', [entry], { action: entry.text })
  }
})

function checkForm(statement: WrittenStatement, { report }: Validation): void {
  const { members, principals, resources, notResource, effect, actions } = statement
  const everybody = principals.length === 1 && principals[0]!.name.text === '*'
  const type = principals[0]?.type
  const element = members.has('Principal') ? 'Principal' : 'NotPrincipal'
  const sound = element === 'Principal' && everybody && (type === '' || type === 'AWS')
  if (members.has(element) && !sound)
    report('RCP_SYNTAX_ERROR_PRINCIPAL', [nameOf(statement, element)])
  if (members.has('NotAction'))
    report('RCP_SYNTAX_ERROR_NOTACTION', [nameOf(statement, 'NotAction')])
  const everything = !notResource && resources.length === 1 && resources[0]!.text === '*'
  const plain = everything && sound && !members.has('Condition')
  if (effect === 'Allow' && !plain) report('RCP_SYNTAX_ERROR_ALLOW', [statement])
  for (const entry of members.has('Action') && effect !== 'Allow' ? actions : []) {
    const vendor = entry.text.split(':', 1)[0]!.toLowerCase()
    if (!CONTROLLED.has(vendor)) report('RCP_SYNTAX_ERROR_ACTION', [entry])
  }
}

const OF_PRINCIPALS: ReadonlySet<string> = new Set([
  'aws:principalaccount',
  'aws:principalarn',
  'aws:principalorgid',
  'aws:principalorgpaths',
])
const OF_SERVICES: ReadonlySet<string> = new Set([
  'aws:sourceaccount',
  'aws:sourcearn',
  'aws:sourceorgid',
  'aws:sourceorgpaths',
])
/** Keys that services do not always send along. */
const OF_ORGANIZATIONS: ReadonlySet<string> = new Set(['aws:sourceorgid', 'aws:sourceorgpaths'])

function checkReach({ conditions, effect }: WrittenStatement, { report }: Validation): void {
  if (effect !== 'Deny') return
  const says = (key: string, value: string) =>
    conditions.some(({ lower, values }) => {
      return lower === key && values.some(({ text }) => text.toLowerCase() === value)
    })
  const nulls = conditions.some(({ name, lower, values }) => {
    const there = name?.base === 'null' && values.some(({ text }) => text === 'false')
    return there && (lower === 'aws:sourceaccount' || lower === 'aws:sourcearn')
  })
  for (const { key, lower, keyAt, name } of conditions) {
    if (name?.base === 'null') continue
    const values = { conditionKeyName: key }
    if (OF_PRINCIPALS.has(lower) && !says('aws:principalisawsservice', 'false'))
      report('RCP_MISSING_RELATED_PRINCIPAL_CONDITION_KEY', [keyAt], values)
    if (OF_SERVICES.has(lower) && !says('aws:principalisawsservice', 'true'))
      report('RCP_MISSING_RELATED_SERVICE_PRINCIPAL_CONDITION_KEY', [keyAt], values)
    if (OF_ORGANIZATIONS.has(lower) && !nulls)
      report('RCP_MISSING_SERVICE_CONDITION_KEY_NULL_CHECK', [keyAt], values)
  }
}

const resourceControl = eachStatement((statement, validation) => {
  if (validation.policyType !== 'RESOURCE_CONTROL_POLICY') return
  checkForm(statement, validation)
  checkReach(statement, validation)
})

export const organizationPolicies: readonly Check[] = [serviceControl, resourceControl]
