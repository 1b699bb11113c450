import { Call } from '../call-context.ts'
import type { Exchange } from '../exchange.ts'
import type { House } from '../house.ts'

/** Lets the service do its work, with the targets that were decided. */
export function handle(exchange: Exchange, house: House): void | Promise<void> {
  exchange.context = new Call(exchange, house)
  const { input, context, targets } = exchange
  const output = exchange.operation!.handle(input, context, targets)
  if (output instanceof Promise)
    return output.then((value) => {
      exchange.output = value
    })
  exchange.output = output as Exchange['output']
}
