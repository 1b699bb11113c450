import { resolveShape, type StaticRef } from './resolve.ts'
import type { StructureShape } from './shape.ts'

/** The six protocols, by Smithy's names for them. */
export type ProtocolName =
  | 'awsJson1_0'
  | 'awsJson1_1'
  | 'awsQuery'
  | 'ec2Query'
  | 'restJson1'
  | 'restXml'
  | 'rpcv2Cbor'

/** What the contract says of the service as a whole. */
export interface ServiceFacts {
  /** Smithy namespace of its shapes (`com.amazonaws.sts`). */
  readonly namespace: string
  /** The protocol that the official client speaks. */
  readonly protocol: ProtocolName
  readonly xmlNamespace: string | undefined
  readonly version: string | undefined
  /** Prefix of `x-amz-target`. */
  readonly target: string | undefined
  /** JSON and CBOR errors also carry the code of the older query protocol. */
  readonly queryCompatible: boolean
  /** Modelled errors by class name, and by wire code where that differs. */
  readonly errors: ReadonlyMap<string, StructureShape>
  /** Static schemas of the operations by name. */
  readonly operations: ReadonlyMap<string, readonly unknown[]>
}

interface ProtocolSettings {
  readonly defaultNamespace: string
  readonly xmlNamespace?: string
  readonly version?: string
  readonly serviceTarget?: string
  readonly awsQueryCompatible?: boolean
}

/**
 * Reads the facts off a contract module: an official client, or a `contract.ts` of ours that
 * exports schemas in the same static form and `protocolSettings` with a `protocol` name.
 */
export function readServiceFacts(contract: object): ServiceFacts {
  const exports = contract as Readonly<Record<string, unknown>>
  const { settings, protocol } = settingsOf(exports)
  const errors = new Map<string, StructureShape>()
  const operations = new Map<string, readonly unknown[]>()
  for (const [key, value] of Object.entries(exports)) {
    if (!key.endsWith('$') || !Array.isArray(value)) continue
    if (value[0] === 9) operations.set(value[2], value)
    if (value[0] !== -3) continue
    const shape = resolveShape(value as StaticRef) as StructureShape
    if (shape.namespace.startsWith('smithy.ts.sdk.synthetic')) continue
    errors.set(key.slice(0, -1), shape).set(shape.name, shape)
  }
  for (const shape of [...errors.values()]) {
    const code = shape.traits.awsQueryError?.[0]
    if (code !== undefined && !errors.has(code)) errors.set(code, shape)
  }
  return {
    namespace: settings.defaultNamespace,
    protocol,
    xmlNamespace: settings.xmlNamespace,
    version: settings.version,
    target: settings.serviceTarget,
    queryCompatible: settings.awsQueryCompatible === true,
    errors,
    operations,
  }
}

/** The client knows its settings only as an instance; making one reads no file and opens no socket. */
function settingsOf(exports: Readonly<Record<string, unknown>>) {
  const declared = exports.protocolSettings as
    | (ProtocolSettings & { readonly protocol: ProtocolName })
    | undefined
  if (declared) return { settings: declared, protocol: declared.protocol }
  const name = Object.keys(exports).find((key) => key.endsWith('Client') && key !== '__Client')
  const Client = name === undefined ? undefined : exports[name]
  if (typeof Client !== 'function') throw new TypeError('the contract exports no client')
  const { config } = Reflect.construct(Client, [{ region: 'us-east-1' }]) as {
    config: {
      protocolSettings: ProtocolSettings
      protocol: { getShapeId(): string }
    }
  }
  const id = config.protocol.getShapeId()
  return {
    settings: config.protocolSettings,
    protocol: id.slice(id.indexOf('#') + 1) as ProtocolName,
  }
}
