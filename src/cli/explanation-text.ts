import type {
  ContextValue,
  Explanation,
  LayerOutcome,
  MatchedStatement,
  NearMiss,
} from '../kernel/authorization.ts'
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
  readonly decisions: readonly (Explanation & {
    readonly action: string
    readonly resource: string
    readonly allowed: boolean
  })[]
  readonly policies: Readonly<Record<string, { readonly id: string; readonly document: string }>>
}

type Paint = (text: string) => string

/** A decision as one person would tell it to another. */
export function explanationText(why: Why, colours: boolean): string {
  const paint = (code: number): Paint =>
    colours ? (text) => `\x1b[${code}m${text}\x1b[0m` : (t) => t
  const [bold, green, red, grey] = [1, 32, 31, 90].map(paint) as [Paint, Paint, Paint, Paint]
  const lines = [
    `${bold(`${why.operation}`)} ${grey(`(${why.service})`)} at ${why.eventTime}`,
    `  by ${why.caller}`,
    `  ${why.outcome === 'succeeded' ? green('succeeded') : red('refused')}${errorOf(why)}`,
  ]
  if (why.decisions.length === 0)
    lines.push('', '  No policy was asked: the call was refused before, or needs no permission.')
  for (const decision of why.decisions) {
    const verdict = decision.effect === 'allowed' ? green('allowed') : red(wordOf(decision.effect))
    lines.push('', `${bold(decision.action)} on ${decision.resource}: ${verdict}`)
    if (decision.reason !== '') lines.push(`  ${decision.reason}`)
    for (const layer of decision.layers) lines.push(...layerLines(layer, why, { grey, green, red }))
    if (decision.missingKeys.length > 0)
      lines.push(`  keys that were asked for and are not there: ${decision.missingKeys.join(', ')}`)
  }
  return `${lines.join('\n')}\n`
}

const errorOf = (why: Why): string =>
  why.error === undefined
    ? ''
    : `: ${why.error.code}${why.error.message ? ` (${why.error.message})` : ''}`

const wordOf = (effect: string): string =>
  effect === 'explicitDeny' ? 'explicitly denied' : 'not allowed'

function layerLines(
  layer: LayerOutcome,
  why: Why,
  { grey, green, red }: Record<'grey' | 'green' | 'red', Paint>,
): string[] {
  if (layer.effect === 'notApplicable') return []
  const effect = layer.effect === 'allowed' ? green('allows') : red(wordOf(layer.effect))
  const lines = [`  ${layer.layer}: ${effect}`]
  for (const statement of layer.statements) lines.push(`    ${statementText(statement, why)}`)
  if (layer.effect !== 'allowed')
    for (const miss of layer.nearMisses.slice(0, 5)) lines.push(grey(`    ${missText(miss, why)}`))
  return lines
}

function statementText(statement: MatchedStatement, why: Why): string {
  const { policy, effect, sid, index, start } = statement
  const name = sid === undefined ? `statement ${index + 1}` : `"${sid}"`
  const source = why.policies[policy.hash]?.document.split('\n')[start.line - 1]?.trim() ?? ''
  const quoted = source.length > 100 ? `${source.slice(0, 100)}...` : source
  return `${effect} by ${name} of ${policy.id}, line ${start.line}: ${quoted}`
}

function missText(miss: NearMiss, why: Why): string {
  const { statement, failed, operator, key, expected, actual } = miss
  const { policy, effect, sid, index } = statement
  const name = sid === undefined ? `statement ${index + 1}` : `"${sid}"`
  const place = `${effect} ${name} of ${why.policies[policy.hash]?.id ?? policy.id}`
  if (failed !== 'condition') return `${place} would apply, but its ${failed} is another`
  const was = actual === undefined ? 'is not there' : `is ${valueText(actual)}`
  return `${place} would apply, but ${operator} wants ${key} ${(expected ?? []).join(' or ')}, and it ${was}`
}

const valueText = (value: ContextValue): string =>
  typeof value === 'string' ? value : value.join(', ')
