import type { Grant, Principal } from '../../kernel/authorization.ts'
import type { ReadContext } from '../../kernel/context.ts'
import { type GrantRecord, granteeKey, grants } from './grant-records.ts'
import { openGrantToken } from './grant-tokens.ts'
import type { KeyRecord } from './key-records.ts'

/** The names by which a grant may mean a caller. */
function namesOf(principal: Principal): readonly string[] {
  const { account, arn } = principal
  if (account === '') return [arn]
  const root = `arn:aws:iam::${account}:root`
  const names = principal.kind === 'role' ? [arn, principal.roleArn, root] : [arn, root]
  return principal.kind === 'federated-user' ? [...names, principal.issuerArn] : names
}

export const asGrant = ({ id, grantee, operations, constraints }: GrantRecord): Grant => ({
  id,
  grantee,
  operations,
  constraints,
})

/**
 * The grants of a key that may concern the caller. They are in force at once, so that tokens add
 * nothing; a token that is none is refused all the same.
 */
export async function grantsOf(
  key: KeyRecord,
  read: ReadContext,
  tokens: readonly string[] | undefined,
): Promise<readonly Grant[] | undefined> {
  for (const token of tokens ?? []) await openGrantToken(token, read)
  const { account, region } = key
  const found: Grant[] = []
  for (const name of namesOf(read.caller.principal)) {
    const own = read.cached('kms', account, `${region}/grants/${key.id}/${name}`, async () => {
      const store = read.storeOf({ account, region })
      const { records } = await store
        .of(grants)
        .find('grantee', granteeKey(key.id, name), { limit: 1_000 })
      return records.map(asGrant)
    })
    found.push(...(own instanceof Promise ? await own : own))
  }
  return found.length === 0 ? undefined : found
}
