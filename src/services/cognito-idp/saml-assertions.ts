import { createHash } from 'node:crypto'
import { AlreadyExists, collection, type Store } from '../../kernel/store.ts'

/** An assertion that has been used, which must not come again while it would be good. */
interface SamlAssertionRecord {
  readonly pool: string
  /** Milliseconds since 1970, 16 digits. */
  readonly until: string
  /** SHA-256 of the provider and the assertion's id. */
  readonly hash: string
}

export const samlAssertions = collection<SamlAssertionRecord>('cognito.saml-assertions')({
  scope: 'region',
  version: 1,
  key: ({ pool, until, hash }) => [pool, until, hash],
})

/** How many old ones go with each new one. */
const batch = 20

/**
 * Uses an assertion up; false when that was done before.
 * @param until milliseconds; from then on nobody takes it any more
 */
export async function useAssertion(
  store: Store,
  { pool, provider, id, until }: { pool: string; provider: string; id: string; until: number },
  now: number,
): Promise<boolean> {
  const padded = (time: number) => String(Math.ceil(time)).padStart(16, '0')
  const hash = createHash('sha256')
    .update(JSON.stringify([provider, id]))
    .digest('base64url')
  const used = { pool, until: padded(until), hash }
  try {
    await store.transaction(async (tx) => {
      await tx.of(samlAssertions).create(used)
      const { records } = await tx.of(samlAssertions).list({ prefix: [pool], limit: batch })
      for (const old of records)
        if (old.until < padded(now)) await tx.of(samlAssertions).delete([pool, old.until, old.hash])
    })
    return true
  } catch (error) {
    if (error instanceof AlreadyExists) return false
    throw error
  }
}
