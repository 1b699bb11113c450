import { collection, type Owner } from '../../kernel/store.ts'

/** Where a function's code comes from. */
export type Code =
  | {
      readonly kind: 'archive'
      /** Hex SHA-256 of the zip archive. */
      readonly digest: string
      /** Bytes of the archive. */
      readonly size: number
    }
  /** A folder of the machine, used as it is. */
  | { readonly kind: 'folder'; readonly folder: string }
  /** Events are posted there. */
  | { readonly kind: 'url'; readonly url: string }

export interface UsedLayer {
  readonly arn: string
  /** Bytes of its archive. */
  readonly size: number
  readonly digest: string
}

/** One version of a function: its code and settings, `$LATEST` or published. */
export interface VersionRecord {
  readonly functionName: string
  /** 0 for `$LATEST`. */
  readonly number: number
  readonly description: string
  readonly runtime: string
  readonly handler: string
  readonly role: string
  /** Seconds. */
  readonly timeout: number
  /** MB. */
  readonly memory: number
  readonly variables?: Readonly<Record<string, string>> | undefined
  readonly kmsKeyArn?: string | undefined
  readonly deadLetterArn?: string | undefined
  readonly tracing: string
  readonly layers: readonly UsedLayer[]
  readonly architectures: readonly string[]
  /** MB. */
  readonly ephemeralStorage: number
  readonly logging: Logging
  readonly code: Code
  readonly lastModified: Date
  readonly revisionId: string
}

export interface Logging {
  readonly format: string
  readonly group: string
  readonly applicationLevel?: string | undefined
  readonly systemLevel?: string | undefined
}

export interface FunctionRecord {
  readonly name: string
  readonly createdAt: Date
  readonly tags: Readonly<Record<string, string>>
  /** Of the next version that is published. */
  readonly nextNumber: number
  readonly reservedConcurrency?: number | undefined
}

export const functions = collection<FunctionRecord>('lambda.functions')({
  scope: 'region',
  version: 1,
  key: ({ name }) => [name],
})

export const versions = collection<VersionRecord>('lambda.versions')({
  scope: 'region',
  version: 1,
  key: ({ functionName, number }) => [functionName, number],
})

export interface AliasRecord {
  readonly functionName: string
  readonly name: string
  readonly description: string
  /** `3`, or `$LATEST`. */
  readonly version: string
  /** A second version and its share of the invocations, 0 to 1. */
  readonly other?: { readonly version: string; readonly weight: number } | undefined
  readonly revisionId: string
}

export const aliases = collection<AliasRecord>('lambda.aliases')({
  scope: 'region',
  version: 1,
  key: ({ functionName, name }) => [functionName, name],
})

/** A function's own policy, or that of one version or alias. */
export interface PolicyRecord {
  readonly functionName: string
  /** Empty for the function's own. */
  readonly qualifier: string
  readonly statements: readonly Readonly<Record<string, unknown>>[]
  readonly revisionId: string
}

export const policies = collection<PolicyRecord>('lambda.policies')({
  scope: 'region',
  version: 1,
  key: ({ functionName, qualifier }) => [functionName, qualifier],
})

export const functionArn = ({ account, region }: Owner, name: string, qualifier = ''): string =>
  `arn:aws:lambda:${region}:${account}:function:${name}${qualifier && `:${qualifier}`}`

export const versionName = ({ number }: Pick<VersionRecord, 'number'>): string =>
  number === 0 ? '$LATEST' : String(number)

/** `2024-01-31T10:20:30.000+0000`, as this service writes times. */
export const spokenTime = (time: Date): string => time.toISOString().replace('Z', '+0000')
