import type {
  AskedCondition,
  ContextValue,
  Explanation,
  LayerOutcome,
  MatchedStatement,
  NearMiss,
} from '../kernel/authorization.ts'
import { sourceLines } from './source-lines.ts'

/** What `/_sallyport/why/<request-id>` answers. */
export interface Why {
  readonly requestId: string
  readonly eventTime: string
  readonly service: string
  readonly operation: string
  readonly caller: string
  readonly mode: string
  readonly outcome: string
  readonly error?: { readonly code: string; readonly message?: string }
  readonly decisions: readonly WhyDecision[]
  readonly policies: Readonly<Record<string, { readonly id: string; readonly document: string }>>
}

interface WhyDecision extends Explanation {
  readonly action: string
  readonly resource: string
  readonly allowed: boolean
  /** Names of the organization's levels, from the root down. */
  readonly levels: {
    readonly serviceControl: readonly string[]
    readonly resourceControl: readonly string[]
  }
  readonly wouldAllow: readonly {
    readonly text: string
    readonly statement?: Readonly<Record<string, unknown>>
    readonly instead: readonly string[]
  }[]
}

type Paint = (text: string) => string
type Paints = Readonly<Record<'bold' | 'green' | 'red' | 'grey' | 'yellow', Paint>>

const paintsOf = (colours: boolean): Paints => {
  const paint = (code: number): Paint =>
    colours ? (text) => `\x1b[${code}m${text}\x1b[0m` : (text) => text
  return { bold: paint(1), green: paint(32), red: paint(31), grey: paint(90), yellow: paint(33) }
}

/** A decision as one person would tell it to another. */
export function explanationText(why: Why, colours: boolean): string {
  const paints = paintsOf(colours)
  const { bold, green, red, grey } = paints
  const lines = [
    `${bold(`${why.operation}`)} ${grey(`(${why.service})`)} at ${why.eventTime}`,
    `  by ${why.caller}`,
    `  ${why.outcome === 'succeeded' ? green('succeeded') : red('refused')}${errorOf(why)}`,
  ]
  if (why.decisions.length === 0)
    lines.push('', '  No policy was asked: the call was refused before, or needs no permission.')
  for (const decision of why.decisions) lines.push('', ...decisionLines(decision, why, paints))
  return `${lines.join('\n')}\n`
}

const errorOf = (why: Why): string =>
  why.error === undefined
    ? ''
    : `: ${why.error.code}${why.error.message ? ` (${why.error.message})` : ''}`

const wordOf = (effect: string): string =>
  effect === 'explicitDeny' ? 'explicitly denied' : 'not allowed'

function decisionLines(decision: WhyDecision, why: Why, paints: Paints): string[] {
  const { bold, green, red } = paints
  const { effect, action, resource, allowed, reason, layers, missingKeys } = decision
  const verdict = effect === 'allowed' ? green('allowed') : red(wordOf(effect))
  const lines = [`${bold(action)} on ${resource}: ${verdict}`]
  if (why.mode === 'observe' && !allowed)
    lines.push('  It was done all the same: the installation only observes (--auth observe).')
  if (reason !== '') lines.push(`  ${reason}`)
  if (effect === 'allowed' && why.caller.endsWith(':root'))
    lines.push('  The root user of an account may do everything in it.')
  for (const layer of layers) lines.push(...layerLines(layer, decision, why, paints))
  if (missingKeys.length > 0)
    lines.push(`  keys that were asked for and are not there: ${missingKeys.join(', ')}`)
  return [...lines, ...adviceLines(decision, paints)]
}

/** What would have let the call pass; the last line of it is the first that one looks for. */
function adviceLines({ wouldAllow }: WhyDecision, { bold, green }: Paints): string[] {
  if (wouldAllow.length === 0) return []
  const all = wouldAllow.length > 1 ? ', all of it' : ''
  const lines = [`  ${bold(`It would be allowed after this${all}:`)}`]
  for (const [index, { text, statement, instead }] of wouldAllow.entries()) {
    lines.push(`    ${index + 1}. ${text}`)
    if (statement !== undefined) lines.push(`       ${green(JSON.stringify(statement))}`)
    for (const other of instead) lines.push(`       or ${other}`)
  }
  return lines
}

