import { defineService } from '../../kernel/service.ts'
import * as accountCreation from './account-creation.ts'
import * as accountLeaving from './account-leaving.ts'
import * as accounts from './accounts.ts'
import * as allFeatures from './all-features.ts'
import * as attachments from './attachments.ts'
import type { C } from './contract.ts'
import * as delegatedAdministrators from './delegated-administrators.ts'
import * as effectivePolicies from './effective-policies.ts'
import * as enabledPolicyTypes from './enabled-policy-types.ts'
import { guardrails } from './guardrails.ts'
import { forgetHandshake } from './handshake-records.ts'
import * as handshakes from './handshakes.ts'
import { invalidInput } from './invalid-input.ts'
import * as invitations from './invitations.ts'
import * as organizations from './organizations.ts'
import * as policies from './policies.ts'
import * as resourcePolicy from './resource-policy.ts'
import * as responsibilityTransfers from './responsibility-transfers.ts'
import * as serviceAccess from './service-access.ts'
import * as tagging from './tagging.ts'
import * as tree from './tree.ts'
import * as units from './units.ts'

/** AWS Organizations, API version 2016-11-28. */
export const service = defineService<C>()({
  name: 'organizations',
  contract: () => import('@aws-sdk/client-organizations'),
  operations: {
    AcceptHandshake: handshakes.AcceptHandshake,
    AttachPolicy: attachments.AttachPolicy,
    CancelHandshake: handshakes.CancelHandshake,
    CloseAccount: accountLeaving.CloseAccount,
    CreateAccount: accountCreation.CreateAccount,
    CreateGovCloudAccount: accountCreation.CreateGovCloudAccount,
    CreateOrganization: organizations.CreateOrganization,
    CreateOrganizationalUnit: units.CreateOrganizationalUnit,
    CreatePolicy: policies.CreatePolicy,
    DeclineHandshake: handshakes.DeclineHandshake,
    DeleteOrganization: organizations.DeleteOrganization,
    DeleteOrganizationalUnit: units.DeleteOrganizationalUnit,
    DeletePolicy: policies.DeletePolicy,
    DeleteResourcePolicy: resourcePolicy.DeleteResourcePolicy,
    DeregisterDelegatedAdministrator: delegatedAdministrators.DeregisterDelegatedAdministrator,
    DescribeAccount: accounts.DescribeAccount,
    DescribeCreateAccountStatus: accountCreation.DescribeCreateAccountStatus,
    DescribeEffectivePolicy: effectivePolicies.DescribeEffectivePolicy,
    DescribeHandshake: handshakes.DescribeHandshake,
    DescribeOrganization: organizations.DescribeOrganization,
    DescribeOrganizationalUnit: units.DescribeOrganizationalUnit,
    DescribePolicy: policies.DescribePolicy,
    DescribeResourcePolicy: resourcePolicy.DescribeResourcePolicy,
    DescribeResponsibilityTransfer: responsibilityTransfers.DescribeResponsibilityTransfer,
    DetachPolicy: attachments.DetachPolicy,
    DisableAWSServiceAccess: serviceAccess.DisableAWSServiceAccess,
    DisablePolicyType: enabledPolicyTypes.DisablePolicyType,
    EnableAllFeatures: allFeatures.EnableAllFeatures,
    EnableAWSServiceAccess: serviceAccess.EnableAWSServiceAccess,
    EnablePolicyType: enabledPolicyTypes.EnablePolicyType,
    InviteAccountToOrganization: invitations.InviteAccountToOrganization,
    InviteOrganizationToTransferResponsibility:
      responsibilityTransfers.InviteOrganizationToTransferResponsibility,
    LeaveOrganization: accountLeaving.LeaveOrganization,
    ListAccounts: accounts.ListAccounts,
    ListAccountsForParent: accounts.ListAccountsForParent,
    ListAccountsWithInvalidEffectivePolicy:
      effectivePolicies.ListAccountsWithInvalidEffectivePolicy,
    ListAWSServiceAccessForOrganization: serviceAccess.ListAWSServiceAccessForOrganization,
    ListChildren: tree.ListChildren,
    ListCreateAccountStatus: accountCreation.ListCreateAccountStatus,
    ListDelegatedAdministrators: delegatedAdministrators.ListDelegatedAdministrators,
    ListDelegatedServicesForAccount: delegatedAdministrators.ListDelegatedServicesForAccount,
    ListEffectivePolicyValidationErrors: effectivePolicies.ListEffectivePolicyValidationErrors,
    ListHandshakesForAccount: handshakes.ListHandshakesForAccount,
    ListHandshakesForOrganization: handshakes.ListHandshakesForOrganization,
    ListInboundResponsibilityTransfers: responsibilityTransfers.ListInboundResponsibilityTransfers,
    ListOrganizationalUnitsForParent: units.ListOrganizationalUnitsForParent,
    ListOutboundResponsibilityTransfers:
      responsibilityTransfers.ListOutboundResponsibilityTransfers,
    ListParents: tree.ListParents,
    ListPolicies: policies.ListPolicies,
    ListPoliciesForTarget: attachments.ListPoliciesForTarget,
    ListRoots: organizations.ListRoots,
    ListTagsForResource: tagging.ListTagsForResource,
    ListTargetsForPolicy: policies.ListTargetsForPolicy,
    MoveAccount: accounts.MoveAccount,
    PutResourcePolicy: resourcePolicy.PutResourcePolicy,
    RegisterDelegatedAdministrator: delegatedAdministrators.RegisterDelegatedAdministrator,
    RemoveAccountFromOrganization: accountLeaving.RemoveAccountFromOrganization,
    TagResource: tagging.TagResource,
    TerminateResponsibilityTransfer: responsibilityTransfers.TerminateResponsibilityTransfer,
    UntagResource: tagging.UntagResource,
    UpdateOrganizationalUnit: units.UpdateOrganizationalUnit,
    UpdatePolicy: policies.UpdatePolicy,
    UpdateResponsibilityTransfer: responsibilityTransfers.UpdateResponsibilityTransfer,
  },
  notYet: {},
  provides: { guardrails },
  invalid: invalidInput,
  on: { 'iam.AccountAccessRoleCreated': accountCreation.onAccessRoleCreated },
  jobs: {
    'organizations.FinishClosing': accountLeaving.finishClosing,
    'organizations.ForgetAccount': accountLeaving.forgetAccount,
    'organizations.ForgetHandshake': forgetHandshake,
  },
  // Names and addresses of persons; parties and resources of handshakes hold them, too.
  secrets: [
    'Email',
    'AccountName',
    'MasterAccountEmail',
    'ManagementAccountEmail',
    'Notes',
    'SourceName',
    'Target',
    'Parties',
    'Resources',
  ],
})
