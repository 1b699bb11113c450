import type {
  SchemaAttributeType,
  UserPoolType,
  WebAuthnConfigurationType,
} from '@aws-sdk/client-cognito-identity-provider'
import { collection } from '../../kernel/store.ts'

/** What UpdateUserPool replaces as a whole. */
export type PoolSettings = Pick<
  UserPoolType,
  | 'Policies'
  | 'DeletionProtection'
  | 'LambdaConfig'
  | 'AutoVerifiedAttributes'
  | 'SmsVerificationMessage'
  | 'EmailVerificationMessage'
  | 'EmailVerificationSubject'
  | 'VerificationMessageTemplate'
  | 'SmsAuthenticationMessage'
  | 'UserAttributeUpdateSettings'
  | 'DeviceConfiguration'
  | 'EmailConfiguration'
  | 'SmsConfiguration'
  | 'AdminCreateUserConfig'
  | 'UserPoolAddOns'
  | 'AccountRecoverySetting'
  | 'UserPoolTier'
  | 'KeyConfiguration'
  | 'IssuerConfiguration'
  | 'DcrConfiguration'
  | 'AcrConfiguration'
>

/** Second factors that a pool offers, as SetUserPoolMfaConfig has them. */
export interface PoolMfa {
  readonly mode: 'OFF' | 'ON' | 'OPTIONAL'
  readonly softwareToken: boolean
  readonly sms?: { readonly message?: string | undefined } | undefined
  readonly email?:
    | { readonly message?: string | undefined; readonly subject?: string | undefined }
    | undefined
  readonly webAuthn?: WebAuthnConfigurationType | undefined
}

export interface PoolRecord {
  readonly id: string
  readonly name: string
  readonly createdAt: Date
  readonly modifiedAt: Date
  readonly tags: Readonly<Record<string, string>>
  /** Chosen at creation for ever. */
  readonly schema: readonly SchemaAttributeType[]
  readonly usernameAttributes: readonly ('email' | 'phone_number')[]
  readonly aliasAttributes: readonly ('email' | 'phone_number' | 'preferred_username')[]
  /** Undefined when it was not chosen; then names are case sensitive. */
  readonly caseSensitive: boolean | undefined
  readonly settings: PoolSettings
  readonly mfa: PoolMfa
  /** Whether sign-ins are listed, and how many a user can have at once. */
  readonly sessions?: { readonly tracked: boolean; readonly maxPerUser: number } | undefined
  /** From it follow the answers about users who do not exist, so that they are always the same. */
  readonly pretence: string
}

export const pools = collection<PoolRecord>('cognito.pools')({
  scope: 'region',
  version: 1,
  key: ({ id }) => [id],
  cached: 'cognito',
})

/** Where a pool or an app client is: calls of users carry neither account nor Region. */
export interface PlaceRecord {
  /** Id of a pool or of a client. */
  readonly id: string
  readonly pool: string
  readonly account: string
  readonly region: string
  /** Where else a pool answers. */
  readonly replica?:
    | {
        readonly region: string
        readonly status: 'ACTIVE' | 'INACTIVE'
        readonly tags: Readonly<Record<string, string>>
      }
    | undefined
}

export const places = collection<PlaceRecord>('cognito.places')({
  scope: 'installation',
  version: 1,
  key: ({ id }) => [id],
  cached: 'cognito',
})
