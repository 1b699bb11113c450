import { Readable } from 'node:stream'
import { operation } from '@smithy/core/schema'
import { type HttpRequest, HttpResponse } from '@smithy/core/transport'
import type { ServiceEntry } from '../../../src/kernel/directory.ts'
import type {
  HttpRequest as OurRequest,
  HttpResponse as OurResponse,
} from '../../../src/kernel/http.ts'
import type { Route } from '../../../src/wire/route/route.ts'
import { createRouter } from '../../../src/wire/route/router.ts'
import type { ProtocolName } from '../../../src/wire/schema/facts.ts'
import { loadWire, type WireOperation, type WireService } from '../../../src/wire/wire-service.ts'

/** The official client's side of a protocol, as far as these tests call it. */
export interface ClientProtocol {
  getShapeId(): string
  serializeRequest(operation: unknown, input: unknown, context: unknown): Promise<HttpRequest>
  deserializeResponse(
    operation: unknown,
    context: unknown,
    response: HttpResponse,
  ): Promise<Record<string, unknown>>
}

/** Makes another protocol object over the same schemas: an older or newer client. */
export type OtherProtocol = (settings: never) => ClientProtocol

/** An official client and our side of the same service, facing each other. */
export class Pair {
  readonly name: string
  readonly wire: WireService
  readonly protocol: ClientProtocol
  readonly #config: object
  readonly #entry: ServiceEntry

  constructor(name: string, contract: object, other?: OtherProtocol) {
    const exports = contract as Record<string, new (config: object) => { config: object }>
    const client = Object.keys(exports).find((key) => /.Client$/.test(key) && key !== '__Client')!
    this.#config = new exports[client]!({ region: 'us-east-1' }).config
    const { protocol, protocolSettings } = this.#config as {
      protocol: ClientProtocol
      protocolSettings: never
    }
    this.name = name
    this.protocol = other ? withContext(other(protocolSettings), this.#config) : protocol
    this.wire = loadWire(contract)
    const { target, version } = this.wire.facts
    const speaksQuery = /query/i.test(this.wire.facts.protocol) || this.wire.facts.queryCompatible
    this.#entry = {
      name,
      signingName: name,
      target,
      version: speaksQuery ? version : undefined,
      load: () => Promise.reject(new Error('not needed')),
    }
  }

  /** The protocol that this client speaks. */
  get protocolName(): ProtocolName {
    return this.protocol.getShapeId().split('#')[1] as ProtocolName
  }

  /** Names of all operations. */
  get operations(): readonly string[] {
    return [...this.wire.facts.operations.keys()]
  }

  schema(name: string): readonly unknown[] {
    return this.wire.facts.operations.get(name)!
  }

  /** What the client sends, as it arrives here. */
  async send(name: string, input: Readonly<Record<string, unknown>>): Promise<OurRequest> {
    const path = this.name === 's3' && input.Bucket ? `/${input.Bucket}` : '/'
    const request = await this.protocol.serializeRequest(this.#operation(name), input, {
      ...this.#config,
      endpoint: async () => ({ protocol: 'https:', hostname: 'localhost', path }),
      __smithy_context: { service: this.#entry.target, operation: name },
    })
    const headers: Record<string, string> = { host: 'localhost:4566' }
    for (const [key, value] of Object.entries(request.headers)) headers[key.toLowerCase()] = value
    return {
      method: request.method,
      path: request.path,
      query: queryText(request.query),
      headers,
      body: bytesOf(request.body),
    }
  }

  /** Routes a request as the gateway does. */
  find(request: OurRequest): { route: Route; operation: WireOperation } {
    const route = createRouter([this.#entry]).route(request, this.name)
    return { route, operation: this.wire.find(route, request) }
  }

  /** What the client understands of our answer. */
  receive(
    name: string,
    response: OurResponse,
    streaming = false,
  ): Promise<Record<string, unknown>> {
    return this.protocol.deserializeResponse(
      this.#operation(name),
      this.#config,
      new HttpResponse({
        statusCode: response.status,
        headers: { ...response.headers },
        body: streaming ? Readable.from([bytesOf(response.body)]) : bytesOf(response.body),
      }),
    )
  }

  #operation(name: string): unknown {
    const [, namespace, , traits, input, output] = this.schema(name) as never as readonly [
      9,
      string,
      string,
      Parameters<typeof operation>[2],
      Parameters<typeof operation>[3],
      Parameters<typeof operation>[4],
    ]
    return operation(namespace, name, traits, input, output)
  }
}

function withContext(protocol: ClientProtocol, config: object): ClientProtocol {
  const { setSerdeContext } = protocol as unknown as { setSerdeContext(context: object): void }
  setSerdeContext.call(protocol, config)
  return protocol
}

function bytesOf(body: unknown): Uint8Array {
  if (body === undefined || body === null) return new Uint8Array()
  if (typeof body === 'string') return Buffer.from(body)
  if (body instanceof Uint8Array) return body
  throw new TypeError('a body that is neither text nor bytes')
}

function queryText(query: Readonly<Record<string, string | readonly string[] | null>>): string {
  const parts: string[] = []
  for (const [key, value] of Object.entries(query)) {
    for (const each of Array.isArray(value) ? value : [value]) {
      const sent = each === null || each === undefined ? '' : `=${encodeURIComponent(each)}`
      parts.push(encodeURIComponent(key) + sent)
    }
  }
  return parts.join('&')
}
