import type * as Sts from '@aws-sdk/client-sts'
import { errorsOf } from '../../kernel/errors.ts'
import { operationsOf } from '../../kernel/service.ts'

export type C = typeof Sts

/** `operation(name, { access, handle })`, typed by the official client. */
export const operation = operationsOf<C>('whole-seconds')

/** `fail(code, message)`; the codes here are those that AWS sends and the model omits. */
export const fail = errorsOf<C>()({ ValidationError: 400, AccessDenied: 403 })
