import type * as Client from '@aws-sdk/client-cognito-identity-provider'
import { errorsOf } from '../../kernel/errors.ts'
import { operationsOf } from '../../kernel/service.ts'
import { refusedInSecondary } from './in-secondary.ts'

export type C = typeof Client

const define = operationsOf<C>()

/** `operation(name, { access, handle })`, typed by the official client. */
export const operation: typeof define = (name, { access, handle }) =>
  define(name, {
    access,
    handle(input, ctx, targets) {
      const refused = refusedInSecondary(name, targets[0])
      if (refused !== undefined) throw fail('OperationNotEnabledException', refused)
      return handle(input, ctx, targets)
    },
  })

/** `fail(code, message)`; a flow that is not built is told like an operation that is not. */
export const fail = errorsOf<C>()({ NotImplemented: 501 })

/** The error for input that breaks a rule. */
export const invalid = (message: string) => fail('InvalidParameterException', message)
