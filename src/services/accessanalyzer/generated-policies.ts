import type { ActionCatalogue } from '../../access/actions.ts'
import { parseArn } from '../../kernel/arn.ts'
import type { UsedAction } from './policy-generation-records.ts'

/** IAM's limit for a managed policy, in characters without white space. */
const mostCharacters = 6_144
/** An action used on more resources than this is allowed on all of their kind. */
const mostResources = 25

export interface Detail {
  readonly placeholders: boolean
  readonly serviceTemplate: boolean
}

interface Statement {
  readonly Sid: string
  readonly Effect: 'Allow'
  readonly Action: readonly string[]
  readonly Resource: string | readonly string[]
}

const text = (statements: readonly Statement[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements })

/**
 * Policies that allow what was used and no more: several where one would be too long. With
 * placeholders, resources are the templates of their types instead (`${BucketName}`).
 */
export function generatedPolicies(
  used: readonly UsedAction[],
  services: readonly string[],
  catalogue: ActionCatalogue,
  detail: Detail,
): readonly string[] {
  const bySet = new Map<
    string,
    { readonly actions: string[]; readonly resources: readonly string[] }
  >()
  for (const { action, resources } of used.toSorted((a, b) => (a.action < b.action ? -1 : 1))) {
    const shown = detail.placeholders ? templatesOf(action, catalogue) : asUsed(resources)
    const key = JSON.stringify([action.split(':', 1)[0], shown])
    const group = bySet.get(key)
    if (group === undefined) bySet.set(key, { actions: [action], resources: shown })
    else group.actions.push(action)
  }
  const statements = [...bySet.values()].flatMap(({ actions, resources }) =>
    pieces(actions, resources),
  )
  const policies = packed(statements)
  if (!detail.serviceTemplate) return policies
  const known = new Set(used.map(({ action }) => action.split(':', 1)[0]))
  const further = services.filter((service) => !known.has(service))
  if (further.length === 0) return policies
  const Action = further.toSorted().map((service) => `${service}:*`)
  return [...policies, text([{ Sid: 'ServiceLevelSid0', Effect: 'Allow', Action, Resource: '*' }])]
}

/** Statements small enough that each fits a policy of its own. */
function pieces(
  actions: readonly string[],
  resources: readonly string[],
): Omit<Statement, 'Sid'>[] {
  const whole = {
    Effect: 'Allow' as const,
    Action: actions,
    Resource: resources.length === 1 ? resources[0]! : resources,
  }
  if (JSON.stringify(whole).length < mostCharacters - 200) return [whole]
  const halves = <T>(list: readonly T[]) => [
    list.slice(0, list.length >> 1),
    list.slice(list.length >> 1),
  ]
  if (resources.length > 1) return halves(resources).flatMap((half) => pieces(actions, half))
  return actions.length > 1 ? halves(actions).flatMap((half) => pieces(half, resources)) : [whole]
}

function packed(statements: readonly Omit<Statement, 'Sid'>[]): string[] {
  const policies: string[] = []
  let open: Statement[] = []
  for (const [index, statement] of statements.entries()) {
    const next = { Sid: `SupportedServiceSid${index}`, ...statement }
    if (open.length > 0 && text([...open, next]).length > mostCharacters) {
      policies.push(text(open))
      open = []
    }
    open.push(next)
  }
  if (open.length > 0) policies.push(text(open))
  return policies
}

function asUsed(resources: readonly string[]): readonly string[] {
  if (resources.includes('*')) return ['*']
  const shown =
    resources.length > mostResources ? resources.map(allOfItsKind) : resources.map(literal)
  const unique = [...new Set(shown)].sort()
  return unique.length > mostResources ? ['*'] : unique
}

/** `arn:aws:iam::1:user/a/b` becomes `arn:aws:iam::1:user/*`. */
function allOfItsKind(arn: string): string {
  const parsed = parseArn(arn)
  if (parsed === undefined) return '*'
  const { resource } = parsed
  const head = arn.slice(0, arn.length - resource.length)
  const cut = resource.search(/[:/]/)
  return cut < 0 ? `${head}*` : `${head}${literal(resource.slice(0, cut + 1))}*`
}

/** An ARN as policies write it where they mean this one only. */
const literal = (arn: string): string => arn.replace(/[*?$]/g, (character) => `\${${character}}`)

/** Templates of the resource types that an action takes. */
function templatesOf(action: string, catalogue: ActionCatalogue): readonly string[] {
  const types = new Set(catalogue.actionFacts(action)?.resources.map(({ type }) => type) ?? [])
  if (types.size === 0) return ['*']
  const vendor = action.split(':', 1)[0]!
  const templates = catalogue
    .resourceTypes(vendor)
    .filter(({ type }) => types.has(type))
    .map(({ arn }) => arn.replace('${Partition}', 'aws'))
  return templates.length === 0 ? ['*'] : [...new Set(templates)].sort()
}
