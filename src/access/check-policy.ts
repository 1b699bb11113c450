/** Whether a policy may be stored: AWS's refusals for each kind of policy, in AWS's order. */

import { actionFault, isTrustAction } from './check-actions.ts'
import { principalFault } from './check-principals.ts'
import { failsLegacyParsing, resourceFault } from './check-resources.ts'
import { operatorName } from './conditions.ts'
import { type PolicyDocument, readPolicy, type Statement } from './document.ts'
import rcpServices from './generated/rcp-services.json' with { type: 'json' }
import { parseRange } from './ip-ranges.ts'
import { parseDate, parseNumber } from './operand-values.ts'

export type PolicyKind =
  | 'identity'
  | 'boundary'
  | 'session'
  | 'resource'
  | 'trust'
  | 'endpoint'
  | 'scp'
  | 'rcp'

export interface PolicyFault {
  readonly code: 'MalformedPolicyDocument' | 'MalformedPolicyDocumentException'
  readonly message: string
}

type Rule = (document: PolicyDocument) => string | undefined

const SYNTAX = 'Syntax errors in policy.'
const LEGACY = 'The policy failed legacy parsing'
const VERSION = '2012-10-17'
const VERSIONS: ReadonlySet<string | undefined> = new Set([undefined, '2008-10-17', VERSION])
const SID = /^[0-9A-Za-z]*$/
const ORGANIZATIONS =
  'The provided policy document does not meet the requirements of the specified policy type.'
const CONTROLLED: ReadonlySet<string> = new Set(rcpServices)

/** A rule for each statement. */
function each(rule: (statement: Statement) => string | undefined): Rule {
  return ({ statements }) => {
    for (const statement of statements) {
      const fault = rule(statement)
      if (fault !== undefined) return fault
    }
    return undefined
  }
}

function syntax({ version, statements }: PolicyDocument): string | undefined {
  if (!VERSIONS.has(version) || statements.length === 0) return SYNTAX
  for (const { effect, conditions } of statements) {
    if (effect === undefined || !/^(?:allow|deny)$/i.test(effect)) return SYNTAX
    if (conditions.some(({ operator }) => operatorName(operator) === undefined)) return SYNTAX
  }
  return undefined
}

const current: Rule = ({ version }) =>
  version === VERSION ? undefined : 'Policy document must be version 2012-10-17 or greater.'

const isRange = (value: string) => value.includes('${') || parseRange(value) !== undefined

/** Values of typed operators must be of their type. */
function isTyped({ conditions }: Statement): boolean {
  return conditions.every(({ operator, values }) => {
    const base = operatorName(operator)!.base
    if (base.startsWith('date')) return values.every((value) => parseDate(value) !== undefined)
    if (base.endsWith('ipaddress')) return values.every(isRange)
    if (!base.startsWith('numeric')) return true
    return values.every((value) => parseNumber(value) !== undefined)
  })
}

const legacy = each((statement) => {
  const entries = statement.resources ?? statement.notResources ?? []
  const spelled = statement.effect === 'Allow' || statement.effect === 'Deny'
  const sound = spelled && isTyped(statement) && !entries.some(failsLegacyParsing)
  return sound ? undefined : LEGACY
})

const sidForm = each(({ sid = '' }) =>
  SID.test(sid)
    ? undefined
    : 'Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*',
)

const sidUnique: Rule = ({ statements }) => {
  const sids = statements.map(({ sid }) => sid).filter((sid) => sid !== undefined && sid !== '')
  if (new Set(sids).size === sids.length) return undefined
  return 'Statement IDs (SID) in a single policy must be unique.'
}

const someActions = each(({ actions, notActions }) =>
  (actions ?? notActions ?? []).length > 0 ? undefined : 'Policy statement must contain actions.',
)

const someResources = each(({ resources, notResources }) =>
  (resources ?? notResources ?? []).length > 0
    ? undefined
    : 'Policy statement must contain resources.',
)

const resourceForm = each(({ resources, notResources }) => {
  for (const entry of resources ?? notResources ?? []) {
    const fault = resourceFault(entry)
    if (fault !== undefined) return fault
  }
  return undefined
})

const noPrincipal = each(({ principal, notPrincipal }) =>
  principal === undefined && notPrincipal === undefined
    ? undefined
    : 'Policy document should not specify a principal.',
)

