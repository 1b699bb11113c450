import { ServiceError } from '../../kernel/errors.ts'
import type { Exchange } from '../exchange.ts'
import { BodyTooLarge, collect } from '../incoming-body.ts'

/** Collects the body, unless the operation takes it as a stream. */
export function collectBody(exchange: Exchange): void | Promise<void> {
  if (exchange.request.body instanceof Uint8Array || exchange.wire!.streamingInput) return
  return collectInto(exchange)
}

/** Puts the collected body in the place of the stream; refuses one that is too large. */
export async function collectInto(exchange: Exchange, most?: number): Promise<void> {
  const { body } = exchange.request
  try {
    if (!(body instanceof Uint8Array))
      exchange.request = {
        ...exchange.request,
        body: await collect(body, most ?? exchange.loaded?.entry.largestBody),
      }
    else if (most !== undefined && body.length > most) throw new BodyTooLarge()
  } catch (error) {
    if (!(error instanceof BodyTooLarge)) throw error
    throw new ServiceError('RequestEntityTooLarge', 'Request size exceeds the limit.', {
      status: 413,
    })
  }
}
