import {
  type Check,
  eachStatement,
  isTrustPolicy,
  isWild,
  type Validation,
} from './validated-kinds.ts'
import { membersOf, nameOf, type WrittenStatement } from './written-policy.ts'

/** Who a policy names. */

const TYPES: ReadonlySet<string> = new Set(['AWS', 'CanonicalUser', 'Federated', 'Service'])

function checkPlace(statement: WrittenStatement, { policyType, report }: Validation): void {
  const { members } = statement
  const element = members.has('Principal') ? 'Principal' : 'NotPrincipal'
  if (!members.has(element)) return
  const place = [nameOf(statement, element)]
  if (policyType === 'IDENTITY_POLICY')
    report('UNSUPPORTED_PRINCIPAL', place, { policy_type: policyType })
  if (policyType === 'SERVICE_CONTROL_POLICY') report('SCP_SYNTAX_ERROR_PRINCIPAL', place)
}

function checkNames(statement: WrittenStatement, validation: Validation): void {
  const { report, resourceType } = validation
  const element = statement.members.get('Principal') ?? statement.members.get('NotPrincipal')
  if (element === undefined) return
  for (const type of membersOf(element).keys()) {
    const at = nameOf(element, type)
    if (!TYPES.has(type)) report('INVALID_PRINCIPAL_KEY', [at], { 'principal-key': type })
    if (type === 'Federated' && resourceType !== undefined && !isTrustPolicy(validation))
      report('FEDERATED_PRINCIPAL_NOT_SUPPORTED', [at])
  }
  for (const { type, name } of statement.principals) {
    const { text } = name
    if (type === '' && text !== '*') report('INVALID_PRINCIPAL_FORMAT', [name])
    const everybody = text === '*' && (type === 'AWS' || type === '')
    if (type !== '' && isWild(text) && !everybody)
      report('UNSUPPORTED_WILDCARD_IN_PRINCIPAL', [name], { principal_key: type })
    if (/^AROA[A-Z0-9]+$/.test(text)) report('INVALID_ROLE_REFERENCE', [name], { roleid: text })
    if (/^AIDA[A-Z0-9]+$/.test(text)) report('INVALID_USER_REFERENCE', [name], { userid: text })
  }
}

const SOURCES: ReadonlySet<string> = new Set([
  'aws:sourcearn',
  'aws:sourceaccount',
  'aws:sourceorgid',
  'aws:sourceorgpaths',
])
/** Keys that were used for the same end. */
const OLDER: ReadonlySet<string> = new Set(['aws:referer', 'aws:sourceowner'])
/** Keys that say who calls; services are nobody's principals. */
const OF_PEOPLE: ReadonlySet<string> = new Set([
  'aws:principalaccount',
  'aws:principalarn',
  'aws:principalorgid',
  'aws:principalorgpaths',
  'aws:principaltype',
  'aws:userid',
  'aws:username',
])

function checkServices(statement: WrittenStatement, validation: Validation): void {
  const { principals, conditions, effect, notPrincipal } = statement
  const { report, policyType } = validation
  const services = principals.filter(({ type }) => type === 'Service')
  const onResource = policyType === 'RESOURCE_POLICY' && !isTrustPolicy(validation)
  if (!onResource || effect !== 'Allow' || notPrincipal || services.length === 0) return
  const people = conditions.filter(({ lower }) => OF_PEOPLE.has(lower))
  if (people.length > 0 && services.length === principals.length)
    report(
      'UNSUPPORTED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL',
      people.map(({ keyAt }) => keyAt),
      { conditionKeys: people.map(({ key }) => key).join(', ') },
    )
  if (conditions.some(({ lower }) => SOURCES.has(lower))) return
  const older = conditions.find(({ lower }) => OLDER.has(lower))
  for (const { name } of services) {
    if (older === undefined) report('RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL', [name])
    else
      report('RECOMMENDED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL', [older.keyAt], {
        servicePrincipalPrefix: name.text.split('.', 1)[0]!,
        key: older.key,
      })
  }
}

export const principals: Check = eachStatement((statement, validation) => {
  checkPlace(statement, validation)
  checkNames(statement, validation)
  checkServices(statement, validation)
  const { effect, members } = statement
  const trust = isTrustPolicy(validation)
  if (effect === 'Allow' && members.has('NotPrincipal') && !trust)
    validation.report('ALLOW_WITH_NOT_PRINCIPAL', [nameOf(statement, 'NotPrincipal')])
})
