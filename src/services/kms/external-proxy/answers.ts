import { ServiceError } from '../../../kernel/errors.ts'
import type { HttpResponse } from '../../../kernel/http.ts'

/** Errors of the API with their HTTP codes. */
const statuses = {
  ValidationException: 400,
  InvalidStateException: 400,
  InvalidCiphertextException: 400,
  InvalidKeyUsageException: 400,
  AuthenticationFailedException: 401,
  AccessDeniedException: 403,
  KeyNotFoundException: 404,
  InvalidUriPathException: 404,
  ThrottlingException: 429,
  InternalException: 500,
  UnsupportedOperationException: 501,
  DependencyTimeoutException: 503,
} as const

export type ProxyErrorName = keyof typeof statuses

/** An error as the API tells it. */
export class ProxyRefusal extends Error {
  override readonly name = 'ProxyRefusal'
  readonly errorName: ProxyErrorName

  constructor(errorName: ProxyErrorName, message: string) {
    super(message)
    this.errorName = errorName
  }
}

/** What KMS's own errors are called here; any other is internal. */
const names: Readonly<Record<string, ProxyErrorName>> = {
  NotFoundException: 'KeyNotFoundException',
  InvalidArnException: 'KeyNotFoundException',
  AccessDeniedException: 'AccessDeniedException',
  DisabledException: 'InvalidStateException',
  KMSInvalidStateException: 'InvalidStateException',
  InvalidKeyUsageException: 'InvalidKeyUsageException',
  InvalidCiphertextException: 'InvalidCiphertextException',
  IncorrectKeyException: 'InvalidCiphertextException',
  UnsupportedOperationException: 'UnsupportedOperationException',
  ThrottlingException: 'ThrottlingException',
  ServiceUnavailable: 'DependencyTimeoutException',
}

export const answer = (status: number, body: object): HttpResponse => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

/** An error as the API answers it: less than 512 printable ASCII characters, and no details of others. */
export function refusal(error: unknown): HttpResponse {
  const errorName = nameOf(error)
  const { message } = error instanceof Error ? error : new Error('')
  const isTold = errorName !== 'InternalException' && message !== ''
  const errorMessage = message.replace(/[^\x20-\x7e]/g, '?').slice(0, 500)
  return answer(statuses[errorName], { errorName, ...(isTold && { errorMessage }) })
}

function nameOf(error: unknown): ProxyErrorName {
  if (error instanceof ProxyRefusal) return error.errorName
  // What the gateway refuses on its own has the same names, bar the ending.
  const code = error instanceof ServiceError ? error.code : ''
  return names[code] ?? names[`${code}Exception`] ?? 'InternalException'
}
