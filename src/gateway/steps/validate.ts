import type { Exchange } from '../exchange.ts'

/** Checks the model's constraints; what fails is told in AWS's words. */
export function validate(exchange: Exchange): void {
  exchange.wire!.validate(exchange.input)
}
