import type { ServiceEntry } from '../kernel/directory.ts'
import type { Service } from '../kernel/service.ts'
import type { WireService } from '../wire/wire-service.ts'

/** A service with its contract, loaded by its first request. */
export interface LoadedService {
  readonly entry: ServiceEntry
  readonly service: Service
  readonly wire: WireService
  readonly secrets: ReadonlySet<string>
  readonly eventSource: string
  readonly actionPrefix: string
  /** Whether the service authorization reference calls the action reading or listing. */
  isReadOnly(operation: string): boolean
}
