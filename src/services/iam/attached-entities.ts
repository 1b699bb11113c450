import type { Readable } from '../../kernel/store.ts'
import { groups } from './group-records.ts'
import { roles } from './role-records.ts'
import { users } from './user-records.ts'

/** Everybody who has the policy, by attachment or as a permissions boundary. */
export async function entitiesWith(
  store: Readable,
  arn: string,
  usage: 'attached' | 'boundary' = 'attached',
) {
  const some = { limit: 1_000 }
  const [inUsers, inGroups, inRoles] = await Promise.all([
    store.of(users).find(usage, arn, some),
    usage === 'attached' ? store.of(groups).find('attached', arn, some) : { records: [] },
    store.of(roles).find(usage, arn, some),
  ])
  return { users: inUsers.records, groups: inGroups.records, roles: inRoles.records }
}

/** How many have it. */
export async function countEntitiesWith(
  store: Readable,
  arn: string,
  usage: 'attached' | 'boundary' = 'attached',
): Promise<number> {
  const entities = await entitiesWith(store, arn, usage)
  return entities.users.length + entities.groups.length + entities.roles.length
}
