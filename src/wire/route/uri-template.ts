type UriSegment =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'label'; readonly name: string }
  | { readonly kind: 'greedy'; readonly name: string }

/** `/a/{Label}/{Greedy+}?literal=value`, taken apart. */
export interface UriTemplate {
  readonly segments: readonly UriSegment[]
  /** Query literals; without a value: ''. */
  readonly literals: ReadonlyMap<string, string>
}

/** Reads the URI of an `http` trait. */
export function parseUri(uri: string): UriTemplate {
  const [path = '', query = ''] = uri.split('?')
  const segments = path
    .split('/')
    .filter((text) => text !== '')
    .map((text): UriSegment => {
      const label = /^\{(\w+)(\+)?\}$/.exec(text)
      if (!label) return { kind: 'literal', text }
      return { kind: label[2] ? 'greedy' : 'label', name: label[1]! }
    })
  const literals = new Map<string, string>()
  for (const part of query.split('&')) {
    const [key = '', value = ''] = part.split('=')
    if (key !== '') literals.set(key, value)
  }
  return { segments, literals }
}

/**
 * Raw label values of a path that the template matches. A greedy label takes all that is left,
 * slashes included.
 */
export function labelsOf({ segments }: UriTemplate, path: string): ReadonlyMap<string, string> {
  const labels = new Map<string, string>()
  let start = 1
  for (const segment of segments) {
    const slash = path.indexOf('/', start)
    const end = slash === -1 ? path.length : slash
    if (segment.kind === 'label') labels.set(segment.name, path.slice(start, end))
    if (segment.kind === 'greedy') labels.set(segment.name, path.slice(start))
    start = end + 1
  }
  return labels
}
