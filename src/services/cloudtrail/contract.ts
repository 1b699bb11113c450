import type * as CloudTrail from '@aws-sdk/client-cloudtrail'
import { errorsOf } from '../../kernel/errors.ts'
import { operationsOf } from '../../kernel/service.ts'

export type C = typeof CloudTrail

/** `operation(name, { access, handle })`, typed by the official client. */
export const operation = operationsOf<C>()

/** `fail(code, message)`, typed by the official client. */
export const fail = errorsOf<C>()({})
