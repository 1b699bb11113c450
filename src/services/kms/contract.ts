import type * as Kms from '@aws-sdk/client-kms'
import { errorsOf } from '../../kernel/errors.ts'
import { operationsOf } from '../../kernel/service.ts'
import { atHome } from './cross-account.ts'

export type C = typeof Kms

const define = operationsOf<C>()

/** `operation(name, { access, handle })`, typed by the official client. */
export const operation: typeof define = (name, { access, handle }) =>
  define(name, { access: atHome(name, access), handle })

/**
 * `fail(code, message)`; the codes here are those that AWS sends and the model omits, and those that
 * the model gives a status of its own, while AWS answers 400 to every fault of a client.
 */
export const fail = errorsOf<C>()({
  AccessDeniedException: 400,
  ValidationException: 400,
  ThrottlingException: 400,
  AlreadyExistsException: 400,
  ConflictException: 400,
  DisabledException: 400,
  DryRunOperationException: 400,
  KMSInvalidStateException: 400,
  NotFoundException: 400,
})
