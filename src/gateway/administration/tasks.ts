import type { AdministrationTask } from './administer.ts'
import { barrierState, rotateKeyring, rotateRoot, seal, unseal } from './barrier.ts'
import { advanceClock, readClock } from './clock.ts'
import { backup, health, inbox, metrics, reset } from './operations.ts'
import { erasePerson, exportPerson, exportPool, weakPools } from './people.ts'
import { why } from './why.ts'

/** Everything under `/_sallyport/`. */
export const tasks: readonly AdministrationTask[] = [
  health,
  metrics,
  inbox,
  readClock,
  advanceClock,
  reset,
  backup,
  exportPool,
  exportPerson,
  erasePerson,
  weakPools,
  why,
  barrierState,
  seal,
  unseal,
  rotateRoot,
  rotateKeyring,
]
