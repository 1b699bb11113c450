import { accessPreviews } from '../../src/services/accessanalyzer/access-preview-records.ts'
import { analyzers } from '../../src/services/accessanalyzer/analyzer-records.ts'
import { archiveRules } from '../../src/services/accessanalyzer/archive-rules.ts'
import { clients } from '../../src/services/cognito-idp/client-records.ts'
import { groups as peopleGroups } from '../../src/services/cognito-idp/groups.ts'
import { pools } from '../../src/services/cognito-idp/pool-records.ts'
import { users as people } from '../../src/services/cognito-idp/user-records.ts'
import { accessKeys } from '../../src/services/iam/access-key-records.ts'
import { groups } from '../../src/services/iam/group-records.ts'
import { instanceProfiles } from '../../src/services/iam/instance-profile-records.ts'
import { loginProfiles } from '../../src/services/iam/login-profile-records.ts'
import { managedPolicies } from '../../src/services/iam/managed-policy-records.ts'
import { mfaDevices } from '../../src/services/iam/mfa-device-records.ts'
import { roles } from '../../src/services/iam/role-records.ts'
import { serverCertificates } from '../../src/services/iam/server-certificate-records.ts'
import {
  serviceCredentials,
  signingCertificates,
  sshPublicKeys,
} from '../../src/services/iam/user-credential-records.ts'
import { users } from '../../src/services/iam/user-records.ts'
import { grants } from '../../src/services/kms/grant-records.ts'
import { aliases, keys as kmsKeys, materials } from '../../src/services/kms/key-records.ts'
import { eventConfigs as functionEventConfigs } from '../../src/services/lambda/event-invoke-configs.ts'
import {
  aliases as functionAliases,
  policies as functionPolicies,
  functions as functionRecords,
  versions as functionVersions,
} from '../../src/services/lambda/function-records.ts'
import { layers as functionLayers } from '../../src/services/lambda/layer-records.ts'
import {
  chunks as logChunks,
  groups as logGroups,
  streams as logStreams,
} from '../../src/services/logs/log-records.ts'
import { resourcePolicies as logPolicies } from '../../src/services/logs/resource-policies.ts'
import { accounts as members } from '../../src/services/organizations/account-records.ts'
import { handshakes } from '../../src/services/organizations/handshake-records.ts'
import { organizations } from '../../src/services/organizations/organization-records.ts'
import { policies } from '../../src/services/organizations/policy-records.ts'
import { transfers } from '../../src/services/organizations/transfer-records.ts'
import { units } from '../../src/services/organizations/unit-records.ts'
import type { World } from './authorization-rows.ts'

type Store = ReturnType<World['app']['store']['storeFor']>
type Records = readonly object[]

const some = { limit: 1_000 }
/** The records of pages. */
const recordsOf = async (
  ...pages: readonly Promise<{ readonly records: Records }>[]
): Promise<Records> => (await Promise.all(pages)).flatMap(({ records }) => records)

/** The organization of the account, with what is in it, and invitations of the account. */
async function organizationOf(account: string, store: Store): Promise<Records> {
  const asked = store.of(handshakes).find('account', [account], some)
  const organizationId = (await store.of(members).get([account]))?.organizationId
  if (organizationId === undefined) return recordsOf(asked)
  const whole = { ...some, prefix: [organizationId] }
  return recordsOf(
    asked,
    store.of(organizations).list(whole),
    store.of(members).find('organization', [organizationId], some),
    store.of(units).list(whole),
    store.of(policies).list(whole),
    store.of(handshakes).find('organization', [organizationId], some),
    store.of(transfers).find('source', [organizationId], some),
    store.of(transfers).find('target', [organizationId], some),
  )
}

/** All that the account holds, but for the tester's own policies. */
export async function snapshot({ app, account }: World): Promise<unknown> {
  const store = app.store.storeFor({ account, region: 'us-east-1' })
  const persons = (await store.of(users).list(some)).records
  const keyHolders = [account, ...persons.map(({ id }) => id)]
  // An analyzer notes what it has last looked at, whoever calls.
  const told = (await store.of(analyzers).list(some)).records.map(
    ({ lastResource: _, lastResourceAt: __, ...rest }) => rest,
  )
  const rest = await recordsOf(
    store.of(groups).list(some),
    store.of(roles).list(some),
    store.of(managedPolicies).list(some),
    store.of(instanceProfiles).list(some),
    store.of(mfaDevices).list(some),
    store.of(loginProfiles).list(some),
    store.of(sshPublicKeys).list(some),
    store.of(signingCertificates).list(some),
    store.of(serviceCredentials).list(some),
    store.of(serverCertificates).list(some),
    ...keyHolders.map((holder) => store.of(accessKeys).find('owner', [account, holder], some)),
    store.of(pools).list(some),
    store.of(clients).list(some),
    store.of(people).list(some),
    store.of(peopleGroups).list(some),
    store.of(archiveRules).list(some),
    store.of(accessPreviews).list(some),
    store.of(kmsKeys).list(some),
    store.of(aliases).list(some),
    store.of(materials).list(some),
    store.of(grants).list(some),
    store.of(functionRecords).list(some),
    store.of(functionVersions).list(some),
    store.of(functionAliases).list(some),
    store.of(functionPolicies).list(some),
    store.of(functionLayers).list(some),
    store.of(functionEventConfigs).list(some),
    store.of(logGroups).list(some),
    store.of(logStreams).list(some),
    store.of(logChunks).list(some),
    store.of(logPolicies).list(some),
  )
  return [
    ...persons.map((person) => (person.name === 'tester' ? 'tester' : person)),
    ...told,
    ...rest,
    ...(await organizationOf(account, store)),
  ]
}
