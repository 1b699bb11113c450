import { defineService } from '../../kernel/service.ts'
import * as accessKeys from './access-keys.ts'
import * as accountAliases from './account-aliases.ts'
import * as accountDetails from './account-details.ts'
import * as accountSummary from './account-summary.ts'
import * as attachments from './attachments.ts'
import * as boundaries from './boundaries.ts'
import type { C } from './contract.ts'
import * as groups from './groups.ts'
import * as inlinePolicies from './inline-policies.ts'
import * as instanceProfiles from './instance-profiles.ts'
import * as managedPolicies from './managed-policies.ts'
import * as memberships from './memberships.ts'
import * as passwordPolicy from './password-policy.ts'
import * as policyVersions from './policy-versions.ts'
import { principalDirectory } from './principals.ts'
import * as roles from './roles.ts'
import * as tagging from './tagging.ts'
import * as users from './users.ts'

/** AWS Identity and Access Management, API version 2010-05-08. */
export const service = defineService<C>()({
  name: 'iam',
  contract: () => import('@aws-sdk/client-iam'),
  operations: {
    AddRoleToInstanceProfile: instanceProfiles.AddRoleToInstanceProfile,
    AddUserToGroup: memberships.AddUserToGroup,
    AttachGroupPolicy: attachments.AttachGroupPolicy,
    AttachRolePolicy: attachments.AttachRolePolicy,
    AttachUserPolicy: attachments.AttachUserPolicy,
    CreateAccessKey: accessKeys.CreateAccessKey,
    CreateAccountAlias: accountAliases.CreateAccountAlias,
    CreateGroup: groups.CreateGroup,
    CreateInstanceProfile: instanceProfiles.CreateInstanceProfile,
    CreatePolicy: managedPolicies.CreatePolicy,
    CreatePolicyVersion: policyVersions.CreatePolicyVersion,
    CreateRole: roles.CreateRole,
    CreateUser: users.CreateUser,
    DeleteAccessKey: accessKeys.DeleteAccessKey,
    DeleteAccountAlias: accountAliases.DeleteAccountAlias,
    DeleteAccountPasswordPolicy: passwordPolicy.DeleteAccountPasswordPolicy,
    DeleteGroup: groups.DeleteGroup,
    DeleteGroupPolicy: inlinePolicies.DeleteGroupPolicy,
    DeleteInstanceProfile: instanceProfiles.DeleteInstanceProfile,
    DeletePolicy: managedPolicies.DeletePolicy,
    DeletePolicyVersion: policyVersions.DeletePolicyVersion,
    DeleteRole: roles.DeleteRole,
    DeleteRolePermissionsBoundary: boundaries.DeleteRolePermissionsBoundary,
    DeleteRolePolicy: inlinePolicies.DeleteRolePolicy,
    DeleteUser: users.DeleteUser,
    DeleteUserPermissionsBoundary: boundaries.DeleteUserPermissionsBoundary,
    DeleteUserPolicy: inlinePolicies.DeleteUserPolicy,
    DetachGroupPolicy: attachments.DetachGroupPolicy,
    DetachRolePolicy: attachments.DetachRolePolicy,
    DetachUserPolicy: attachments.DetachUserPolicy,
    GetAccountAuthorizationDetails: accountDetails.GetAccountAuthorizationDetails,
    GetAccountPasswordPolicy: passwordPolicy.GetAccountPasswordPolicy,
    GetAccountSummary: accountSummary.GetAccountSummary,
    GetGroup: groups.GetGroup,
    GetGroupPolicy: inlinePolicies.GetGroupPolicy,
    GetInstanceProfile: instanceProfiles.GetInstanceProfile,
    GetPolicy: managedPolicies.GetPolicy,
    GetPolicyVersion: policyVersions.GetPolicyVersion,
    GetRole: roles.GetRole,
    GetRolePolicy: inlinePolicies.GetRolePolicy,
    GetUser: users.GetUser,
    GetUserPolicy: inlinePolicies.GetUserPolicy,
    ListAccessKeys: accessKeys.ListAccessKeys,
    ListAccountAliases: accountAliases.ListAccountAliases,
    ListAttachedGroupPolicies: attachments.ListAttachedGroupPolicies,
    ListAttachedRolePolicies: attachments.ListAttachedRolePolicies,
    ListAttachedUserPolicies: attachments.ListAttachedUserPolicies,
    ListEntitiesForPolicy: managedPolicies.ListEntitiesForPolicy,
    ListGroupPolicies: inlinePolicies.ListGroupPolicies,
    ListGroups: groups.ListGroups,
    ListGroupsForUser: memberships.ListGroupsForUser,
    ListInstanceProfiles: instanceProfiles.ListInstanceProfiles,
    ListInstanceProfilesForRole: instanceProfiles.ListInstanceProfilesForRole,
    ListInstanceProfileTags: instanceProfiles.ListInstanceProfileTags,
    ListPolicies: managedPolicies.ListPolicies,
    ListPolicyTags: tagging.ListPolicyTags,
    ListPolicyVersions: policyVersions.ListPolicyVersions,
    ListRolePolicies: inlinePolicies.ListRolePolicies,
    ListRoles: roles.ListRoles,
    ListRoleTags: tagging.ListRoleTags,
    ListUserPolicies: inlinePolicies.ListUserPolicies,
    ListUsers: users.ListUsers,
    ListUserTags: tagging.ListUserTags,
    PutGroupPolicy: inlinePolicies.PutGroupPolicy,
    PutRolePermissionsBoundary: boundaries.PutRolePermissionsBoundary,
    PutRolePolicy: inlinePolicies.PutRolePolicy,
    PutUserPermissionsBoundary: boundaries.PutUserPermissionsBoundary,
    PutUserPolicy: inlinePolicies.PutUserPolicy,
    RemoveRoleFromInstanceProfile: instanceProfiles.RemoveRoleFromInstanceProfile,
    RemoveUserFromGroup: memberships.RemoveUserFromGroup,
    SetDefaultPolicyVersion: policyVersions.SetDefaultPolicyVersion,
    TagInstanceProfile: instanceProfiles.TagInstanceProfile,
    TagPolicy: tagging.TagPolicy,
    TagRole: tagging.TagRole,
    TagUser: tagging.TagUser,
    UntagInstanceProfile: instanceProfiles.UntagInstanceProfile,
    UntagPolicy: tagging.UntagPolicy,
    UntagRole: tagging.UntagRole,
    UntagUser: tagging.UntagUser,
    UpdateAccessKey: accessKeys.UpdateAccessKey,
    UpdateAccountPasswordPolicy: passwordPolicy.UpdateAccountPasswordPolicy,
    UpdateAssumeRolePolicy: roles.UpdateAssumeRolePolicy,
    UpdateGroup: groups.UpdateGroup,
    UpdateRole: roles.UpdateRole,
    UpdateRoleDescription: roles.UpdateRoleDescription,
    UpdateUser: users.UpdateUser,
  },
  notYet: {
    others:
      'console passwords, MFA devices, identity providers, reports, last use and the simulator are still to be built',
  },
  provides: { principals: principalDirectory },
  secrets: ['SecretAccessKey', 'Password', 'OldPassword', 'NewPassword', 'PrivateKey'],
})
