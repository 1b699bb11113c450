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
  /** JSON text of the key policy, users and roles by their unique ids. */
  readonly policy: string
  /** Accounts of the unique ids in the policy. */
  readonly policyPrincipals?: Readonly<Record<string, string>> | undefined
  readonly tags: Readonly<Record<string, string>>
  readonly createdAt: Date
  readonly enabled: boolean
  /** Material that encrypts now; undefined while none has been imported. */
  readonly material: string | undefined
  /** Every material that the key has ever encrypted with, or may. */
  readonly materialIds: readonly string[]
  /** Set while the deletion waits; without a time while it waits for the last replica to go. */
  readonly deletion?: { readonly at?: Date | undefined; readonly windowDays: number } | undefined
  readonly multiRegion?: MultiRegion | undefined
  /** Automatic rotation, while it is switched on. */
  readonly rotation?: { readonly periodDays: number; readonly nextAt: Date } | undefined
  /** How often the key has been rotated on demand. */
  readonly onDemandRotations?: number | undefined
  /** A rotation under way: its material goes to every replica before it encrypts anything. */
  readonly upcoming?: Upcoming | undefined
  /** Imported material that the next rotation on demand will make current. */
  readonly pending?: { readonly id: string; readonly missingIn: readonly string[] } | undefined
  /** Imported materials that are not here (any more): ids from `materialIds`. */
  readonly absent?: readonly string[] | undefined
  /** Sealed key by which imported material is known again; see `imported-material.ts`. */
  readonly recognition?: string | undefined
  readonly import?:
    | { readonly model: ExpirationModelType; readonly validTo?: Date | undefined }
    | undefined
  readonly customKeyStoreId?: string | undefined
  /** Set while its custom key store is not connected. */
  readonly unreachable?: boolean | undefined
  readonly xksKeyId?: string | undefined
}

export interface MultiRegion {
  readonly type: 'PRIMARY' | 'REPLICA'
  readonly primaryRegion: string
  /** Regions of the replicas, the primary's excluded. */
  readonly replicaRegions: readonly string[]
  /** Counts the changes of what the keys share: an older state never replaces a newer one. */
  readonly revision?: number | undefined
}

export interface Rotation {
  readonly type: 'AUTOMATIC' | 'ON_DEMAND'
  readonly at: Date
}

export interface Upcoming extends Rotation {
  readonly material: string
  /** Regions that have not said yet that they hold the material. */
  readonly waitsFor: readonly string[]
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
  /**
   * Bytes of the key, or its private key in PKCS #8, sealed once more; see `materials.ts`. Undefined
   * while imported material is not here.
   */
  readonly sealed?: string | undefined
  readonly createdAt: Date
  readonly origin: 'AWS_KMS' | 'EXTERNAL'
  readonly description?: string | undefined
  readonly rotation?: Rotation | undefined
  /** Public half of imported asymmetric material (SPKI): told while the material is away. */
  readonly publicKey?: Uint8Array | undefined
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
