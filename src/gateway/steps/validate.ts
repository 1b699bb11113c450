import { ServiceError } from '../../kernel/errors.ts'
import type { Exchange } from '../exchange.ts'

/** Checks the model's constraints; what fails is told in AWS's words, or in the service's own. */
export function validate(exchange: Exchange): void {
  try {
    exchange.wire!.validate(exchange.input)
  } catch (error) {
    const own = exchange.loaded!.service.invalid
    throw own !== undefined && error instanceof ServiceError ? own(error.message) : error
  }
}
