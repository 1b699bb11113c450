import { defineService } from '../../kernel/service.ts'
import { AdminCreateUser } from './AdminCreateUser.ts'
import { AdminDeleteUserAttributes, AdminUpdateUserAttributes } from './admin-attributes.ts'
import {
  AdminForgetDevice,
  AdminGetDevice,
  AdminListDevices,
  AdminUpdateDeviceStatus,
} from './admin-devices.ts'
import {
  AdminConfirmSignUp,
  AdminResetUserPassword,
  AdminSetUserPassword,
} from './admin-passwords.ts'
import { AdminDeleteUser, AdminDisableUser, AdminEnableUser, AdminGetUser } from './admin-users.ts'
import {
  AdminListUserAuthEvents,
  AdminUpdateAuthEventFeedback,
  UpdateAuthEventFeedback,
} from './auth-events.ts'
import { AdminGetUserAuthFactors, GetUserAuthFactors } from './auth-factors.ts'
import { AdminRespondToAuthChallenge, RespondToAuthChallenge } from './challenges.ts'
import {
  AddUserPoolClientSecret,
  DeleteUserPoolClientSecret,
  ListUserPoolClientSecrets,
} from './client-secrets.ts'
import { GetClientToken } from './client-token.ts'
import {
  CreateUserPoolClient,
  DeleteUserPoolClient,
  DescribeUserPoolClient,
  ListUserPoolClients,
  UpdateUserPoolClient,
} from './clients.ts'
import { confirmPage } from './confirm-page.ts'
import { type C, invalid } from './contract.ts'
import { forgetCustomAuth } from './custom-auth-records.ts'
import {
  ConfirmDevice,
  ForgetDevice,
  GetDevice,
  ListDevices,
  UpdateDeviceStatus,
} from './devices.ts'
import {
  CreateUserPoolDomain,
  DeleteUserPoolDomain,
  DescribeUserPoolDomain,
  UpdateUserPoolDomain,
} from './domains.ts'
import { forgetEvents } from './event-notes.ts'
import { federationPages } from './federation/pages.ts'
import { feedbackPages } from './feedback-pages.ts'
import { ConfirmForgotPassword, ForgotPassword } from './forgotten-passwords.ts'
import { CreateGroup, DeleteGroup, GetGroup, ListGroups, UpdateGroup } from './groups.ts'
import { sendHidden } from './hidden-sending.ts'
import { hostedPages } from './hosted/pages.ts'
import {
  CreateIdentityProvider,
  DeleteIdentityProvider,
  DescribeIdentityProvider,
  GetIdentityProviderByIdentifier,
  ListIdentityProviders,
  UpdateIdentityProvider,
} from './identity-providers.ts'
import { dropImport, expireImport } from './import-cleanup.ts'
import {
  CreateUserImportJob,
  DescribeUserImportJob,
  GetCSVHeader,
  ListUserImportJobs,
} from './import-jobs.ts'
import { importUsers, StartUserImportJob, StopUserImportJob } from './import-runs.ts'
import { importPages } from './import-upload.ts'
import { issuerPages } from './issuer-pages.ts'
import { AdminDisableProviderForUser, AdminLinkProviderForUser } from './linked-identities.ts'
import { deliverError, deliverEvent } from './log-deliveries.ts'
import { GetLogDeliveryConfiguration, SetLogDeliveryConfiguration } from './log-delivery.ts'
import {
  CreateManagedLoginBranding,
  DeleteManagedLoginBranding,
  DescribeManagedLoginBranding,
  DescribeManagedLoginBrandingByClient,
  UpdateManagedLoginBranding,
} from './managed-branding.ts'
import {
  AdminAddUserToGroup,
  AdminListGroupsForUser,
  AdminRemoveUserFromGroup,
  ListUsersInGroup,
} from './memberships.ts'
import { AdminSetUserMFAPreference, SetUserMFAPreference } from './mfa-preferences.ts'
import { ownsHost } from './oauth/hosted.ts'
import { oauthPages } from './oauth/pages.ts'
import {
  ChangePassword,
  DeleteUser,
  DeleteUserAttributes,
  GetUser,
  GetUserAttributeVerificationCode,
  UpdateUserAttributes,
  VerifyUserAttribute,
} from './own-account.ts'
import { CompleteWebAuthnRegistration, StartWebAuthnRegistration } from './passkey-registration.ts'
import { DeleteWebAuthnCredential, ListWebAuthnCredentials } from './passkeys.ts'
import { people } from './people.ts'
import { DeleteUserPool, emptyPool } from './pool-deletion.ts'
import { GetUserPoolMfaConfig, SetUserPoolMfaConfig } from './pool-mfa.ts'
import { GetProvisionedLimit, UpdateProvisionedLimit } from './provisioned-limits.ts'
import { GetTokensFromRefreshToken } from './refresh-tokens.ts'
import {
  CreateUserPoolReplica,
  DeleteUserPoolReplica,
  ListUserPoolReplicas,
  UpdateUserPoolReplica,
} from './replicas.ts'
import { requestQuotas } from './request-quotas.ts'
import {
  CreateResourceServer,
  DeleteResourceServer,
  DescribeResourceServer,
  ListResourceServers,
  UpdateResourceServer,
} from './resource-servers.ts'
import { DescribeRiskConfiguration, SetRiskConfiguration } from './risk-configurations.ts'
import { notifyRisk } from './risk-notices.ts'
import { GetSigningCertificate } from './saml-signing.ts'
import {
  GetUserPoolClientSessionConfiguration,
  GetUserPoolSessionConfiguration,
  SetUserPoolClientSessionConfiguration,
  SetUserPoolSessionConfiguration,
} from './session-settings.ts'
import { AdminInitiateAuth, InitiateAuth } from './sign-in.ts'
import { AdminUserGlobalSignOut, GlobalSignOut, RevokeToken } from './sign-out.ts'
import { ConfirmSignUp, ResendConfirmationCode, SignUp } from './sign-up.ts'
import { dropKeys, rotateKeys } from './signing-keys.ts'
import {
  AdminDeleteSoftwareToken,
  AssociateSoftwareToken,
  VerifySoftwareToken,
} from './software-tokens.ts'
import { ListTagsForResource, TagResource, UntagResource } from './tagging.ts'
import {
  CreateTerms,
  DeleteTerms,
  DescribeTerms,
  DescribeTermsByClient,
  ListTerms,
  UpdateTerms,
} from './terms.ts'
import { GetUICustomization, SetUICustomization } from './ui-customization.ts'
import { ListUsers } from './user-listing.ts'
import {
  AddCustomAttributes,
  CreateUserPool,
  DescribeUserPool,
  ListUserPools,
  UpdateUserPool,
} from './user-pools.ts'
import {
  AdminListUserSessions,
  AdminRevokeUserSession,
  ListUserSessions,
  RevokeUserSession,
} from './user-sessions.ts'
import { AdminSetUserSettings, SetUserSettings } from './user-settings.ts'

