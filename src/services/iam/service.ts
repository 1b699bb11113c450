import { defineService } from '../../kernel/service.ts'
import * as accessKeys from './access-keys.ts'
import { onAccountCreated } from './account-access-role.ts'
import * as accountAliases from './account-aliases.ts'
import * as accountDetails from './account-details.ts'
import * as accountFeatures from './account-features.ts'
import * as accountProperties from './account-properties.ts'
import * as accountSummary from './account-summary.ts'
import * as acquiredRoles from './acquired-roles.ts'
import * as attachments from './attachments.ts'
import * as boundaries from './boundaries.ts'
import type { C } from './contract.ts'
import * as credentialReports from './credential-reports.ts'
import * as delegationApproval from './delegation-approval.ts'
import * as delegationRequests from './delegation-requests.ts'
import { GetHumanReadableSummary } from './delegation-summary.ts'
import { expireDelegation } from './delegation-targets.ts'
import * as grantingPolicies from './granting-policies.ts'
import * as groups from './groups.ts'
import * as inlinePolicies from './inline-policies.ts'
import * as instanceProfiles from './instance-profiles.ts'
import { policedResources } from './inventory.ts'
import * as lastAccessed from './last-accessed.ts'
import * as loginProfiles from './login-profiles.ts'
import * as managedPolicies from './managed-policies.ts'
import * as memberships from './memberships.ts'
import * as mfaAssignments from './mfa-assignments.ts'
import * as mfaDevices from './mfa-devices.ts'
import * as oidcProviders from './oidc-providers.ts'
import * as organizationsAccessReports from './organizations-access-reports.ts'
import * as passwordPolicy from './password-policy.ts'
import * as policyVersions from './policy-versions.ts'
import { principalDirectory } from './principals.ts'
import * as roles from './roles.ts'
import * as samlProviders from './saml-providers.ts'
import * as serverCertificates from './server-certificates.ts'
import * as serviceLinkedRoles from './service-linked-roles.ts'
import * as serviceSpecificCredentials from './service-specific-credentials.ts'
import * as signingCertificates from './signing-certificates.ts'
import * as contextKeys from './simulator/context-keys.ts'
import { SimulateCustomPolicy } from './simulator/SimulateCustomPolicy.ts'
import { SimulatePrincipalPolicy } from './simulator/SimulatePrincipalPolicy.ts'
import * as sshPublicKeys from './ssh-public-keys.ts'
import * as tagging from './tagging.ts'
import * as users from './users.ts'

