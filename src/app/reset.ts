import type { Collection, Store } from '../kernel/store.ts'
import { accessKeys } from '../services/iam/access-key-records.ts'
import { emptyStore } from '../storage/empty.ts'
import type { OpenStore } from '../storage/open.ts'

/**
 * Back to an empty account: every record of every account is gone and so is the event log, but the
 * administrator's keys go on to work, and a test clock stays where it is.
 * @param installation the view of the installation's own account
 * @param keep collections that describe the installation itself
 */
export async function resetStore(
  store: OpenStore,
  installation: Store,
  keep: readonly Pick<Collection<never>, 'name'>[],
): Promise<void> {
  const { account } = installation.owner
  const root = await installation.of(accessKeys).find('owner', [account, account])
  // Other nodes remember which documents they have written; retention takes them later.
  const shared = store.driver.shared ? ['sallyport.documents'] : []
  await emptyStore(store.driver, {
    keep: [...keep.map(({ name }) => name), ...shared],
    cached: ['cognito', 'iam', 'iam.keys', 'kms', 'organizations'],
  })
  store.documents.forget()
  await installation.transaction(async (tx) => {
    for (const key of root.records) await tx.of(accessKeys).put(key)
  })
}
