import type { OpenStore } from '../open.ts'
import type { Deliver } from '../outbox.ts'

/** How the suite gets stores of one driver. */
export interface Harness {
  readonly name: string
  /** An empty store of its own for each call. */
  open(options?: { deliver?: Deliver }): Promise<OpenStore>
  /** Closes the store and opens the same data again; undefined where data ends with it. */
  reopen?(store: OpenStore, options?: { deliver?: Deliver }): Promise<OpenStore>
  /** Another process's view of the same data, where the driver allows several. */
  another?(store: OpenStore, options?: { deliver?: Deliver }): Promise<OpenStore>
}
