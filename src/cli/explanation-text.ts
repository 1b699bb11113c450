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
    if (why.mode === 'observe' && !decision.allowed)
      lines.push('  It was done all the same: the installation only observes (--auth observe).')
    if (decision.reason !== '') lines.push(`  ${decision.reason}`)
    if (decision.effect === 'allowed' && why.caller.endsWith(':root'))
      lines.push('  The root user of an account may do everything in it.')
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
  for (const statement of layer.statements)
    for (const line of statementText(statement, why)) lines.push(`    ${line}`)
  if (layer.effect !== 'allowed')
    for (const miss of layer.nearMisses.slice(0, 5)) lines.push(grey(`    ${missText(miss, why)}`))
  return lines
}

/** Two lines: which statement of which policy, and the statement itself. */
function statementText(statement: MatchedStatement, why: Why): string[] {
  const { policy, effect, sid, index, start } = statement
  const name = sid === undefined ? `statement ${index + 1}` : `"${sid}"`
  const document = why.policies[policy.hash]?.document
  const source = document === undefined ? [] : [`  ${quoted(document, statement)}`]
  return [`${effect} by ${name} of ${policy.id}, line ${start.line}`, ...source]
}

const longestQuote = 160

/** A statement as it stands in its document, on one line. */
function quoted(document: string, { start, end }: Pick<MatchedStatement, 'start' | 'end'>): string {
  const lines = document.split('\n').slice(start.line - 1, end.line)
  const last = lines.length - 1
  // The end first: on a single line, both columns count from its beginning.
  lines[last] = lines[last]?.slice(0, end.column - 1) ?? ''
  lines[0] = lines[0]?.slice(start.column - 1) ?? ''
  const text = lines.join(' ').replace(/\s+/g, ' ').trim()
  return text.length > longestQuote ? `${text.slice(0, longestQuote - 3)}...` : text
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