/** AWS Identity and Access Management, API version 2010-05-08. */
export const service = defineService<C>()({
  name: 'iam',
  contract: () => import('@aws-sdk/client-iam'),
  operations: {
    AddClientIDToOpenIDConnectProvider: oidcProviders.AddClientIDToOpenIDConnectProvider,
    AcceptDelegationRequest: delegationApproval.AcceptDelegationRequest,
    AcquireRole: acquiredRoles.AcquireRole,
    AddRoleToInstanceProfile: instanceProfiles.AddRoleToInstanceProfile,
    AddUserToGroup: memberships.AddUserToGroup,
    AssociateDelegationRequest: delegationRequests.AssociateDelegationRequest,
    AttachGroupPolicy: attachments.AttachGroupPolicy,
    AttachRolePolicy: attachments.AttachRolePolicy,
    AttachUserPolicy: attachments.AttachUserPolicy,
    ChangePassword: loginProfiles.ChangePassword,
    CreateAccessKey: accessKeys.CreateAccessKey,
    CreateAccountAlias: accountAliases.CreateAccountAlias,
    CreateDelegationRequest: delegationRequests.CreateDelegationRequest,
    CreateGroup: groups.CreateGroup,
    CreateInstanceProfile: instanceProfiles.CreateInstanceProfile,
    CreateLoginProfile: loginProfiles.CreateLoginProfile,
    CreateOpenIDConnectProvider: oidcProviders.CreateOpenIDConnectProvider,
    CreatePolicy: managedPolicies.CreatePolicy,
    CreatePolicyVersion: policyVersions.CreatePolicyVersion,
    CreateRole: roles.CreateRole,
    CreateSAMLProvider: samlProviders.CreateSAMLProvider,
    CreateServiceLinkedRole: serviceLinkedRoles.CreateServiceLinkedRole,
    CreateServiceSpecificCredential: serviceSpecificCredentials.CreateServiceSpecificCredential,
    CreateUser: users.CreateUser,
    CreateVirtualMFADevice: mfaDevices.CreateVirtualMFADevice,
    DeactivateMFADevice: mfaAssignments.DeactivateMFADevice,
    DeleteAccessKey: accessKeys.DeleteAccessKey,
    DeleteAccountAlias: accountAliases.DeleteAccountAlias,
    DeleteAccountPasswordPolicy: passwordPolicy.DeleteAccountPasswordPolicy,
    DeleteGroup: groups.DeleteGroup,
    DeleteGroupPolicy: inlinePolicies.DeleteGroupPolicy,
    DeleteInstanceProfile: instanceProfiles.DeleteInstanceProfile,
    DeleteLoginProfile: loginProfiles.DeleteLoginProfile,
    DeleteOpenIDConnectProvider: oidcProviders.DeleteOpenIDConnectProvider,
    DeletePolicy: managedPolicies.DeletePolicy,
    DeletePolicyVersion: policyVersions.DeletePolicyVersion,
    DeleteRole: roles.DeleteRole,
    DeleteRolePermissionsBoundary: boundaries.DeleteRolePermissionsBoundary,
    DeleteRolePolicy: inlinePolicies.DeleteRolePolicy,
    DeleteSAMLProvider: samlProviders.DeleteSAMLProvider,
    DeleteServerCertificate: serverCertificates.DeleteServerCertificate,
    DeleteServiceLinkedRole: serviceLinkedRoles.DeleteServiceLinkedRole,
    DeleteServiceSpecificCredential: serviceSpecificCredentials.DeleteServiceSpecificCredential,
    DeleteSigningCertificate: signingCertificates.DeleteSigningCertificate,
    DeleteSSHPublicKey: sshPublicKeys.DeleteSSHPublicKey,
    DeleteUser: users.DeleteUser,
    DeleteUserPermissionsBoundary: boundaries.DeleteUserPermissionsBoundary,
    DeleteUserPolicy: inlinePolicies.DeleteUserPolicy,
    DeleteVirtualMFADevice: mfaDevices.DeleteVirtualMFADevice,
    DetachGroupPolicy: attachments.DetachGroupPolicy,
    DetachRolePolicy: attachments.DetachRolePolicy,
    DetachUserPolicy: attachments.DetachUserPolicy,
    DisableOrganizationsRootCredentialsManagement:
      accountFeatures.DisableOrganizationsRootCredentialsManagement,
    DisableOrganizationsRootSessions: accountFeatures.DisableOrganizationsRootSessions,
    DisableOutboundWebIdentityFederation: accountFeatures.DisableOutboundWebIdentityFederation,
    EnableMFADevice: mfaAssignments.EnableMFADevice,
    EnableOrganizationsRootCredentialsManagement:
      accountFeatures.EnableOrganizationsRootCredentialsManagement,
    EnableOrganizationsRootSessions: accountFeatures.EnableOrganizationsRootSessions,
    EnableOutboundWebIdentityFederation: accountFeatures.EnableOutboundWebIdentityFederation,
    GenerateCredentialReport: credentialReports.GenerateCredentialReport,
    GenerateOrganizationsAccessReport: organizationsAccessReports.GenerateOrganizationsAccessReport,
    GenerateServiceLastAccessedDetails: lastAccessed.GenerateServiceLastAccessedDetails,
    GetAccessKeyLastUsed: accessKeys.GetAccessKeyLastUsed,
    GetAccountAuthorizationDetails: accountDetails.GetAccountAuthorizationDetails,
    GetAccountPasswordPolicy: passwordPolicy.GetAccountPasswordPolicy,
    GetAccountProperties: accountProperties.GetAccountProperties,
    GetAccountSummary: accountSummary.GetAccountSummary,
    GetContextKeysForCustomPolicy: contextKeys.GetContextKeysForCustomPolicy,
    GetContextKeysForPrincipalPolicy: contextKeys.GetContextKeysForPrincipalPolicy,
    GetCredentialReport: credentialReports.GetCredentialReport,
    GetDelegationRequest: delegationRequests.GetDelegationRequest,
    GetGroup: groups.GetGroup,
    GetGroupPolicy: inlinePolicies.GetGroupPolicy,
    GetHumanReadableSummary,
    GetInstanceProfile: instanceProfiles.GetInstanceProfile,
    GetLoginProfile: loginProfiles.GetLoginProfile,
    GetMFADevice: mfaAssignments.GetMFADevice,
    GetOpenIDConnectProvider: oidcProviders.GetOpenIDConnectProvider,
    GetOutboundWebIdentityFederationInfo: accountFeatures.GetOutboundWebIdentityFederationInfo,
    GetOrganizationsAccessReport: organizationsAccessReports.GetOrganizationsAccessReport,
    GetPolicy: managedPolicies.GetPolicy,
    GetPolicyVersion: policyVersions.GetPolicyVersion,
    GetRole: roles.GetRole,
    GetRolePolicy: inlinePolicies.GetRolePolicy,
    GetRoleTemplateVersion: acquiredRoles.GetRoleTemplateVersion,
    GetSAMLProvider: samlProviders.GetSAMLProvider,
    GetServerCertificate: serverCertificates.GetServerCertificate,
    GetServiceLastAccessedDetails: lastAccessed.GetServiceLastAccessedDetails,
    GetServiceLastAccessedDetailsWithEntities:
      lastAccessed.GetServiceLastAccessedDetailsWithEntities,
    GetServiceLinkedRoleDeletionStatus: serviceLinkedRoles.GetServiceLinkedRoleDeletionStatus,
    GetSSHPublicKey: sshPublicKeys.GetSSHPublicKey,
    GetUser: users.GetUser,
    GetUserPolicy: inlinePolicies.GetUserPolicy,
    ListAccessKeys: accessKeys.ListAccessKeys,
    ListAccountAliases: accountAliases.ListAccountAliases,
    ListAttachedGroupPolicies: attachments.ListAttachedGroupPolicies,
    ListAttachedRolePolicies: attachments.ListAttachedRolePolicies,
    ListAttachedUserPolicies: attachments.ListAttachedUserPolicies,
    ListDelegationRequests: delegationRequests.ListDelegationRequests,
    ListEntitiesForPolicy: managedPolicies.ListEntitiesForPolicy,
    ListGroupPolicies: inlinePolicies.ListGroupPolicies,
    ListGroups: groups.ListGroups,
    ListGroupsForUser: memberships.ListGroupsForUser,
    ListInstanceProfiles: instanceProfiles.ListInstanceProfiles,
    ListInstanceProfilesForRole: instanceProfiles.ListInstanceProfilesForRole,
    ListInstanceProfileTags: instanceProfiles.ListInstanceProfileTags,
    ListMFADevices: mfaAssignments.ListMFADevices,
    ListMFADeviceTags: mfaDevices.ListMFADeviceTags,
    ListOpenIDConnectProviders: oidcProviders.ListOpenIDConnectProviders,
    ListOpenIDConnectProviderTags: oidcProviders.ListOpenIDConnectProviderTags,
    ListOrganizationsFeatures: accountFeatures.ListOrganizationsFeatures,
    ListPolicies: managedPolicies.ListPolicies,
    ListPoliciesGrantingServiceAccess: grantingPolicies.ListPoliciesGrantingServiceAccess,
    ListPolicyTags: tagging.ListPolicyTags,
    ListPolicyVersions: policyVersions.ListPolicyVersions,
    ListRolePolicies: inlinePolicies.ListRolePolicies,
    ListRoles: roles.ListRoles,
    ListRoleTags: tagging.ListRoleTags,
    ListSAMLProviders: samlProviders.ListSAMLProviders,
    ListSAMLProviderTags: samlProviders.ListSAMLProviderTags,
    ListServerCertificates: serverCertificates.ListServerCertificates,
    ListServerCertificateTags: serverCertificates.ListServerCertificateTags,
    ListServiceSpecificCredentials: serviceSpecificCredentials.ListServiceSpecificCredentials,
    ListSigningCertificates: signingCertificates.ListSigningCertificates,
    ListSSHPublicKeys: sshPublicKeys.ListSSHPublicKeys,
    ListUserPolicies: inlinePolicies.ListUserPolicies,
    ListUsers: users.ListUsers,
    ListUserTags: tagging.ListUserTags,
    ListVirtualMFADevices: mfaDevices.ListVirtualMFADevices,
    PutAccountProperties: accountProperties.PutAccountProperties,
    PutGroupPolicy: inlinePolicies.PutGroupPolicy,
    PutRolePermissionsBoundary: boundaries.PutRolePermissionsBoundary,
    PutRolePolicy: inlinePolicies.PutRolePolicy,
    PutUserPermissionsBoundary: boundaries.PutUserPermissionsBoundary,
    PutUserPolicy: inlinePolicies.PutUserPolicy,
    RemoveClientIDFromOpenIDConnectProvider: oidcProviders.RemoveClientIDFromOpenIDConnectProvider,
    RejectDelegationRequest: delegationRequests.RejectDelegationRequest,
    RemoveRoleFromInstanceProfile: instanceProfiles.RemoveRoleFromInstanceProfile,
    RemoveUserFromGroup: memberships.RemoveUserFromGroup,
    ResetServiceSpecificCredential: serviceSpecificCredentials.ResetServiceSpecificCredential,
    ResyncMFADevice: mfaAssignments.ResyncMFADevice,
    SendDelegationToken: delegationApproval.SendDelegationToken,
    SetDefaultPolicyVersion: policyVersions.SetDefaultPolicyVersion,
    SetSecurityTokenServicePreferences: accountFeatures.SetSecurityTokenServicePreferences,
    SimulateCustomPolicy,
    SimulatePrincipalPolicy,
    TagInstanceProfile: instanceProfiles.TagInstanceProfile,
    TagMFADevice: mfaDevices.TagMFADevice,
    TagOpenIDConnectProvider: oidcProviders.TagOpenIDConnectProvider,
    TagPolicy: tagging.TagPolicy,
    TagRole: tagging.TagRole,
    TagSAMLProvider: samlProviders.TagSAMLProvider,
    TagServerCertificate: serverCertificates.TagServerCertificate,
    TagUser: tagging.TagUser,
    UntagInstanceProfile: instanceProfiles.UntagInstanceProfile,
    UntagMFADevice: mfaDevices.UntagMFADevice,
    UntagOpenIDConnectProvider: oidcProviders.UntagOpenIDConnectProvider,
    UntagPolicy: tagging.UntagPolicy,
    UntagRole: tagging.UntagRole,
    UntagSAMLProvider: samlProviders.UntagSAMLProvider,
    UntagServerCertificate: serverCertificates.UntagServerCertificate,
    UntagUser: tagging.UntagUser,
    UpdateAccessKey: accessKeys.UpdateAccessKey,
    UpdateAccountPasswordPolicy: passwordPolicy.UpdateAccountPasswordPolicy,
    UpdateAssumeRolePolicy: roles.UpdateAssumeRolePolicy,
    UpdateDelegationRequest: delegationRequests.UpdateDelegationRequest,
    UpdateGroup: groups.UpdateGroup,
    UpdateLoginProfile: loginProfiles.UpdateLoginProfile,
    UpdateOpenIDConnectProviderThumbprint: oidcProviders.UpdateOpenIDConnectProviderThumbprint,
    UpdateRole: roles.UpdateRole,
    UpdateRoleDescription: roles.UpdateRoleDescription,
    UpdateSAMLProvider: samlProviders.UpdateSAMLProvider,
    UpdateServerCertificate: serverCertificates.UpdateServerCertificate,
    UpdateServiceSpecificCredential: serviceSpecificCredentials.UpdateServiceSpecificCredential,
    UpdateSigningCertificate: signingCertificates.UpdateSigningCertificate,
    UpdateSSHPublicKey: sshPublicKeys.UpdateSSHPublicKey,
    UpdateUser: users.UpdateUser,
    UploadServerCertificate: serverCertificates.UploadServerCertificate,
    UploadSigningCertificate: signingCertificates.UploadSigningCertificate,
    UploadSSHPublicKey: sshPublicKeys.UploadSSHPublicKey,
  },
  notYet: {},
  provides: { principals: principalDirectory, policedResources },
  on: { 'organizations.AccountCreated': onAccountCreated },
  jobs: {
    'iam.DeleteLinkedRole': serviceLinkedRoles.deleteLinkedRole,
    'iam.ExpireDelegation': expireDelegation,
  },
  secrets: [
    'SecretAccessKey',
    'Password',
    'OldPassword',
    'NewPassword',
    'PrivateKey',
    'AddPrivateKey',
    'Base32StringSeed',
    'QRCodePNG',
    'AuthenticationCode1',
    'AuthenticationCode2',
    'ServicePassword',
    'ServiceCredentialSecret',
  ],
})
