import type { Member, OperationShape, Shape, StructureShape } from '../schema/shape.ts'
import { headerWriter } from './header-text.ts'

/** Where the members of an output stand. */
export interface ResponseBindings {
  readonly status: (output: Readonly<Record<string, unknown>>) => number
  readonly headers: (output: Readonly<Record<string, unknown>>) => Record<string, string>
  readonly payload: Member | undefined
  readonly body: StructureShape | undefined
}

/** Compiles the HTTP bindings of an operation's output. */
export function responseBindings({ traits, output }: OperationShape): ResponseBindings {
  const normal = traits.http?.[2] ?? 200
  const code = membersOf(output).find(({ traits }) => traits.httpResponseCode === 1)?.name
  const { payload, body, headers } = messageBindings(output)
  return {
    status: (value) => (code === undefined ? normal : Number(value[code] ?? normal)),
    headers,
    payload,
    body,
  }
}

/** The same of an output or an error, without the status. */
export function messageBindings(shape: Shape): Omit<ResponseBindings, 'status'> {
  const members = membersOf(shape)
  const writers = members.flatMap(headerOf)
  const body = members.filter(
    ({ traits }) =>
      traits.httpPayload !== 1 &&
      traits.httpHeader === undefined &&
      traits.httpPrefixHeaders === undefined &&
      traits.httpResponseCode !== 1,
  )
  return {
    headers(value) {
      const headers: Record<string, string> = {}
      for (const { name, write } of writers) {
        const field = value[name]
        if (field !== undefined && field !== null) write(field, headers)
      }
      return headers
    },
    payload: members.find(({ traits }) => traits.httpPayload === 1),
    body:
      body.length > 0 && shape.kind === 'structure'
        ? {
            kind: 'structure',
            namespace: shape.namespace,
            name: shape.name,
            traits: shape.traits,
            union: shape.union,
            members: body,
          }
        : undefined,
  }
}

const membersOf = (shape: Shape): readonly Member[] =>
  shape.kind === 'structure' ? shape.members : []

function headerOf({ name, shape, traits }: Member) {
  if (traits.httpHeader !== undefined) {
    const key = traits.httpHeader.toLowerCase()
    const text = headerWriter(shape, traits)
    return [
      {
        name,
        write(value: unknown, headers: Record<string, string>) {
          headers[key] = text(value)
        },
      },
    ]
  }
  if (traits.httpPrefixHeaders === undefined) return []
  const prefix = traits.httpPrefixHeaders.toLowerCase()
  return [
    {
      name,
      write(value: unknown, headers: Record<string, string>) {
        for (const [key, text] of Object.entries(value as object)) {
          headers[`${prefix}${key.toLowerCase()}`] = String(text)
        }
      },
    },
  ]
}
