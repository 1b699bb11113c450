import type {
  ExpirationModelType,
  KeyManagerType,
  KeySpec,
  KeyUsageType,
  OriginType,
} from '@aws-sdk/client-kms'
import { collection } from '../../kernel/store.ts'

/** A KMS key in one Region; its material stands in records of its own. */
export interface KeyRecord {
  /** UUID, or `mrk-` and 32 hex digits. */
  readonly id: string
  readonly account: string
  readonly region: string
  readonly spec: KeySpec
  readonly usage: KeyUsageType
  readonly origin: OriginType
  readonly manager: KeyManagerType
  readonly description: string
  /** JSON text of the key policy. */
  readonly policy: string
  readonly tags: Readonly<Record<string, string>>
  readonly createdAt: Date
  readonly enabled: boolean
  /** Material that encrypts now; undefined while none has been imported. */
  readonly material: string | undefined
  /** Every material that the key has ever encrypted with, or may. */
  readonly materialIds: readonly string[]
  /** Set while the deletion waits. */
  readonly deletion?: { readonly at: Date; readonly windowDays: number } | undefined
  readonly multiRegion?: MultiRegion | undefined
  readonly rotation?: { readonly periodDays: number; readonly nextAt: Date } | undefined
  readonly import?:
    | { readonly model: ExpirationModelType; readonly validTo?: Date | undefined }
    | undefined
  readonly customKeyStoreId?: string | undefined
  readonly xksKeyId?: string | undefined
}

export interface MultiRegion {
  readonly type: 'PRIMARY' | 'REPLICA'
  readonly primaryRegion: string
  /** Regions of the replicas, the primary's excluded. */
  readonly replicaRegions: readonly string[]
}

export const keys = collection<KeyRecord>('kms.keys')({
  scope: 'region',
  version: 1,
  key: ({ id }) => [id],
  cached: 'kms',
})

/** A name for a key, unique in its account and Region. */
export interface AliasRecord {
  /** With its prefix `alias/`. */
  readonly name: string
  readonly keyId: string
  readonly createdAt: Date
  readonly updatedAt: Date
}

export const aliases = collection<AliasRecord>('kms.aliases')({
  scope: 'region',
  version: 1,
  // Names of keys are identifiers that policies and logs carry in clear.
  key: ({ name }) => [name],
  indexes: {
    key: {
      kind: 'clear',
      why: 'key ids say nothing about persons',
      of: ({ keyId }: AliasRecord) => [keyId],
    },
  },
  cached: 'kms',
})

/** Key material of one generation. */
export interface MaterialRecord {
  readonly keyId: string
  /** 64 hex digits. */
  readonly id: string
  /** Bytes of the key, or its private key in PKCS #8, sealed once more; see `materials.ts`. */
  readonly sealed: string
  readonly createdAt: Date
  readonly origin: 'AWS_KMS' | 'EXTERNAL'
  readonly description?: string | undefined
  readonly rotation?: { readonly type: 'AUTOMATIC' | 'ON_DEMAND'; readonly at: Date } | undefined
  readonly state: 'CURRENT' | 'NON_CURRENT' | 'PENDING_ROTATION'
  readonly expiry?:
    | { readonly model: ExpirationModelType; readonly validTo?: Date | undefined }
    | undefined
}

export const materials = collection<MaterialRecord>('kms.materials')({
  scope: 'region',
  version: 1,
  key: ({ keyId, id }) => [keyId, id],
  cached: 'kms',
})

export const keyArn = ({ account, region, id }: Pick<KeyRecord, 'account' | 'region' | 'id'>) =>
  `arn:aws:kms:${region}:${account}:key/${id}`

export const aliasArn = (account: string, region: string, name: string): string =>
  `arn:aws:kms:${region}:${account}:${name}`
