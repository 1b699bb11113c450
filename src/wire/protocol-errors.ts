import { ServiceError } from '../kernel/errors.ts'

/**
 * Errors that belong to the protocols and not to a service. Each of AWS's sentences stands here
 * once.
 */
const refuse =
  (code: string, status = 400) =>
  (message: string): ServiceError =>
    new ServiceError(code, message, { status })

/** JSON and CBOR: the body does not have the form of the input. */
export const serializationException = refuse('SerializationException')
/** Query protocols: the form itself cannot be read. */
export const malformedQueryString = refuse('MalformedQueryString')
/** Query protocols: a value does not have the form of its member. */
export const malformedInput = refuse('MalformedInput')
/** REST: a path, query or header value does not have the form of its member. */
export const invalidRequest = refuse('InvalidRequest')
export const malformedXml = refuse('MalformedXML')
export const notImplemented = refuse('NotImplemented', 501)

export const MALFORMED_XML_TEXT =
  'The XML you provided was not well-formed or did not validate against our published schema'

/** JSON and CBOR: no such operation, or no operation named at all. */
export const unknownOperation = (): ServiceError =>
  new ServiceError('UnknownOperationException', '', { status: 400 })

export const invalidAction = (action: string, version: string): ServiceError =>
  new ServiceError('InvalidAction', `Could not find operation ${action} for version ${version}`, {
    status: 400,
  })

export const missingAction = (): ServiceError =>
  new ServiceError('MissingAction', 'No action specified', { status: 400 })

/** REST: no route of the service has this method and path. */
export const noSuchRoute = (): ServiceError =>
  new ServiceError('UnknownOperationException', '', { status: 404 })

export const methodNotAllowed = (): ServiceError =>
  new ServiceError(
    'MethodNotAllowed',
    'The specified method is not allowed against this resource.',
    { status: 405 },
  )
