import type { Clock } from '../../kernel/clock.ts'
import type { Random } from '../../kernel/ports.ts'
import type { Store } from '../../kernel/store.ts'
import { accessKeys } from './access-key-records.ts'
import { newAccessKey } from './access-keys.ts'

interface Wanted {
  readonly account: string
  readonly accessKeyId: string | undefined
  readonly secretAccessKey: string | undefined
}

/**
 * The administrator's first key: one of the root user of the installation's account. Made at the
 * first start; a key that is given from outside is taken at every start.
 * @returns the key when it was made here and nobody else knows it
 */
export async function firstKey(
  store: Store,
  wanted: Wanted,
  with_: { readonly random: Random; readonly clock: Clock },
): Promise<{ id: string; secret: string } | undefined> {
  const { account, accessKeyId, secretAccessKey } = wanted
  const { random, clock } = with_
  const fresh = newAccessKey(account, account, { random, now: () => new Date(clock.now()) })
  const given =
    accessKeyId === undefined || secretAccessKey === undefined
      ? undefined
      : { ...fresh, id: accessKeyId, secret: secretAccessKey }
  return store.transaction(async (tx) => {
    const keys = tx.of(accessKeys)
    if (given !== undefined) {
      const there = await keys.get([given.id])
      if (there?.secret !== given.secret || !there.active) await keys.put(given)
      return undefined
    }
    const existing = await keys.find('owner', [account, account], { limit: 1 })
    if (existing.records.length > 0) return undefined
    await keys.create(fresh)
    return { id: fresh.id, secret: fresh.secret }
  })
}
