import type { IdentityProviderTypeType } from '@aws-sdk/client-cognito-identity-provider'
import { collection } from '../../kernel/store.ts'

/** A place where users may sign in instead. */
export interface IdentityProviderRecord {
  readonly pool: string
  readonly name: string
  readonly type: IdentityProviderTypeType
  /** As the caller gave them, and what follows from them. */
  readonly details: Readonly<Record<string, string>>
  /** Claims or SAML attributes by the pool's attributes. */
  readonly mapping: Readonly<Record<string, string>>
  /** Other names by which sign-in pages find it, domains of mail addresses among them. */
  readonly identifiers: readonly string[]
  readonly acr?: Readonly<Record<string, string>> | undefined
  readonly createdAt: Date
  readonly modifiedAt: Date
}

export const identityProviders = collection<IdentityProviderRecord>('cognito.identity-providers')({
  scope: 'region',
  version: 1,
  key: ({ pool, name }) => [pool, name],
  indexes: {
    identifier: {
      kind: 'blind',
      unique: true,
      of: ({ pool, identifiers }: IdentityProviderRecord) =>
        identifiers.map((one) => `${pool}|${one}`),
    },
  },
  cached: 'cognito',
})
