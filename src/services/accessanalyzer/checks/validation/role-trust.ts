import { compileAction } from '../../../../access/action-patterns.ts'
import {
  type Check,
  eachStatement,
  isTrustPolicy,
  isWild,
  type Validation,
} from './validated-kinds.ts'
import { nameOf, type WrittenPrincipal, type WrittenStatement } from './written-policy.ts'

/** Trust policies of roles. */

const DOMAIN = /^[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?:[/:]\S*)?$/
const PROVIDER = /^arn:[a-z-]+:iam::\d{12}:(?:saml|oidc)-provider\/.+$/
const GITHUB = 'token.actions.githubusercontent.com'
const GITHUB_SUBJECT = `${GITHUB}:sub`

const isSaml = ({ name }: WrittenPrincipal) => name.text.includes(':saml-provider/')
/** The host that a provider's keys begin with. */
const hostOf = ({ name }: WrittenPrincipal) =>
  name.text.replace(/^arn:[^/]*:oidc-provider\//, '').toLowerCase()

function checkSyntax(statement: WrittenStatement, { report }: Validation): void {
  const { members, principals } = statement
  for (const element of ['Resource', 'NotResource'])
    if (members.has(element))
      report('ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE', [nameOf(statement, element)])
  if (members.has('NotPrincipal'))
    report('ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL', [nameOf(statement, 'NotPrincipal')])
  for (const { type, name } of principals) {
    if (type === '' && name.text === '*')
      report('ROLE_TRUST_POLICY_UNSUPPORTED_WILDCARD_IN_PRINCIPAL', [name])
    const sound = DOMAIN.test(name.text) || PROVIDER.test(name.text) || isWild(name.text)
    if (type === 'Federated' && !sound)
      report('INVALID_FEDERATED_PRINCIPAL_SYNTAX_IN_ROLE_TRUST_POLICY', [name])
  }
}

const CALLS = new Map<string, (principal: WrittenPrincipal) => boolean>([
  ['sts:assumerole', ({ type }) => type !== 'Federated'],
  ['sts:assumerolewithsaml', (one) => one.type === 'Federated' && isSaml(one)],
  ['sts:assumerolewithwebidentity', (one) => one.type === 'Federated' && !isSaml(one)],
])

/** A call that no principal of the statement can make; the others may be there for other calls. */
function checkCalls(
  { actions, notAction, principals }: WrittenStatement,
  { report }: Validation,
): void {
  const named = principals.filter(({ name }) => !isWild(name.text))
  if (notAction || named.length === 0 || named.length < principals.length) return
  for (const entry of actions) {
    const fits = CALLS.get(entry.text.toLowerCase())
    if (fits === undefined || named.some(fits)) continue
    report('MISMATCHED_ACTION_FOR_PRINCIPAL', [entry], {
      actionName: entry.text,
      principalNames: named.map(({ name }) => name.text).join(', '),
    })
  }
}

const ANYWHERE = 'rolesanywhere.amazonaws.com'
const ANYWHERE_NEEDS = ['sts:assumerole', 'sts:setsourceidentity', 'sts:tagsession']

/** Roles Anywhere may be given its actions by several statements. */
const rolesAnywhere: Check = (validation) => {
  if (!isTrustPolicy(validation)) return
  const trusting = validation.policy.statements.filter(
    ({ effect, principals, notPrincipal }) =>
      effect === 'Allow' && !notPrincipal && principals.some(({ name }) => name.text === ANYWHERE),
  )
  const matches = trusting.flatMap(({ actions, notAction }) =>
    notAction ? [] : actions.map(({ text }) => compileAction(text).matches),
  )
  if (trusting.length === 0) return
  if (ANYWHERE_NEEDS.every((action) => matches.some((match) => match(action)))) return
  validation.report('MISSING_ACTION_FOR_ROLES_ANYWHERE_TRUST_POLICY', [trusting[0]!])
}

function checkProviders(statement: WrittenStatement, { report }: Validation): void {
  const { principals, conditions, effect, notPrincipal } = statement
  if (effect !== 'Allow' || notPrincipal) return
  const asked = conditions.map(({ lower }) => lower)
  for (const principal of principals) {
    if (principal.type !== 'Federated' || isSaml(principal)) continue
    const host = hostOf(principal)
    if (host === GITHUB) {
      if (!asked.includes(GITHUB_SUBJECT))
        report('MISSING_GITHUB_REPO_CONDITION_KEY', [principal.name])
    } else if (!asked.some((key) => key.startsWith(`${host}:`)))
      report('MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL', [principal.name])
  }
  for (const { lower, values } of conditions)
    for (const value of lower === GITHUB_SUBJECT ? values : [])
      if (value.text.includes('*')) report('SPECIFIC_GITHUB_REPO_AND_BRANCH_RECOMMENDED', [value])
}

/** Keys that only come with a further permission. */
const GRANTED_BY: readonly (readonly [RegExp, string])[] = [
  [/^(?:aws:requesttag\/.+|aws:tagkeys|sts:transitivetagkeys)$/, 'sts:TagSession'],
  [/^sts:sourceidentity$/, 'sts:SetSourceIdentity'],
]

function checkPermissions(
  { actions, notAction, conditions }: WrittenStatement,
  { report }: Validation,
) {
  if (notAction) return
  for (const { key, lower, keyAt } of conditions) {
    const [, actionName] = GRANTED_BY.find(([keys]) => keys.test(lower)) ?? []
    if (actionName === undefined) continue
    const needed = actionName.toLowerCase()
    if (actions.some(({ text }) => compileAction(text).matches(needed))) continue
    report('MISSING_ACTION_FOR_CONDITION_KEY', [keyAt], { actionName, keyName: key })
  }
}

function checkSessions({ principals }: WrittenStatement, { report }: Validation): void {
  for (const { name } of principals) {
    const session = /^arn:([^:]*):(?:sts|iam)::(\d{12}):assumed-role\/([^/]+)\//.exec(name.text)
    if (session === null) continue
    const [, partition, account, roleName] = session
    const opening = `arn:${partition}:iam::${account}:role/`
    const parent = principals.find(({ name: { text } }) => {
      return text.startsWith(opening) && text.slice(text.lastIndexOf('/') + 1) === roleName
    })
    if (parent !== undefined)
      report('REDUNDANT_PRINCIPAL_IN_ROLE_TRUST_POLICY', [name], {
        redundant_principal: name.text,
        parent_role: parent.name.text,
      })
  }
}

const statements = eachStatement((statement, validation) => {
  if (!isTrustPolicy(validation)) return
  checkSyntax(statement, validation)
  checkCalls(statement, validation)
  checkProviders(statement, validation)
  checkPermissions(statement, validation)
  checkSessions(statement, validation)
})

export const roleTrust: readonly Check[] = [statements, rolesAnywhere]