const somePrincipal = each(({ principal, notPrincipal }) =>
  principal === undefined && notPrincipal === undefined
    ? 'Missing required field Principal'
    : undefined,
)

const noResource = each(({ resources, notResources }) => {
  if (resources !== undefined) return 'Has prohibited field Resource'
  return notResources === undefined ? undefined : 'Has prohibited field NotResource'
})

const noNotPrincipal = each(({ notPrincipal }) =>
  notPrincipal === undefined ? undefined : 'Has prohibited field NotPrincipal',
)

/** Trust policies spell everyone as `{"AWS": "*"}`. */
const noBareStar = each(({ principal }) =>
  principal === '*' ? 'AssumeRolepolicy contained an invalid principal: "STAR":"*".' : undefined,
)

const onlyTrustActions = each(({ actions }) =>
  actions?.every(isTrustAction)
    ? undefined
    : 'AssumeRole policy may only specify STS AssumeRole actions.',
)

/** Policies of sessions are not completed as stored policies are. */
const completeArns = each(({ resources, notResources }) => {
  const short = (resources ?? notResources ?? []).find(
    (entry) => entry !== '*' && entry.split(':').length < 6,
  )
  return short === undefined ? undefined : `Resource ${short} must be in ARN format or "*".`
})

/** Organizations take no shortened ARNs; in SCPs they may end in a star. */
function fullArns(starred: boolean): Rule {
  return each(({ resources, notResources }) => {
    const sound = (resources ?? notResources ?? []).every((entry) => {
      return entry === '*' || entry.split(':').length > 5 || (starred && entry.endsWith('*'))
    })
    return sound ? undefined : ORGANIZATIONS
  })
}

/** RCPs deny, to everyone, actions of services that support them. */
const onlyRcpForm = each(({ effect, actions, principal }) => {
  const everyone = principal === '*' || (principal?.size === 1 && principal.get('AWS')?.[0] === '*')
  if (effect !== 'Deny' || !everyone || actions === undefined) return ORGANIZATIONS
  const supported = actions.every((entry) => CONTROLLED.has(entry.split(':')[0]!.toLowerCase()))
  return supported ? undefined : ORGANIZATIONS
})

const beside = [
  syntax,
  current,
  noPrincipal,
  legacy,
  sidUnique,
  sidForm,
  someActions,
  someResources,
  resourceForm,
  each(actionFault),
]
const organizational = [
  syntax,
  current,
  legacy,
  sidUnique,
  someActions,
  someResources,
  each(actionFault),
]
const onResource = [
  syntax,
  somePrincipal,
  legacy,
  sidUnique,
  someActions,
  each(actionFault),
  principalFault,
]

const RULES: Readonly<Record<PolicyKind, readonly Rule[]>> = {
  identity: beside,
  boundary: beside,
  session: [...beside, completeArns],
  resource: [...onResource.slice(0, 5), someResources, resourceForm, ...onResource.slice(5)],
  endpoint: [...onResource.slice(0, 5), someResources, resourceForm, ...onResource.slice(5)],
  trust: [
    syntax,
    noResource,
    noNotPrincipal,
    somePrincipal,
    legacy,
    sidUnique,
    sidForm,
    someActions,
    each(actionFault),
    onlyTrustActions,
    noBareStar,
    principalFault,
  ],
  scp: [...organizational, noPrincipal, fullArns(true)],
  rcp: [...organizational, onlyRcpForm, fullArns(false)],
}

function firstFault(document: PolicyDocument, rules: readonly Rule[]): string | undefined {
  for (const rule of rules) {
    const fault = rule(document)
    if (fault !== undefined) return fault
  }
  return undefined
}

/**
 * AWS's refusal of a policy document, or undefined when it may be stored. Never throws. Policies of
 * organizations are refused with one sentence for every fault, as AWS Organizations does. Whether
 * the principals exist is the caller's to know: `principalsNamed`.
 */
export function checkPolicy(text: string, kind: PolicyKind): PolicyFault | undefined {
  const document = readPolicy(text)
  const indented =
    (kind === 'identity' || kind === 'boundary') && /^\s/.test(text) ? LEGACY : undefined
  const message = document === undefined ? SYNTAX : (firstFault(document, RULES[kind]) ?? indented)
  if (message === undefined) return undefined
  if (kind !== 'scp' && kind !== 'rcp') return { code: 'MalformedPolicyDocument', message }
  return { code: 'MalformedPolicyDocumentException', message: ORGANIZATIONS }
}
