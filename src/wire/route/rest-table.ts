import type { HttpRequest } from '../../kernel/http.ts'
import { methodNotAllowed, noSuchRoute } from '../protocol-errors.ts'
import type { Member, OperationShape } from '../schema/shape.ts'
import { parseQuery, type QueryValues } from './query-values.ts'
import { parseUri, type UriTemplate } from './uri-template.ts'

/** An operation with everything that tells it from others on the same path. */
interface Candidate {
  readonly name: string
  readonly method: string
  readonly template: UriTemplate
  /** `?x-id=Name`: official clients send it, others do not. */
  readonly id: string | undefined
  /** Query parameters and headers that the model requires. */
  readonly queries: readonly string[]
  readonly headers: readonly string[]
}

interface Node {
  readonly literals: Map<string, Node>
  label: Node | undefined
  /** Operations that end here. */
  readonly ends: Candidate[]
  /** Operations whose greedy label begins here. */
  readonly greedy: Candidate[]
}

export type RestTable = (request: HttpRequest, path: string) => string

/**
 * Compiles the URI templates of a REST service into a trie. The table answers with the name of the
 * most specific operation, or throws.
 */
export function compileRestTable(operations: readonly OperationShape[]): RestTable {
  const root = emptyNode()
  for (const operation of operations) insert(root, operation)
  return (request, path) => {
    const segments = path.split('/').slice(1)
    const query = parseQuery(request.query)
    const matching = walk(root, segments, 0, request.method).filter(({ template }) =>
      literalsMatch(template, query),
    )
    const best = mostSpecific(matching, query, request.headers)
    if (best) return best.name
    throw walk(root, segments, 0, undefined).length > 0 ? methodNotAllowed() : noSuchRoute()
  }
}

function insert(root: Node, { name, traits, input }: OperationShape): void {
  if (!traits.http) return
  const members = input.kind === 'structure' ? input.members : []
  const template = restTemplate(traits.http[1], members)
  const required = members.filter((member) => member.required)
  const candidate: Candidate = {
    name,
    method: traits.http[0],
    template,
    id: template.literals.get('x-id'),
    queries: required.flatMap(({ traits }) => traits.httpQuery ?? []),
    headers: required.flatMap(({ traits }) => traits.httpHeader?.toLowerCase() ?? []),
  }
  let node = root
  for (const segment of template.segments) {
    if (segment.kind === 'greedy') {
      node.greedy.push(candidate)
      return
    }
    node = segment.kind === 'label' ? labelChild(node) : literalChild(node, segment.text)
  }
  node.ends.push(candidate)
}

/** S3's templates leave out the bucket, which its clients put into path or host. */
export function restTemplate(uri: string, members: readonly Member[]): UriTemplate {
  const bucket = members.some(({ name, traits }) => name === 'Bucket' && traits.httpLabel)
  return parseUri(bucket && !uri.includes('{Bucket}') ? `/{Bucket}${uri}` : uri)
}

/**
 * Everything that the path reaches; literals before labels before greedy labels. Each node is
 * visited once at most.
 * @param method undefined for any
 */
function walk(
  node: Node,
  segments: readonly string[],
  at: number,
  method: string | undefined,
): readonly Candidate[] {
  const ofMethod = (all: readonly Candidate[]) =>
    method === undefined ? all : all.filter((candidate) => candidate.method === method)
  const segment = segments[at]
  if (segment === undefined || (segment === '' && at === segments.length - 1)) {
    return ofMethod(node.ends)
  }
  const children = [node.literals.get(segment), segment === '' ? undefined : node.label]
  for (const child of children) {
    const reached = child ? walk(child, segments, at + 1, method) : []
    if (reached.length > 0) return reached
  }
  return ofMethod(node.greedy)
}

function literalsMatch({ literals }: UriTemplate, query: QueryValues): boolean {
  for (const [key, value] of literals) {
    if (key === 'x-id') continue
    const sent = query.get(key)
    if (sent === undefined || (value !== '' && sent[0] !== value)) return false
  }
  return true
}

function mostSpecific(
  candidates: readonly Candidate[],
  query: QueryValues,
  headers: HttpRequest['headers'],
): Candidate | undefined {
  const id = query.get('x-id')?.[0]
  let best: Candidate | undefined
  let bestScore = Number.NEGATIVE_INFINITY
  for (const candidate of candidates) {
    const { template, queries, headers: wanted } = candidate
    const lacking =
      queries.filter((key) => !query.has(key)).length +
      wanted.filter((key) => headers[key] === undefined).length
    const score =
      template.literals.size * 1000 -
      (candidate.id === undefined ? 0 : 1000) +
      (id !== undefined && candidate.id === id ? 500 : 0) +
      (lacking > 0 ? -10 * lacking : queries.length + wanted.length)
    if (score > bestScore) {
      best = candidate
      bestScore = score
    }
  }
  return best
}

function emptyNode(): Node {
  return { literals: new Map(), label: undefined, ends: [], greedy: [] }
}

function labelChild(node: Node): Node {
  node.label ??= emptyNode()
  return node.label
}

function literalChild(node: Node, text: string): Node {
  let child = node.literals.get(text)
  if (!child) {
    child = emptyNode()
    node.literals.set(text, child)
  }
  return child
}
