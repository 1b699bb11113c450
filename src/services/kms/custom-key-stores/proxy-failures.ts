import type { ConnectionErrorCodeType } from '@aws-sdk/client-kms'
import type { ServiceError } from '../../../kernel/errors.ts'
import { fail } from '../contract.ts'

/** How a call of a proxy can end badly. */
export type ProxyFailure =
  | 'Unreachable'
  | 'TimedOut'
  | 'InvalidTls'
  | 'InvalidResponse'
  | 'InvalidKeyState'
  | 'InvalidCiphertext'
  | 'InvalidKeyUsage'
  | 'AuthenticationFailed'
  | 'AccessDenied'
  | 'KeyNotFound'
  | 'InvalidUriPath'
  | 'Throttled'
  | 'Unsupported'
  | 'Unhealthy'

export class ProxyFailed extends Error {
  override readonly name = 'ProxyFailed'
  readonly failure: ProxyFailure

  constructor(failure: ProxyFailure) {
    super(failure)
    this.failure = failure
  }
}

/** Error names of the proxy API. */
export const proxyFailureNames: Readonly<Record<string, ProxyFailure>> = {
  ValidationException: 'InvalidResponse',
  InvalidStateException: 'InvalidKeyState',
  InvalidCiphertextException: 'InvalidCiphertext',
  InvalidKeyUsageException: 'InvalidKeyUsage',
  AuthenticationFailedException: 'AuthenticationFailed',
  AccessDeniedException: 'AccessDenied',
  KeyNotFoundException: 'KeyNotFound',
  InvalidUriPathException: 'InvalidUriPath',
  ThrottlingException: 'Throttled',
  UnsupportedOperationException: 'Unsupported',
  DependencyTimeoutException: 'TimedOut',
  InternalException: 'Unhealthy',
}

type Code = Parameters<typeof fail>[0]

interface Words {
  readonly message: string
  /** Of CreateCustomKeyStore and UpdateCustomKeyStore. */
  readonly managing: Code
  readonly connecting: ConnectionErrorCodeType
  /** Of CreateKey. */
  readonly creating?: Code
}

const state: Code = 'CustomKeyStoreInvalidStateException'

const words: Readonly<Record<ProxyFailure, Words>> = {
  Unreachable: {
    message:
      'AWS KMS cannot communicate with the external key store proxy. Verify that your external key store proxy is active and is connected to the network, and that its URI path and endpoint URI or VPC service name are correct in your external key store.',
    managing: 'XksProxyUriUnreachableException',
    connecting: 'XKS_PROXY_NOT_REACHABLE',
  },
  TimedOut: {
    message:
      'The external key store proxy did not respond to the request in the time allotted. Retry the request. If you see this error repeatedly, report it to your external key store proxy administrator.',
    managing: 'XksProxyUriUnreachableException',
    connecting: 'XKS_PROXY_TIMED_OUT',
  },
  InvalidTls: {
    message:
      'AWS KMS cannot establish a TLS connection to the external key store proxy. Verify the TLS configuration, including its certificate.',
    managing: 'XksProxyInvalidConfigurationException',
    connecting: 'XKS_PROXY_INVALID_TLS_CONFIGURATION',
  },
  InvalidResponse: {
    message:
      'AWS KMS cannot interpret the response from the external key store proxy. If you see this error repeatedly, report it to your external key store proxy administrator.',
    managing: 'XksProxyInvalidResponseException',
    connecting: 'XKS_PROXY_INVALID_RESPONSE',
  },
  InvalidKeyState: {
    message:
      'The external key store proxy rejected the request because the external key is not enabled in the external key manager.',
    managing: 'XksProxyInvalidConfigurationException',
    connecting: 'XKS_PROXY_INVALID_CONFIGURATION',
    creating: 'XksKeyInvalidConfigurationException',
  },
  InvalidCiphertext: {
    message:
      'The external key store proxy rejected the request because the specified ciphertext or additional authenticated data is corrupted, missing, or otherwise invalid.',
    managing: 'XksProxyInvalidResponseException',
    connecting: 'XKS_PROXY_INVALID_RESPONSE',
  },
  InvalidKeyUsage: {
    message:
      'The external key store proxy rejected the request because the external key does not support the requested operation.',
    managing: 'XksProxyInvalidResponseException',
    connecting: 'XKS_PROXY_INVALID_RESPONSE',
    creating: 'XksKeyInvalidConfigurationException',
  },
  AuthenticationFailed: {
    message:
      'The external key store proxy rejected the request because it could not authenticate AWS KMS. Verify the credentials for your external key store and update if necessary.',
    managing: 'XksProxyIncorrectAuthenticationCredentialException',
    connecting: 'INVALID_CREDENTIALS',
  },
  AccessDenied: {
    message:
      'The external key store proxy denied access to the operation. Verify that the user and the external key are both authorized for this operation, and try the request again.',
    managing: 'XksProxyInvalidConfigurationException',
    connecting: 'XKS_PROXY_ACCESS_DENIED',
  },
  KeyNotFound: {
    message:
      'The external key store proxy rejected the request because it could not find the external key.',
    managing: 'XksProxyInvalidResponseException',
    connecting: 'XKS_PROXY_INVALID_RESPONSE',
    creating: 'XksKeyNotFoundException',
  },
  InvalidUriPath: {
    message:
      'The external key store proxy rejected the request because of an invalid URI path. Verify the URI path for your external key store and update if necessary.',
    managing: 'XksProxyInvalidConfigurationException',
    connecting: 'XKS_PROXY_INVALID_CONFIGURATION',
  },
  Throttled: {
    message:
      'The external key store proxy rejected the request because the request rate is too high. Reduce the frequency of your calls using KMS keys in this external key store.',
    managing: 'XksProxyUriUnreachableException',
    connecting: 'XKS_PROXY_NOT_REACHABLE',
  },
  Unsupported: {
    message:
      'The external key store proxy rejected the request because it does not support the requested cryptographic operation.',
    managing: 'XksProxyInvalidResponseException',
    connecting: 'XKS_PROXY_INVALID_RESPONSE',
  },
  Unhealthy: {
    message:
      'The external key store proxy is in an unhealthy state. If you see this message repeatedly, notify your external key store proxy administrator.',
    managing: 'XksProxyUriUnreachableException',
    connecting: 'XKS_PROXY_NOT_REACHABLE',
  },
}

/** The same failure in the words of each kind of operation. */
export const managingError = ({ failure }: ProxyFailed): ServiceError =>
  fail(words[failure].managing, words[failure].message)

export const connectionError = ({ failure }: ProxyFailed): ConnectionErrorCodeType =>
  words[failure].connecting

export const creatingError = ({ failure }: ProxyFailed): ServiceError =>
  fail(words[failure].creating ?? state, words[failure].message)

export const usingError = ({ failure }: ProxyFailed): ServiceError =>
  fail('KMSInvalidStateException', words[failure].message)

/** Runs a call of a proxy, its failures in the words that are given. */
export async function throughProxy<T>(
  inWords: (error: ProxyFailed) => ServiceError,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof ProxyFailed ? inWords(error) : error
  }
}
