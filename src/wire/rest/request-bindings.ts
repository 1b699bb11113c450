import type { ServiceError } from '../../kernel/errors.ts'
import type { HttpRequest } from '../../kernel/http.ts'
import { put } from '../codecs/compile.ts'
import { readText } from '../codecs/text.ts'
import { decodePath, parseQuery, type QueryValues } from '../route/query-values.ts'
import { restTemplate } from '../route/rest-table.ts'
import { labelsOf } from '../route/uri-template.ts'
import type { Member, OperationShape, StructureShape } from '../schema/shape.ts'
import { headerReader } from './header-text.ts'

/** Reads the members that stand outside the body. */
type BindingReader = (request: HttpRequest, path: string) => Record<string, unknown>

type Refuse = (message: string) => ServiceError

/** Where the members of an input stand. */
export interface RequestBindings {
  readonly read: BindingReader
  /** The member that is the whole body. */
  readonly payload: Member | undefined
  /** The members that the body holds when none is the whole of it. */
  readonly body: StructureShape | undefined
}

interface Parts {
  readonly labels: ReadonlyMap<string, string>
  readonly query: QueryValues
  readonly headers: HttpRequest['headers']
}

/** Compiles the HTTP bindings of an operation's input. */
export function requestBindings(
  { traits, input }: OperationShape,
  refuse: Refuse,
): RequestBindings {
  if (input.kind !== 'structure') return { read: () => ({}), payload: undefined, body: undefined }
  const template = restTemplate(traits.http?.[1] ?? '/', input.members)
  const named = new Set(input.members.flatMap(({ traits }) => traits.httpQuery ?? []))
  for (const literal of template.literals.keys()) named.add(literal)
  const readers = input.members.flatMap((member) => {
    const read = partReader(member, named, refuse)
    return read ? [{ name: member.name, read }] : []
  })
  const body = input.members.filter((member) => !isBoundInRequest(member))
  return {
    read(request, path) {
      const parts: Parts = {
        labels: labelsOf(template, path),
        query: parseQuery(request.query),
        headers: request.headers,
      }
      const out: Record<string, unknown> = {}
      for (const { name, read } of readers) {
        const value = read(parts)
        if (value !== undefined) out[name] = value
      }
      return out
    },
    payload: input.members.find(({ traits }) => traits.httpPayload === 1),
    body: body.length > 0 ? { ...structureOf(input), members: body } : undefined,
  }
}

const structureOf = ({ namespace, name, traits, union }: StructureShape) => ({
  kind: 'structure' as const,
  namespace,
  name,
  traits,
  union,
})

const isBoundInRequest = ({ traits }: Member): boolean =>
  traits.httpPayload === 1 ||
  traits.httpLabel === 1 ||
  traits.httpHeader !== undefined ||
  traits.httpPrefixHeaders !== undefined ||
  traits.httpQuery !== undefined ||
  traits.httpQueryParams === 1

function partReader(
  { name, shape, traits }: Member,
  named: ReadonlySet<string>,
  refuse: Refuse,
): ((parts: Parts) => unknown) | undefined {
  if (traits.httpLabel === 1) {
    const read = readText(shape, refuse)
    return ({ labels }) => {
      const label = labels.get(name)
      return label === undefined ? undefined : read(decodePath(label))
    }
  }
  if (traits.httpHeader !== undefined) {
    const key = traits.httpHeader.toLowerCase()
    const read = headerReader(shape, traits, refuse)
    return ({ headers }) => {
      const value = headers[key]
      return value === undefined ? undefined : read(value)
    }
  }
  if (traits.httpPrefixHeaders !== undefined) {
    const prefix = traits.httpPrefixHeaders.toLowerCase()
    return ({ headers }) => {
      let found: Record<string, unknown> | undefined
      for (const key of Object.keys(headers)) {
        if (!key.startsWith(prefix)) continue
        found ??= {}
        put(found, key.slice(prefix.length), headers[key])
      }
      return found
    }
  }
  if (traits.httpQuery !== undefined) {
    const key = traits.httpQuery
    const read = readText(shape.kind === 'list' ? shape.member.shape : shape, refuse)
    const list = shape.kind === 'list'
    return ({ query }) => {
      const values = query.get(key)
      if (!values) return undefined
      return list ? values.map(read) : read(values[0])
    }
  }
  if (traits.httpQueryParams !== 1 || shape.kind !== 'map') return undefined
  const list = shape.value.shape.kind === 'list'
  return ({ query }) => {
    const out: Record<string, unknown> = {}
    for (const [key, values] of query)
      if (!named.has(key)) put(out, key, list ? [...values] : values[0])
    return out
  }
}
