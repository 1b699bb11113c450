import type { ReadContext } from '../../kernel/context.ts'
import type { QuotaOf } from '../../kernel/quota.ts'
import { collection } from '../../kernel/store.ts'

/** AWS's default rates in requests per second, by category of operations. */
export const defaultRates = {
  UserAuthentication: 120,
  UserCreation: 50,
  UserFederation: 25,
  UserAccountRecovery: 30,
  UserRead: 120,
  UserUpdate: 25,
  UserToken: 120,
  UserResourceRead: 50,
  UserResourceUpdate: 25,
  UserList: 30,
  UserPoolRead: 15,
  UserPoolUpdate: 15,
  UserPoolResourceRead: 20,
  UserPoolResourceUpdate: 15,
  UserPoolClientRead: 15,
  UserPoolClientUpdate: 15,
  ClientAuthentication: 150,
} as const

export type Category = keyof typeof defaultRates

export const isCategory = (name: string): name is Category => Object.hasOwn(defaultRates, name)

/** A rate that an account has been granted in place of the default. */
export interface ProvisionedLimitRecord {
  readonly category: Category
  readonly rate: number
}

export const provisionedLimits = collection<ProvisionedLimitRecord>('cognito.limits')({
  scope: 'region',
  version: 1,
  key: ({ category }) => [category],
  cached: 'cognito',
})

/** The rate of a category in an account and Region. */
export const rateOf = (
  category: Category,
  read: Pick<ReadContext, 'cached' | 'account' | 'region' | 'store'>,
): number | Promise<number> =>
  read.cached('cognito', read.account, `limit/${read.region}/${category}`, async () => {
    const record = await read.store.of(provisionedLimits).get([category])
    return record?.rate ?? defaultRates[category]
  })

/** Answers to challenges have three times the rate of sign-ins, and a bucket of their own. */
const perSignIn = 3

const shared =
  (category: Category, times = 1): QuotaOf =>
  async ({ read }) => {
    const rate = (await rateOf(category, read)) * times
    return {
      rate,
      burst: rate,
      group: times === 1 ? category : `${category} answers`,
      sentence: 'Rate exceeded',
      code: 'TooManyRequestsException',
    }
  }

const members: Readonly<Partial<Record<Category, string>>> = {
  UserAuthentication: 'InitiateAuth AdminInitiateAuth GetTokensFromRefreshToken',
  UserCreation: 'SignUp ConfirmSignUp AdminCreateUser AdminConfirmSignUp',
  UserAccountRecovery:
    'ChangePassword ConfirmForgotPassword ForgotPassword AdminResetUserPassword AdminSetUserPassword',
  UserRead: 'AdminGetUser GetUser GetUserAuthFactors AdminGetUserAuthFactors',
  UserUpdate: `AdminAddUserToGroup AdminDeleteUserAttributes AdminUpdateUserAttributes AdminDeleteUser
    AdminDisableUser AdminEnableUser AdminLinkProviderForUser AdminDisableProviderForUser
    VerifyUserAttribute DeleteUser DeleteUserAttributes UpdateUserAttributes AdminUserGlobalSignOut
    GlobalSignOut AdminRemoveUserFromGroup AdminRevokeUserSession RevokeUserSession`,
  UserToken: 'RevokeToken',
  UserResourceRead: `AdminGetDevice AdminListGroupsForUser AdminListDevices GetDevice ListDevices
    GetUserAttributeVerificationCode ResendConfirmationCode AdminListUserAuthEvents
    ListWebAuthnCredentials ListUserSessions AdminListUserSessions`,
  UserResourceUpdate: `AdminForgetDevice AdminUpdateAuthEventFeedback AdminSetUserMFAPreference
    AdminSetUserSettings AdminUpdateDeviceStatus UpdateDeviceStatus UpdateAuthEventFeedback
    ConfirmDevice SetUserMFAPreference SetUserSettings VerifySoftwareToken AssociateSoftwareToken
    ForgetDevice StartWebAuthnRegistration CompleteWebAuthnRegistration DeleteWebAuthnCredential
    AdminDeleteSoftwareToken`,
  UserList: 'ListUsers ListUsersInGroup',
  UserPoolRead: 'DescribeUserPool ListUserPools',
  UserPoolUpdate: 'CreateUserPool UpdateUserPool DeleteUserPool',
  UserPoolResourceRead: `DescribeIdentityProvider DescribeManagedLoginBranding
    DescribeManagedLoginBrandingByClient DescribeResourceServer DescribeRiskConfiguration
    DescribeTerms DescribeTermsByClient DescribeUserImportJob DescribeUserPoolDomain GetCSVHeader
    GetGroup GetIdentityProviderByIdentifier GetLogDeliveryConfiguration GetSigningCertificate
    GetUICustomization GetUserPoolMfaConfig GetUserPoolSessionConfiguration
    GetUserPoolClientSessionConfiguration ListGroups ListIdentityProviders ListResourceServers
    ListTagsForResource ListTerms ListUserImportJobs ListUserPoolReplicas GetProvisionedLimit`,
  UserPoolClientRead: 'DescribeUserPoolClient ListUserPoolClients ListUserPoolClientSecrets',
  UserPoolClientUpdate: `CreateUserPoolClient UpdateUserPoolClient DeleteUserPoolClient
    AddUserPoolClientSecret DeleteUserPoolClientSecret`,
  ClientAuthentication: 'GetClientToken',
}

/**
 * AWS's request rates: operations of a category share one. What is not named changes a pool's resources.
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html
 */
export const requestQuotas: Readonly<Record<string, QuotaOf>> = {
  ...Object.fromEntries(
    Object.entries(members).flatMap(([category, names]) =>
      names.split(/\s+/).map((name) => [name, shared(category as Category)]),
    ),
  ),
  RespondToAuthChallenge: shared('UserAuthentication', perSignIn),
  AdminRespondToAuthChallenge: shared('UserAuthentication', perSignIn),
  others: shared('UserPoolResourceUpdate'),
}
