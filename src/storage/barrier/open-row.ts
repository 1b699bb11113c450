import type { Row } from '../driver.ts'
import { type Barrier, type Opened, type Place, UnknownTerm } from './barrier.ts'

/** What opens and seals. */
export interface Sealing {
  readonly barrier: Barrier
  /** Loads the keyring that another node has changed. */
  reloadKeyring(): Promise<void>
}

/** Opens a row, also when another node has sealed it by a term that this one must load first. */
export function openRow(sealing: Sealing, place: Place, row: Row): Opened | Promise<Opened> {
  try {
    return sealing.barrier.open(place, row)
  } catch (cause) {
    if (!(cause instanceof UnknownTerm)) throw cause
    return sealing.reloadKeyring().then(() => sealing.barrier.open(place, row))
  }
}
