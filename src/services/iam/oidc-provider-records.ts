import { collection } from '../../kernel/store.ts'
import { iamArn } from './arns.ts'

export interface OidcProviderRecord {
  readonly id: string
  /** The issuer as it was registered, with its scheme. */
  readonly url: string
  readonly clientIds: readonly string[]
  /** SHA-1 of certificates that vouch for the issuer, 40 hex digits in lower case. */
  readonly thumbprints: readonly string[]
  readonly createdAt: Date
  readonly tags: Readonly<Record<string, string>>
}

export const oidcProviders = collection<OidcProviderRecord>('iam.oidc-providers')({
  scope: 'account',
  version: 1,
  key: ({ id }) => [id],
  indexes: {
    name: { kind: 'blind', unique: true, of: ({ url }: OidcProviderRecord) => issuerName(url) },
  },
  cached: 'iam',
})

/** What ARNs and condition keys call an issuer: its URL without the scheme. */
export const issuerName = (url: string): string => url.replace(/^https?:\/\//, '')

export const oidcArn = (account: string, url: string): string =>
  iamArn(account, 'oidc-provider', issuerName(url))
