import { accessKeys } from './access-key-records.ts'
import { featuresOf } from './account-features.ts'
import { operation } from './contract.ts'
import { groups } from './group-records.ts'
import { instanceProfiles } from './instance-profile-records.ts'
import { all } from './listing.ts'
import { managedPolicies } from './managed-policy-records.ts'
import { mfaDevices } from './mfa-device-records.ts'
import { oidcProviders } from './oidc-provider-records.ts'
import { accountQuotas } from './quotas.ts'

import { roles } from './role-records.ts'
import { samlProviders } from './saml-provider-records.ts'
import { serverCertificates } from './server-certificate-records.ts'
import { signingCertificates } from './user-credential-records.ts'
import { users } from './user-records.ts'

/** Quotas as AWS gives them to a new account. */
const quotas = {
  UsersQuota: accountQuotas.Users,
  GroupsQuota: accountQuotas.Groups,
  RolesQuota: accountQuotas.Roles,
  PoliciesQuota: accountQuotas.Policies,
  InstanceProfilesQuota: accountQuotas.InstanceProfiles,
  ServerCertificatesQuota: 20,
  UserPolicySizeQuota: 2_048,
  GroupPolicySizeQuota: 5_120,
  RolePolicySizeQuota: 10_240,
  AssumeRolePolicySizeQuota: 2_048,
  PolicySizeQuota: 6_144,
  PolicyVersionsInUseQuota: 10_000,
  VersionsPerPolicyQuota: 5,
  AccessKeysPerUserQuota: 2,
  GroupsPerUserQuota: 10,
  SigningCertificatesPerUserQuota: 2,
  AttachedPoliciesPerUserQuota: 10,
  AttachedPoliciesPerGroupQuota: 10,
  AttachedPoliciesPerRoleQuota: 10,
}

/** What an account cannot have yet. */
const none = {
  AccountPasswordPresent: 0,
}

export const GetAccountSummary = operation('GetAccountSummary', {
  access: { kind: 'iam', targets: () => [{ resource: '*', record: undefined }] },
  async handle(_input, ctx) {
    const { store, account } = ctx
    const policies = await all(store, managedPolicies)
    const rootKeys = await store.of(accessKeys).find('owner', [account, account], { limit: 1 })
    const rootCertificates = await store
      .of(signingCertificates)
      .find('owner', [account], { limit: 1 })
    const devices = await all(store, mfaDevices)
    return {
      SummaryMap: {
        ...quotas,
        ...none,
        GlobalEndpointTokenVersion: (await featuresOf(store)).tokenVersion === 'v2Token' ? 2 : 1,
        Providers:
          (await all(store, samlProviders)).length + (await all(store, oidcProviders)).length,
        Users: (await all(store, users)).length,
        Groups: (await all(store, groups)).length,
        Roles: (await all(store, roles)).length,
        InstanceProfiles: (await all(store, instanceProfiles)).length,
        ServerCertificates: (await all(store, serverCertificates)).length,
        Policies: policies.length,
        PolicyVersionsInUse: policies.reduce((sum, { versions }) => sum + versions.length, 0),
        AccountAccessKeysPresent: rootKeys.records.length,
        AccountMFAEnabled: devices.some(({ holder }) => holder === account) ? 1 : 0,
        AccountSigningCertificatesPresent: rootCertificates.records.length > 0 ? 1 : 0,
        MFADevices: devices.length,
        MFADevicesInUse: devices.filter(({ holder }) => holder !== undefined).length,
      },
    }
  },
})
