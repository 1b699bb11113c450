import { collection } from '../../kernel/store.ts'

export interface SamlProviderRecord {
  /** The UUID that AWS tells as SAMLProviderUUID. */
  readonly id: string
  readonly name: string
  readonly metadata: string
  readonly createdAt: Date
  readonly validUntil: Date
  readonly encryption: 'Required' | 'Allowed' | undefined
  /** Keys that open encrypted assertions, PEM; two at most, so that one can follow the other. */
  readonly keys: readonly { readonly id: string; readonly pem: string; readonly addedAt: Date }[]
  readonly tags: Readonly<Record<string, string>>
}

export const samlProviders = collection<SamlProviderRecord>('iam.saml-providers')({
  scope: 'account',
  version: 1,
  key: ({ id }) => [id],
  indexes: {
    name: { kind: 'blind', unique: true, of: ({ name }: SamlProviderRecord) => name.toLowerCase() },
  },
  cached: 'iam',
})
