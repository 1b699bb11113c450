/**
 * The shapes of a service's messages, as the codecs see them: the official client's static schemas
 * with references resolved and trait bits spelled out. Resolved on first use; cycles are allowed.
 */
export type Shape = SimpleShape | TimestampShape | ListShape | MapShape | StructureShape

type SimpleKind =
  | 'string'
  | 'number'
  | 'boolean'
  | 'blob'
  | 'bigInteger'
  | 'bigDecimal'
  | 'document'
  | 'unit'

export interface SimpleShape {
  readonly kind: SimpleKind
}

export type TimestampFormat = 'date-time' | 'http-date' | 'epoch-seconds'

export interface TimestampShape {
  readonly kind: 'timestamp'
  /** Undefined when the protocol decides. */
  readonly format: TimestampFormat | undefined
}

export interface ListShape {
  readonly kind: 'list'
  readonly member: Member
}

export interface MapShape {
  readonly kind: 'map'
  readonly key: Member
  readonly value: Member
}

export interface StructureShape {
  readonly kind: 'structure'
  readonly union: boolean
  readonly namespace: string
  readonly name: string
  readonly traits: Traits
  readonly members: readonly Member[]
}

export interface Member {
  readonly name: string
  readonly shape: Shape
  /** Traits of the member alone. */
  readonly own: Traits
  /** Traits of the shape, overridden by the member's own. */
  readonly traits: Traits
  /** The model requires the member. */
  readonly required: boolean
  /** A blob that is never buffered, or an event stream. */
  readonly streaming: boolean
}

/** Traits that matter on the wire, named as in Smithy. */
export interface Traits {
  readonly httpLabel?: 1
  readonly idempotencyToken?: 1
  readonly sensitive?: 1
  readonly httpPayload?: 1
  readonly httpResponseCode?: 1
  readonly httpQueryParams?: 1
  readonly httpQuery?: string
  readonly httpHeader?: string
  readonly httpPrefixHeaders?: string
  readonly jsonName?: string
  readonly xmlName?: string
  readonly ec2QueryName?: string
  readonly xmlFlattened?: 1
  readonly xmlAttribute?: 1
  /** Prefix (or empty) and URI. */
  readonly xmlNamespace?: readonly [string | undefined, string]
  readonly mediaType?: string
  readonly streaming?: 1
  readonly sparse?: 1
  readonly hostLabel?: 1
  readonly http?: readonly [method: string, uri: string, status: number]
  readonly endpoint?: readonly [string]
  readonly error?: 'client' | 'server'
  readonly httpError?: number
  readonly awsQueryError?: readonly [code: string, status: number]
}

/** An operation of the contract. */
export interface OperationShape {
  readonly name: string
  readonly traits: Traits
  readonly input: Shape
  readonly output: Shape
}
