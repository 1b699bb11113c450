import type { UserType } from '@aws-sdk/client-cognito-identity-provider'
import { attributeList } from './attributes.ts'
import type { UserRecord } from './user-records.ts'

/** A user as lists and AdminCreateUser tell it. */
export const userShape = (user: UserRecord): UserType => ({
  Username: user.username,
  Attributes: attributeList(user),
  UserCreateDate: user.createdAt,
  UserLastModifiedDate: user.modifiedAt,
  Enabled: user.enabled,
  UserStatus: user.status,
})

/** Second factors as GetUser and AdminGetUser tell them. */
export const mfaShape = ({ mfa }: UserRecord) => ({
  ...(mfa.preferred !== undefined && { PreferredMfaSetting: mfa.preferred }),
  ...(mfa.enabled.length > 0 && { UserMFASettingList: [...mfa.enabled] }),
})
