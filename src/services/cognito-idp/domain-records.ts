import type { CustomDomainConfigType, RoutingType } from '@aws-sdk/client-cognito-identity-provider'
import { collection, type Readable } from '../../kernel/store.ts'

/** Where the sign-in pages of a pool are. */
export interface DomainRecord {
  /** A prefix, or a whole name of the owner's. */
  readonly domain: string
  readonly pool: string
  readonly account: string
  readonly region: string
  readonly custom?: CustomDomainConfigType | undefined
  readonly routing?: RoutingType | undefined
  /** 1 are the classic pages, 2 is managed login. */
  readonly version: number
  /** Tells one registration of the name from the next. */
  readonly registration: string
}

/** Domains of everybody: pages are asked for by nothing but their name. */
export const domains = collection<DomainRecord>('cognito.domains')({
  scope: 'installation',
  version: 1,
  key: ({ domain }) => [domain],
  indexes: { pool: { kind: 'blind', of: ({ pool }: DomainRecord) => pool } },
  cached: 'cognito',
})

/** The domains of a pool: at most a prefix and one of the owner's. */
export async function domainsOf(
  store: Readable,
  pool: string,
): Promise<{ readonly prefix?: DomainRecord; readonly custom?: DomainRecord }> {
  const { records } = await store.of(domains).find('pool', pool, { limit: 2 })
  const prefix = records.find(({ custom }) => custom === undefined)
  const custom = records.find((record) => record.custom !== undefined)
  return { ...(prefix && { prefix }), ...(custom && { custom }) }
}
