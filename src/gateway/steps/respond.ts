import type { HttpResponse } from '../../kernel/http.ts'
import { errorProtocolOf } from '../../wire/route/route.ts'
import { encodeError } from '../../wire/wire-service.ts'
import type { Exchange } from '../exchange.ts'

/** Turns the output into the protocol's answer. */
export function serialize(exchange: Exchange): void {
  exchange.response = exchange.wire!.encode(exchange.output ?? {}, exchange.requestId)
}

/** The answer, or the error in the form of the protocol that was spoken. */
export function respond(exchange: Exchange): HttpResponse {
  const { error, response, request, requestId, loaded, wire, route } = exchange
  if (error === undefined && response !== undefined) return response
  const outgoing = error ?? { code: 'InternalFailure', message: '', status: 500 }
  const context = { requestId, resource: request.path, head: request.method === 'HEAD' }
  if (loaded !== undefined) {
    const protocol = wire?.protocol ?? loaded.wire.protocolOf(route!.dialect)
    return loaded.wire.encodeError(protocol, outgoing, context)
  }
  return encodeError(errorProtocolOf(request, route?.entry), outgoing, context)
}
