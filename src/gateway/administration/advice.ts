import type { Remedy } from '../../access/remedies.ts'
import type {
  AccessRequest,
  AskedCondition,
  LayerName,
  MatchedStatement,
  Principal,
} from '../../kernel/authorization.ts'
import type { Places } from './organization-places.ts'

/** A remedy in words: one thing to do, what to write, and what would do instead. */
export interface Advice {
  readonly layer: LayerName
  readonly text: string
  /** The statement to add, when that is the advice. */
  readonly statement?: Readonly<Record<string, unknown>> | undefined
  readonly instead: readonly string[]
}

const nameOf = ({ sid, index, policy, start }: MatchedStatement): string =>
  `${sid === undefined ? `statement ${index + 1}` : `"${sid}"`} of ${policy.id}, line ${start.line}`

const valueOfKey = ({ actual }: Pick<AskedCondition, 'actual'>): string =>
  actual === undefined ? 'it is not there' : `it is ${[actual].flat().join(', ')}`

const conditionText = (condition: AskedCondition): string =>
  `${condition.operator} ${condition.key} ${condition.expected.join(' or ')} (${valueOfKey(condition)})`

/** What holds now, the other way about than what is wanted. */
const heldText = ({ operator, key, expected, actual }: AskedCondition): string =>
  `${key} ${actual === undefined ? 'is not there' : `is ${[actual].flat().join(', ')}`} (${operator} ${expected.join(', ')})`

function holder(principal: Principal): string {
  if (principal.kind === 'role') return `the role ${principal.roleName}`
  if (principal.kind === 'federated-user') return 'the user who made the session'
  return principal.kind === 'user' ? `the user ${principal.name}, or a group of it` : principal.arn
}

function placeOf({ layer, level }: Remedy, request: AccessRequest, places: Places): string {
  const { principal, layers, resource } = request
  switch (layer) {
    case 'identity-based policy':
      return `a policy of ${holder(principal)}`
    case 'permissions boundary':
      return `the permissions boundary ${layers.boundary?.id ?? ''}`.trim()
    case 'session policy':
      return 'the session policy that is passed when the session is made'
    case 'service control policy':
      return `a service control policy at ${places.serviceControl[level ?? 0]}`
    case 'resource control policy':
      return `a resource control policy at ${places.resourceControl[level ?? 0]}`
    case 'VPC endpoint policy':
      return 'the policy of the VPC endpoint'
    case 'role trust policy':
      return `the trust policy of ${resource.arn}`
    default:
      return `the resource policy of ${resource.arn}`
  }
}

function instead({ remove, meet }: Remedy): string[] {
  const avoided = remove.flatMap(({ conditions = [] }) => conditions.map(heldText))
  const met = meet.map(({ statement, operator = '', key = '', expected = [], actual }) => {
    const wanted = conditionText({ operator, key, expected, actual })
    return `call so that ${nameOf(statement)}, applies: ${wanted}`
  })
  const around = remove.length === 1 && avoided.length > 0
  return around ? [`call so that not all of this holds: ${avoided.join('; ')}`] : met
}

/** Tells a remedy to a person. */
export function advice(remedy: Remedy, request: AccessRequest, places: Places): Advice {
  const { layer, add, remove } = remedy
  const text =
    add === undefined
      ? `remove or narrow what denies: ${remove.map(nameOf).join(', ')}`
      : `add to ${placeOf(remedy, request, places)}`
  return { layer, text, statement: add, instead: instead(remedy) }
}
