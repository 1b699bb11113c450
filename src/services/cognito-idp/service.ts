import { defineService } from '../../kernel/service.ts'
import { AdminCreateUser } from './AdminCreateUser.ts'
import { AdminDeleteUserAttributes, AdminUpdateUserAttributes } from './admin-attributes.ts'
import {
  AdminConfirmSignUp,
  AdminResetUserPassword,
  AdminSetUserPassword,
} from './admin-passwords.ts'
import { AdminDeleteUser, AdminDisableUser, AdminEnableUser, AdminGetUser } from './admin-users.ts'
import {
  AddUserPoolClientSecret,
  DeleteUserPoolClientSecret,
  ListUserPoolClientSecrets,
} from './client-secrets.ts'
import {
  CreateUserPoolClient,
  DeleteUserPoolClient,
  DescribeUserPoolClient,
  ListUserPoolClients,
  UpdateUserPoolClient,
} from './clients.ts'
import { type C, invalid } from './contract.ts'
import { CreateGroup, DeleteGroup, GetGroup, ListGroups, UpdateGroup } from './groups.ts'
import {
  AdminAddUserToGroup,
  AdminListGroupsForUser,
  AdminRemoveUserFromGroup,
  ListUsersInGroup,
} from './memberships.ts'
import { DeleteUserPool, emptyPool } from './pool-deletion.ts'
import { GetUserPoolMfaConfig, SetUserPoolMfaConfig } from './pool-mfa.ts'
import { ListTagsForResource, TagResource, UntagResource } from './tagging.ts'
import { ListUsers } from './user-listing.ts'
import {
  AddCustomAttributes,
  CreateUserPool,
  DescribeUserPool,
  ListUserPools,
  UpdateUserPool,
} from './user-pools.ts'

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
    AdminDeleteUser,
    AdminDeleteUserAttributes,
    AdminDisableUser,
    AdminEnableUser,
    AdminGetUser,
    AdminListGroupsForUser,
    AdminRemoveUserFromGroup,
    AdminResetUserPassword,
    AdminSetUserPassword,
    AdminUpdateUserAttributes,
    CreateGroup,
    CreateUserPool,
    CreateUserPoolClient,
    DeleteGroup,
    DeleteUserPool,
    DeleteUserPoolClient,
    DeleteUserPoolClientSecret,
    DescribeUserPool,
    DescribeUserPoolClient,
    GetGroup,
    GetUserPoolMfaConfig,
    ListGroups,
    ListTagsForResource,
    ListUserPoolClientSecrets,
    ListUserPoolClients,
    ListUserPools,
    ListUsers,
    ListUsersInGroup,
    SetUserPoolMfaConfig,
    TagResource,
    UntagResource,
    UpdateGroup,
    UpdateUserPool,
    UpdateUserPoolClient,
  },
  notYet: { others: 'sign-in of users and what surrounds it is still to be built' },
  jobs: { 'cognito-idp.EmptyPool': emptyPool },
  invalid,
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
    'Filter',
    'Password',
    'PreviousPassword',
    'ProposedPassword',
    'SecretCode',
    'SecretHash',
    'Session',
    'TemporaryPassword',
    'Token',
    'UserAttributes',
    'UserCode',
    'UserContextData',
    'Username',
    'ValidationData',
  ],
})
