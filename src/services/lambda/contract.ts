import type * as Client from '@aws-sdk/client-lambda'
import { errorsOf } from '../../kernel/errors.ts'
import { operationsOf } from '../../kernel/service.ts'

export type C = typeof Client

/** `operation(name, { access, handle })`, typed by the official client. */
export const operation = operationsOf<C>()

const failure = errorsOf<C>()({ AccessDeniedException: 403, ValidationException: 400 })

/** `fail(code, message)`: errors of this service say whose fault they are. */
export const fail: typeof failure = (code, message, members) =>
  failure(code, message, { Type: code === 'ServiceException' ? 'Service' : 'User', ...members })

export const invalid = (message: string): Error => fail('InvalidParameterValueException', message)