function layerLines(
  layer: LayerOutcome,
  decision: WhyDecision,
  why: Why,
  paints: Paints,
): string[] {
  if (layer.effect === 'notApplicable') return []
  if (layer.layer === 'grant' && layer.effect === 'implicitDeny')
    return ['  grant: none of the grants of this key is for it']
  const { levels, decidedBy, effect } = decision
  const { grey, green, red, bold } = paints
  const places =
    layer.layer === 'resource control policy' ? levels.resourceControl : levels.serviceControl
  const said = layer.effect === 'allowed' ? green('allows') : red(wordOf(layer.effect))
  const lines = [
    `  ${layer.layer}: ${said}${layer.layer === decidedBy ? bold(' (this decided)') : ''}`,
  ]
  for (const statement of layer.statements) {
    // Of a refusal, what allowed is only named; what denied is shown.
    const shown = effect === 'allowed' || statement.effect === 'Deny'
    for (const line of statementLines(statement, places, shown, why, paints))
      lines.push(`    ${line}`)
  }
  for (const level of layer.silentLevels ?? [])
    lines.push(`    ${red(`no statement at ${places[level]} allows it`)}`)
  if (layer.effect !== 'implicitDeny') return lines
  if (layer.statements.length + layer.nearMisses.length === 0)
    lines.push(`    no statement allows it`)
  for (const miss of layer.nearMisses.slice(0, 5))
    for (const line of missLines(miss, why)) lines.push(grey(`    ${line}`))
  return lines
}

const nameOf = ({ sid, index, policy, start }: MatchedStatement): string =>
  `${sid === undefined ? `statement ${index + 1}` : `"${sid}"`} of ${shortId(policy.id)}, line ${start.line}`

/** Policies of organizations are known by the last part of their ARN. */
const shortId = (id: string): string =>
  id.startsWith('arn:aws:organizations:') ? id.slice(id.lastIndexOf('/') + 1) : id

function sourceOf(statement: MatchedStatement, why: Why): string[] {
  const document = why.policies[statement.policy.hash]?.document
  return document === undefined ? [] : sourceLines(document, statement)
}

/** Which statement of which policy, its lines, and the values that its conditions met. */
function statementLines(
  statement: MatchedStatement,
  places: readonly string[],
  shown: boolean,
  why: Why,
  { grey, yellow }: Paints,
): string[] {
  const { effect, level, conditions = [] } = statement
  const place = level === undefined ? '' : `, at ${places[level]}`
  return [
    `${effect} by ${nameOf(statement)}${place}`,
    ...(shown ? sourceOf(statement, why).map((line) => grey(`  ${line}`)) : []),
    ...conditions.map((condition) => yellow(`  since ${conditionText(condition)}`)),
  ]
}

const conditionText = ({ operator, key, expected, actual }: AskedCondition): string => {
  const value = actual === undefined ? 'is not there' : `is ${valueText(actual)}`
  return `${key} ${value} (${operator} ${expected.join(', ')})`
}

function missLines(miss: NearMiss, why: Why): string[] {
  const { statement, failed, operator, key, expected, actual } = miss
  const source = sourceOf(statement, why).map((line) => `  ${line}`)
  const place = `${statement.effect} ${nameOf(statement)}, would apply, but`
  if (failed !== 'condition') return [`${place} its ${failed} is another`, ...source]
  const was = actual === undefined ? 'is not there' : `is ${valueText(actual)}`
  const wanted = `${operator} wants ${key} ${(expected ?? []).join(' or ')}`
  return [`${place} ${wanted}, and it ${was}`, ...source]
}

const valueText = (value: ContextValue): string =>
  typeof value === 'string' ? value : value.join(', ')
