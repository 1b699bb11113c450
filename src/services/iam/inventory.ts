import type { InventoriedPrincipal, PolicedResources } from '../../kernel/inventory.ts'
import type { OpenStore } from '../../kernel/principals.ts'
import { accessKeys } from './access-key-records.ts'
import { iamArn } from './arns.ts'
import { all } from './listing.ts'
import { loginProfiles, passwordUses } from './login-profile-records.ts'
import { arnOf, roleLayers, userLayers } from './principals.ts'
import { roles } from './role-records.ts'
import { shownTrust } from './trust-policies.ts'
import { users } from './user-records.ts'

/** Roles with their trust policies; service-linked ones are nobody's to open. */
export const policedResources: PolicedResources = async function* (open, { account }) {
  for (const role of await all(open({ account, region: '' }), roles))
    if (role.linkedTo === undefined)
      yield {
        arn: iamArn(account, 'role', role.name, role.path),
        type: 'AWS::IAM::Role',
        account,
        region: '',
        policy: await shownTrust(role, { arnOf: (of, id) => arnOf(open, of, id) }),
        tags: role.tags,
      }
}

/** Users and roles of an account with their policies, keys and passwords. */
export async function* inventoriedPrincipals(
  open: OpenStore,
  account: string,
): AsyncGenerator<InventoriedPrincipal> {
  const store = open({ account, region: '' })
  for (const user of await all(store, users)) {
    const { records: keys } = await store
      .of(accessKeys)
      .find('owner', [account, user.id], { limit: 10 })
    const profile = await store.of(loginProfiles).get([user.id])
    const used = await store.of(passwordUses).get([user.id])
    yield {
      kind: 'user',
      id: user.id,
      name: user.name,
      arn: iamArn(account, 'user', user.name, user.path),
      createdAt: user.createdAt,
      tags: user.tags,
      layers: await userLayers(store, user),
      serviceLinked: false,
      keys: keys.map(({ id, active, createdAt }) => ({ id, active, createdAt })),
      password: profile && { setAt: profile.setAt, lastUsed: used?.at },
    }
  }
  for (const role of await all(store, roles))
    yield {
      kind: 'role',
      id: role.id,
      name: role.name,
      arn: iamArn(account, 'role', role.name, role.path),
      createdAt: role.createdAt,
      tags: role.tags,
      layers: await roleLayers(store, role),
      serviceLinked: role.linkedTo !== undefined,
      keys: [],
    }
}
