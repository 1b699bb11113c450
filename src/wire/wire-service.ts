import type { HttpRequest, HttpResponse } from '../kernel/http.ts'
import { invalidAction, noSuchRoute, unknownOperation } from './protocol-errors.ts'
import type { ErrorContext, Message, OperationCodec, OutgoingError } from './protocols/protocol.ts'
import { protocols } from './protocols/protocols.ts'
import { compileRestTable, type RestTable } from './route/rest-table.ts'
import type { Dialect, Route } from './route/route.ts'
import { type ProtocolName, readServiceFacts, type ServiceFacts } from './schema/facts.ts'
import { resolveOperation } from './schema/resolve.ts'
import type { OperationShape, Shape } from './schema/shape.ts'
import type { ConstraintsFile } from './validate/constraints.ts'
import { compileValidator, type Validator } from './validate/validator.ts'

/** One operation in one protocol, compiled when it is first used. */
export interface WireOperation {
  readonly name: string
  readonly protocol: ProtocolName
  /** The body must not be collected: a member streams it. */
  readonly streamingInput: boolean
  readonly streamingOutput: boolean
  /** Reads the input; throws AWS's error for what does not have its form. */
  decode(request: HttpRequest, route: Route): Message
  /** Checks the model's constraints; throws AWS's sentence for all that fail. */
  validate(input: Message): void
  encode(output: Message, requestId: string): HttpResponse
}

/** The wire side of one service. */
export interface WireService {
  readonly facts: ServiceFacts
  /** The operation that a route asks for; throws AWS's answer when there is none. */
  find(route: Route, request: HttpRequest): WireOperation
  /** An operation by name, by default in the protocol of the official client. */
  operation(name: string, protocol?: ProtocolName): WireOperation | undefined
  /** The protocol that a route turned out to speak. */
  protocolOf(dialect: Dialect): ProtocolName
  encodeError(
    protocol: ProtocolName,
    error: OutgoingError,
    context: Omit<ErrorContext, 'facts'>,
  ): HttpResponse
}

/** The wire of a service that serves pages only. */
const withoutOperations: WireService = {
  facts: {
    namespace: '',
    protocol: 'restJson1',
    xmlNamespace: undefined,
    version: undefined,
    target: undefined,
    queryCompatible: false,
    errors: new Map(),
    operations: new Map(),
  },
  find: () => {
    throw noSuchRoute()
  },
  operation: () => undefined,
  protocolOf: () => 'restJson1',
  encodeError: (protocol, error, context) =>
    protocols[protocol].encodeError(error, { ...context, facts: withoutOperations.facts }),
}

/**
 * Reads a contract module. Nothing is compiled yet: operations are when they are asked for.
 * @param constraints content of the service's constraints.json
 */
export function loadWire(contract: object, constraints?: ConstraintsFile): WireService {
  if (Object.keys(contract).length === 0) return withoutOperations
  const facts = readServiceFacts(contract)
  const compiled = new Map<ProtocolName, Map<string, WireOperation>>()
  const shapes = new Map<string, OperationShape>()
  let table: RestTable | undefined

  const shapeOf = (name: string): OperationShape | undefined => {
    const schema = facts.operations.get(name)
    if (!schema) return undefined
    let shape = shapes.get(name)
    if (!shape) {
      shape = resolveOperation(schema)
      shapes.set(name, shape)
    }
    return shape
  }

  const operation: WireService['operation'] = (name, protocol = facts.protocol) => {
    let ofProtocol = compiled.get(protocol)
    if (!ofProtocol) {
      ofProtocol = new Map()
      compiled.set(protocol, ofProtocol)
    }
    let made = ofProtocol.get(name)
    if (made) return made
    const shape = shapeOf(name)
    if (!shape) return undefined
    made = compileOperation(shape, protocol, facts, constraints)
    ofProtocol.set(name, made)
    return made
  }

  const protocolOf: WireService['protocolOf'] = (dialect) => {
    if (dialect === 'query') return facts.protocol === 'ec2Query' ? 'ec2Query' : 'awsQuery'
    return dialect === 'rest' ? facts.protocol : dialect
  }

  return {
    facts,
    operation,
    protocolOf,
    find(route, request) {
      if (route.dialect !== 'rest') {
        const name = route.operation ?? ''
        const made = speaks(facts, route.dialect)
          ? operation(name, protocolOf(route.dialect))
          : undefined
        if (made) return made
        throw route.dialect === 'query'
          ? invalidAction(name, facts.version ?? '')
          : unknownOperation()
      }
      if (!facts.protocol.startsWith('rest')) throw noSuchRoute()
      table ??= compileRestTable([...facts.operations.keys()].map((name) => shapeOf(name)!))
      return operation(table(request, route.path))!
    },
    encodeError: (protocol, error, context) =>
      protocols[protocol].encodeError(error, { ...context, facts }),
  }
}

/** An error before its service is known. */
export function encodeError(
  protocol: ProtocolName,
  error: OutgoingError,
  context: ErrorContext,
): HttpResponse {
  return protocols[protocol].encodeError(error, context)
}

function compileOperation(
  shape: OperationShape,
  protocol: ProtocolName,
  facts: ServiceFacts,
  constraints: ConstraintsFile | undefined,
): WireOperation {
  let codec: OperationCodec | undefined
  let check: Validator | undefined
  const compile = (): OperationCodec => {
    codec ??= protocols[protocol].compile(shape, facts)
    return codec
  }
  return {
    name: shape.name,
    protocol,
    streamingInput: hasStream(shape.input),
    streamingOutput: hasStream(shape.output),
    decode: (request, route) => (codec ?? compile()).decode(request, route),
    validate(input) {
      check ??= compileValidator(shape, constraints, protocol)
      check(input)
    },
    encode: (output, requestId) => (codec ?? compile()).encode(output, requestId),
  }
}

/** JSON and CBOR may stand for each other; forms and REST for nothing else. */
function speaks({ protocol, queryCompatible }: ServiceFacts, dialect: Dialect): boolean {
  const isQuery = protocol === 'awsQuery' || protocol === 'ec2Query'
  if (dialect === 'query') return isQuery || queryCompatible
  return !isQuery && !protocol.startsWith('rest')
}

const hasStream = (shape: Shape): boolean =>
  shape.kind === 'structure' && shape.members.some(({ streaming }) => streaming)
