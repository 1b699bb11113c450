import type * as Client from '@aws-sdk/client-organizations'
import { errorsOf } from '../../kernel/errors.ts'
import { operationsOf } from '../../kernel/service.ts'

export type C = typeof Client

/** `operation(name, { access, handle })`, typed by the official client. */
export const operation = operationsOf<C>()

/** `fail(code, message)`; the model knows every code that AWS sends here. */
export const fail = errorsOf<C>()({})

/** A limit is violated; the reason tells which. */
export const violates = (
  Reason: Client.ConstraintViolationExceptionReason,
  message: string,
): Error => fail('ConstraintViolationException', message, { Reason })

/** A value is not acceptable; the reason tells why. */
export const invalid = (Reason: Client.InvalidInputExceptionReason, message: string): Error =>
  fail('InvalidInputException', message, { Reason })

/** A handshake cannot be made or answered; the reason tells why. */
export const handshakeViolates = (
  Reason: Client.HandshakeConstraintViolationExceptionReason,
  message: string,
): Error => fail('HandshakeConstraintViolationException', message, { Reason })
