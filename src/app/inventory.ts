import type { ServiceEntry } from '../kernel/directory.ts'
import type { Inventory, PolicedResources } from '../kernel/inventory.ts'
import type { OpenStore } from '../kernel/principals.ts'
import { inventoriedPrincipals } from '../services/iam/inventory.ts'

/** What exists, told by all services together. */
export const inventoryOf = (entries: readonly ServiceEntry[], open: OpenStore): Inventory => ({
  async *resources(owner) {
    for (const entry of entries) {
      const { policedResources } = (await entry.load()).provides
      if (policedResources !== undefined) yield* (policedResources as PolicedResources)(open, owner)
    }
  },
  principals: (account) => inventoriedPrincipals(open, account),
})
