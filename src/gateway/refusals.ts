import { ServiceError } from '../kernel/errors.ts'
import type { ProtocolName } from '../wire/schema/facts.ts'
import type { SignatureFault } from '../wire/sigv4.ts'

/** Refusals that the gateway itself makes. Each protocol family has its own names for them. */
type Refusal = SignatureFault | 'unknownKey' | 'expiredToken' | 'denied' | 'throttled'

type Family = 'query' | 'ec2' | 's3' | 'json' | 'rest-json'

const families: Readonly<Record<ProtocolName, Family>> = {
  awsQuery: 'query',
  ec2Query: 'ec2',
  restXml: 's3',
  awsJson1_0: 'json',
  awsJson1_1: 'json',
  rpcv2Cbor: 'json',
  restJson1: 'rest-json',
}

const codes: Readonly<Record<Family, Readonly<Record<Refusal, readonly [string, number]>>>> = {
  query: {
    missing: ['MissingAuthenticationToken', 403],
    incomplete: ['IncompleteSignature', 400],
    mismatch: ['SignatureDoesNotMatch', 403],
    expired: ['SignatureDoesNotMatch', 403],
    unknownKey: ['InvalidClientTokenId', 403],
    expiredToken: ['ExpiredToken', 403],
    denied: ['AccessDenied', 403],
    throttled: ['Throttling', 400],
  },
  ec2: {
    missing: ['MissingAuthenticationToken', 403],
    incomplete: ['IncompleteSignature', 400],
    mismatch: ['SignatureDoesNotMatch', 403],
    expired: ['RequestExpired', 400],
    unknownKey: ['AuthFailure', 401],
    expiredToken: ['RequestExpired', 400],
    denied: ['UnauthorizedOperation', 403],
    throttled: ['RequestLimitExceeded', 503],
  },
  s3: {
    missing: ['AccessDenied', 403],
    incomplete: ['AuthorizationHeaderMalformed', 400],
    mismatch: ['SignatureDoesNotMatch', 403],
    expired: ['RequestTimeTooSkewed', 403],
    unknownKey: ['InvalidAccessKeyId', 403],
    expiredToken: ['ExpiredToken', 400],
    denied: ['AccessDenied', 403],
    throttled: ['SlowDown', 503],
  },
  json: {
    missing: ['MissingAuthenticationTokenException', 400],
    incomplete: ['IncompleteSignatureException', 400],
    mismatch: ['InvalidSignatureException', 400],
    expired: ['InvalidSignatureException', 400],
    unknownKey: ['UnrecognizedClientException', 400],
    expiredToken: ['ExpiredTokenException', 400],
    denied: ['AccessDeniedException', 400],
    throttled: ['ThrottlingException', 400],
  },
  'rest-json': {
    missing: ['MissingAuthenticationTokenException', 403],
    incomplete: ['IncompleteSignatureException', 403],
    mismatch: ['InvalidSignatureException', 403],
    expired: ['InvalidSignatureException', 403],
    unknownKey: ['UnrecognizedClientException', 403],
    expiredToken: ['ExpiredTokenException', 403],
    denied: ['AccessDeniedException', 403],
    throttled: ['TooManyRequestsException', 429],
  },
}

const sentences: Partial<Record<Refusal, string>> = {
  missing: 'Missing Authentication Token',
  unknownKey: 'The security token included in the request is invalid.',
  expiredToken: 'The security token included in the request is expired',
  throttled: 'Rate exceeded',
}

/** The error that the protocol has for a refusal. */
export function refusal(
  kind: Refusal,
  protocol: ProtocolName,
  message?: string,
  ownCode?: string,
): ServiceError {
  const [code, status] = codes[families[protocol]][kind]
  return new ServiceError(ownCode ?? code, message ?? sentences[kind] ?? '', { status })
}

/** What everything but health and `unseal` answers while the store is sealed. */
export const sealedRefusal = (): ServiceError =>
  new ServiceError(
    'ServiceUnavailable',
    'This installation is sealed. Unseal it with "sallyport unseal".',
    { status: 503 },
  )
