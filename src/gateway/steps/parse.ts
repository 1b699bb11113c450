import type { Exchange } from '../exchange.ts'

/** Reads the operation's input out of the request. */
export function parse(exchange: Exchange): void {
  exchange.input = exchange.wire!.decode(exchange.request, exchange.route!)
}