/** Amazon Cognito user pools, API version 2016-04-18. */
export const service = defineService<C>()({
  name: 'cognito-idp',
  contract: () => import('@aws-sdk/client-cognito-identity-provider'),
  operations: {
    AddCustomAttributes,
    AddUserPoolClientSecret,
    AdminAddUserToGroup,
    AdminConfirmSignUp,
    AdminCreateUser,
    AdminDeleteSoftwareToken,
    AdminDeleteUser,
    AdminDeleteUserAttributes,
    AdminDisableProviderForUser,
    AdminDisableUser,
    AdminEnableUser,
    AdminForgetDevice,
    AdminGetDevice,
    AdminGetUser,
    AdminGetUserAuthFactors,
    AdminInitiateAuth,
    AdminLinkProviderForUser,
    AdminListDevices,
    AdminListGroupsForUser,
    AdminListUserAuthEvents,
    AdminListUserSessions,
    AdminRemoveUserFromGroup,
    AdminResetUserPassword,
    AdminRespondToAuthChallenge,
    AdminRevokeUserSession,
    AdminSetUserMFAPreference,
    AdminSetUserPassword,
    AdminSetUserSettings,
    AdminUpdateAuthEventFeedback,
    AdminUpdateDeviceStatus,
    AdminUpdateUserAttributes,
    AdminUserGlobalSignOut,
    AssociateSoftwareToken,
    ChangePassword,
    CompleteWebAuthnRegistration,
    ConfirmDevice,
    ConfirmForgotPassword,
    ConfirmSignUp,
    CreateGroup,
    CreateIdentityProvider,
    CreateManagedLoginBranding,
    CreateResourceServer,
    CreateTerms,
    CreateUserImportJob,
    CreateUserPool,
    CreateUserPoolClient,
    CreateUserPoolDomain,
    CreateUserPoolReplica,
    DeleteGroup,
    DeleteIdentityProvider,
    DeleteManagedLoginBranding,
    DeleteResourceServer,
    DeleteTerms,
    DeleteUser,
    DeleteUserAttributes,
    DeleteUserPool,
    DeleteUserPoolClient,
    DeleteUserPoolClientSecret,
    DeleteUserPoolDomain,
    DeleteUserPoolReplica,
    DeleteWebAuthnCredential,
    DescribeIdentityProvider,
    DescribeManagedLoginBranding,
    DescribeManagedLoginBrandingByClient,
    DescribeResourceServer,
    DescribeRiskConfiguration,
    DescribeTerms,
    DescribeTermsByClient,
    DescribeUserImportJob,
    DescribeUserPool,
    DescribeUserPoolClient,
    DescribeUserPoolDomain,
    ForgetDevice,
    ForgotPassword,
    GetCSVHeader,
    GetClientToken,
    GetDevice,
    GetGroup,
    GetIdentityProviderByIdentifier,
    GetLogDeliveryConfiguration,
    GetProvisionedLimit,
    GetSigningCertificate,
    GetTokensFromRefreshToken,
    GetUICustomization,
    GetUser,
    GetUserAttributeVerificationCode,
    GetUserAuthFactors,
    GetUserPoolClientSessionConfiguration,
    GetUserPoolMfaConfig,
    GetUserPoolSessionConfiguration,
    GlobalSignOut,
    InitiateAuth,
    ListDevices,
    ListGroups,
    ListIdentityProviders,
    ListResourceServers,
    ListTagsForResource,
    ListTerms,
    ListUserImportJobs,
    ListUserPoolClientSecrets,
    ListUserPoolClients,
    ListUserPoolReplicas,
    ListUserPools,
    ListUserSessions,
    ListUsers,
    ListUsersInGroup,
    ListWebAuthnCredentials,
    ResendConfirmationCode,
    RespondToAuthChallenge,
    RevokeToken,
    RevokeUserSession,
    SetLogDeliveryConfiguration,
    SetRiskConfiguration,
    SetUICustomization,
    SetUserMFAPreference,
    SetUserPoolClientSessionConfiguration,
    SetUserPoolMfaConfig,
    SetUserPoolSessionConfiguration,
    SetUserSettings,
    SignUp,
    StartUserImportJob,
    StartWebAuthnRegistration,
    StopUserImportJob,
    TagResource,
    UntagResource,
    UpdateAuthEventFeedback,
    UpdateDeviceStatus,
    UpdateGroup,
    UpdateIdentityProvider,
    UpdateManagedLoginBranding,
    UpdateProvisionedLimit,
    UpdateResourceServer,
    UpdateTerms,
    UpdateUserAttributes,
    UpdateUserPool,
    UpdateUserPoolClient,
    UpdateUserPoolDomain,
    UpdateUserPoolReplica,
    VerifySoftwareToken,
    VerifyUserAttribute,
  },
  notYet: {},
  provides: { people },
  jobs: {
    'cognito-idp.EmptyPool': emptyPool,
    'cognito-idp.ForgetCustomAuth': forgetCustomAuth,
    'cognito-idp.SendHidden': sendHidden,
    'cognito-idp.ForgetEvents': forgetEvents,
    'cognito-idp.NotifyRisk': notifyRisk,
    'cognito-idp.DeliverEvent': deliverEvent,
    'cognito-idp.DeliverError': deliverError,
    'cognito-idp.RotateKeys': rotateKeys,
    'cognito-idp.DropKeys': dropKeys,
    'cognito-idp.ImportUsers': importUsers,
    'cognito-idp.ExpireImport': expireImport,
    'cognito-idp.DropImport': dropImport,
  },
  invalid,
  quotas: requestQuotas,
  pages: [
    ...issuerPages,
    confirmPage,
    ...feedbackPages,
    ...importPages,
    ...oauthPages,
    ...hostedPages,
    ...federationPages,
  ],
  ownsHost,
  secrets: [
    'AccessToken',
    'Attributes',
    'AuthParameters',
    'AuthenticationResult',
    'ChallengeParameters',
    'ChallengeResponses',
    'ClientMetadata',
    'ClientSecret',
    'ClientSecretValue',
    'Code',
    'ConfirmationCode',
    'ContextData',
    'Credential',
    'CredentialCreationOptions',
    'DeviceAttributes',
    'DeviceName',
    'DeviceSecretVerifierConfig',
    'FeedbackToken',
    'Filter',
    'Password',
    'PreSignedUrl',
    'ProviderAttributeValue',
    'PreviousPassword',
    'ProposedPassword',
    'Secret',
    'SecretCode',
    'RefreshToken',
    'DeviceType',
    'LastIPAddress',
    'SecretHash',
    'Session',
    'TemporaryPassword',
    'Token',
    'UserAttributes',
    'client_secret',
    'private_key',
    'UserCode',
    'UserContextData',
    'Username',
    'ValidationData',
  ],
})
