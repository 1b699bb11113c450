import type { UserPoolClientType } from '@aws-sdk/client-cognito-identity-provider'
import { collection } from '../../kernel/store.ts'

/** What UpdateUserPoolClient replaces as a whole. */
export type ClientSettings = Omit<
  UserPoolClientType,
  | 'UserPoolId'
  | 'ClientType'
  | 'ClientId'
  | 'ClientSecret'
  | 'LastModifiedDate'
  | 'CreationDate'
  | 'ClientName'
>

export interface ClientSecret {
  readonly id: string
  readonly value: string
  readonly createdAt: Date
}

export interface ClientRecord {
  readonly id: string
  readonly pool: string
  readonly name: string
  /** At most two, so that one can take the other's place without a pause. */
  readonly secrets: readonly ClientSecret[]
  readonly createdAt: Date
  readonly modifiedAt: Date
  readonly settings: ClientSettings
  /** How long sign-in pages go on without asking again. */
  readonly ssoMinutes?: number | undefined
  /** The app has registered itself (RFC 7591). */
  readonly registered?: true | undefined
}

export const clients = collection<ClientRecord>('cognito.clients')({
  scope: 'region',
  version: 1,
  key: ({ pool, id }) => [pool, id],
  cached: 'cognito',
})
