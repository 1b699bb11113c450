import { ServiceError } from '../kernel/errors.ts'
import type { Service } from '../kernel/service.ts'

/** The clear answer of an operation that is not built yet. */
export function notImplementedOperation(service: Service, name: string): ServiceError {
  const why = service.notYet[name] ?? service.notYet.others ?? 'it is still to be built'
  return new ServiceError(
    'NotImplemented',
    `Sallyport does not have ${service.name} ${name} yet: ${why}.`,
    { status: 501 },
  )
}
