import type * as Client from '@aws-sdk/client-cloudwatch-logs'
import { errorsOf } from '../../kernel/errors.ts'
import { operationsOf } from '../../kernel/service.ts'

export type C = typeof Client

/** `operation(name, { access, handle })`, typed by the official client. */
export const operation = operationsOf<C>()

/** `fail(code, message)`. */
export const fail = errorsOf<C>()({})

export const invalid = (message: string): Error => fail('InvalidParameterException', message)
