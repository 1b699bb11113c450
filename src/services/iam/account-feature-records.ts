import type { FeatureType } from '@aws-sdk/client-iam'
import { collection } from '../../kernel/store.ts'

/** What an account has switched on. */
export interface AccountFeatures {
  /** URL that its outbound tokens name as issuer; undefined while the feature is off. */
  readonly outboundIssuer?: string | undefined
  readonly tokenVersion: 'v1Token' | 'v2Token'
  /** Whether consoles may make roles from templates. */
  readonly roleManager?: boolean | undefined
  /** Of the organization that the account manages. */
  readonly organizationFeatures: readonly FeatureType[]
}

export const noFeatures: AccountFeatures = { tokenVersion: 'v1Token', organizationFeatures: [] }

export const accountFeatures = collection<AccountFeatures>('iam.account-features')({
  scope: 'account',
  version: 1,
  key: () => ['features'],
})

/** Whose tokens an issuer's URL speaks of. */
export const tokenIssuers = collection<{
  readonly id: string
  readonly account: string
  readonly url: string
}>('iam.token-issuers')({
  scope: 'installation',
  version: 1,
  key: ({ id }) => [id],
  indexes: {
    account: {
      kind: 'clear',
      why: 'account ids are public',
      unique: true,
      of: ({ account }: { readonly account: string }) => [account],
    },
  },
})
