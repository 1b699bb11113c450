import type * as Client from '@aws-sdk/client-organizations'
import { errorsOf } from '../../kernel/errors.ts'
import { operationsOf } from '../../kernel/service.ts'

export type C = typeof Client

/** `operation(name, { access, handle })`, typed by the official client. */
export const operation = operationsOf<C>()

/** `fail(code, message)`; add codes that AWS sends and the model omits, with their status. */
export const fail = errorsOf<C>()({})
