import { compileAction } from '../../../../access/action-patterns.ts'
import type { IssueCode } from './findings.ts'
import { type Check, eachStatement, isWild } from './validated-kinds.ts'
import type { TextPart, WrittenStatement } from './written-policy.ts'

/** Actions on roles that should not be allowed on every role. */

interface Sensitive {
  readonly action: string
  readonly prefix: 'PASS_ROLE' | 'CREATE_SLR'
  /** Keys that narrow it enough. */
  readonly narrowing: readonly string[]
  /** Opens the resources that it is about. */
  readonly resource: string
}

const SENSITIVE: readonly Sensitive[] = [
  {
    action: 'iam:PassRole',
    prefix: 'PASS_ROLE',
    narrowing: ['iam:passedtoservice', 'iam:associatedresourcearn'],
    resource: 'role/',
  },
  {
    action: 'iam:CreateServiceLinkedRole',
    prefix: 'CREATE_SLR',
    narrowing: ['iam:awsservicename'],
    resource: 'role/aws-service-role/',
  },
]

/** Whether an entry stands for every role, whatever its name. */
function isEvery({ text }: TextPart, opening: string): boolean {
  if (text === '*') return true
  const resource = text.split(':').slice(5).join(':')
  const [, , service = ''] = text.split(':')
  if (!isWild(service) && service !== 'iam') return false
  if (resource.startsWith('*')) return true
  const name = resource.startsWith(opening) ? resource.slice(opening.length) : undefined
  return name?.startsWith('*') ?? /^role\/?\*/.test(resource)
}

function codeOf(
  statement: WrittenStatement,
  sensitive: Sensitive,
): [IssueCode, TextPart[]] | undefined {
  const { actions, notAction, resources, notResource } = statement
  const { action, prefix, resource } = sensitive
  const matching = actions.filter(({ text }) => compileAction(text).matches(action.toLowerCase()))
  if (notAction ? matching.length > 0 : matching.length === 0) return undefined
  const stars = resources.filter((entry) => isEvery(entry, resource))
  if (!notResource && stars.length === 0) return undefined
  const star = !notAction && matching.every(({ text }) => isWild(text))
  const how = notAction ? 'NOT_ACTION' : star ? 'STAR_IN_ACTION' : ''
  const places = [...(notAction ? actions : matching), ...(notResource ? resources : stars)]
  if (notResource)
    return [`${prefix}_WITH_${how === '' ? '' : `${how}_AND_`}NOT_RESOURCE` as IssueCode, places]
  if (notAction) return [`${prefix}_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION`, places]
  return [`${prefix}_WITH_STAR_IN_${star ? 'ACTION_AND_' : ''}RESOURCE`, places]
}

export const broadPermissions: Check = eachStatement((statement, { policyType, report }) => {
  if (policyType !== 'IDENTITY_POLICY' || statement.effect !== 'Allow') return
  for (const sensitive of SENSITIVE) {
    if (statement.conditions.some(({ lower }) => sensitive.narrowing.includes(lower))) continue
    const found = codeOf(statement, sensitive)
    if (found !== undefined) report(...found)
  }
})
