import type { AssetType, ManagedLoginBrandingType } from '@aws-sdk/client-cognito-identity-provider'
import type { Validated } from '../../kernel/contract.ts'
import { AlreadyExists, collection, type Readable } from '../../kernel/store.ts'
import { livingClient } from './clients.ts'
import { fail, invalid, operation } from './contract.ts'
import { foundPool, onPool } from './pool-targets.ts'

type Json = { readonly [name: string]: Json } | readonly Json[] | string | number | boolean | null
type Asset = Validated<AssetType>

/** How managed login looks for one client. */
export interface BrandingRecord {
  readonly pool: string
  readonly id: string
  readonly client: string
  /** The pages as they come; then there are no settings and images. */
  readonly plain: boolean
  readonly settings?: Json | undefined
  readonly assets: readonly Asset[]
  readonly createdAt: Date
  readonly modifiedAt: Date
}

export const brandings = collection<BrandingRecord>('cognito.branding')({
  scope: 'region',
  version: 1,
  key: ({ pool, id }) => [pool, id],
  indexes: {
    client: {
      kind: 'blind',
      unique: true,
      of: ({ pool, client }: BrandingRecord) => `${pool}|${client}`,
    },
  },
  cached: 'cognito',
})

const largest = 2 * 1_024 * 1_024
const mostAssets = 40

/** What is not branded is told only to those who ask for everything. */
function shape(record: BrandingRecord): ManagedLoginBrandingType {
  return {
    ManagedLoginBrandingId: record.id,
    UserPoolId: record.pool,
    UseCognitoProvidedValues: record.plain,
    ...(record.settings !== undefined && {
      Settings: record.settings as ManagedLoginBrandingType['Settings'],
    }),
    Assets: [...record.assets],
    CreationDate: record.createdAt,
    LastModifiedDate: record.modifiedAt,
  }
}

interface Asked {
  readonly UseCognitoProvidedValues?: boolean | undefined
  readonly Settings?: unknown
  readonly Assets?: readonly Asset[] | undefined
}

const assetName = ({ Category, ColorMode }: Asset) => `${Category} ${ColorMode}`

function checkStyle({ UseCognitoProvidedValues: plain, Settings, Assets = [] }: Asked): void {
  if (plain && (Settings !== undefined || Assets.length > 0))
    throw invalid('Settings and assets cannot be given together with UseCognitoProvidedValues.')
  if (Settings !== undefined && (typeof Settings !== 'object' || Array.isArray(Settings)))
    throw invalid('Settings must be a JSON object.')
  if (JSON.stringify(Settings ?? null).length > largest) throw invalid('Settings are too large.')
  if (Assets.length > mostAssets) throw invalid(`A style has at most ${mostAssets} assets.`)
  if (new Set(Assets.map(assetName)).size < Assets.length)
    throw invalid('A style has one asset per category and color mode.')
  const size = Assets.reduce((sum, { Bytes }) => sum + (Bytes?.length ?? 0), 0)
  if (size > largest) throw invalid('Assets are too large.')
}

/** Settings with those that were changed; lists are replaced as a whole. */
function merged(old: Json | undefined, change: Json): Json {
  if (!isObject(old) || !isObject(change)) return change
  const out: Record<string, Json> = { ...old }
  for (const [name, value] of Object.entries(change)) out[name] = merged(out[name], value)
  return out
}

const isObject = (value: Json | undefined): value is { readonly [name: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const missing = () =>
  fail('ResourceNotFoundException', 'The managed login branding style does not exist.')

async function found(
  store: Readable,
  pool: string,
  id: string | undefined,
): Promise<BrandingRecord> {
  const record = id === undefined ? undefined : await store.of(brandings).get([pool, id])
  if (record === undefined) throw missing()
  return record
}

export const CreateManagedLoginBranding = operation('CreateManagedLoginBranding', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const { id: pool } = foundPool(target, input)
    checkStyle(input)
    const record: BrandingRecord = {
      pool,
      id: ctx.random.uuid(),
      client: input.ClientId,
      plain: input.UseCognitoProvidedValues ?? false,
      settings: input.Settings as Json | undefined,
      assets: input.Assets ?? [],
      createdAt: ctx.now(),
      modifiedAt: ctx.now(),
    }
    await ctx.store
      .transaction(async (tx) => {
        await livingClient(tx, pool, input.ClientId)
        await tx.of(brandings).create(record)
      })
      .catch((error) => {
        if (!(error instanceof AlreadyExists)) throw error
        throw fail(
          'ManagedLoginBrandingExistsException',
          'A managed login branding style already exists for the app client.',
        )
      })
    return { ManagedLoginBranding: shape(record) }
  },
})

export const DescribeManagedLoginBranding = operation('DescribeManagedLoginBranding', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const { id } = foundPool(target, input)
    return { ManagedLoginBranding: shape(await found(ctx.store, id, input.ManagedLoginBrandingId)) }
  },
})

export const DescribeManagedLoginBrandingByClient = operation(
  'DescribeManagedLoginBrandingByClient',
  {
    access: onPool,
    async handle(input, ctx, [target]) {
      const { id } = foundPool(target, input)
      const record = await ctx.store.of(brandings).findOne('client', `${id}|${input.ClientId}`)
      if (record === undefined) throw missing()
      return { ManagedLoginBranding: shape(record) }
    },
  },
)

export const UpdateManagedLoginBranding = operation('UpdateManagedLoginBranding', {
  access: {
    kind: 'iam',
    targets: (input, read) => {
      const { UserPoolId } = input
      if (UserPoolId === undefined) throw invalid('UserPoolId is required.')
      return onPool.targets({ UserPoolId }, read)
    },
  },
  async handle(input, ctx, [target]) {
    const { id: pool } = foundPool(target, { UserPoolId: input.UserPoolId! })
    checkStyle(input)
    const record = await ctx.store.transaction(async (tx) => {
      const old = await found(tx, pool, input.ManagedLoginBrandingId)
      const plain = input.UseCognitoProvidedValues ?? false
      const changed = new Set((input.Assets ?? []).map(assetName))
      const kept = old.assets.filter((asset) => !changed.has(assetName(asset)))
      const settings =
        input.Settings === undefined ? old.settings : merged(old.settings, input.Settings as Json)
      const next: BrandingRecord = {
        ...old,
        plain,
        settings: plain ? undefined : settings,
        assets: plain ? [] : [...kept, ...(input.Assets ?? [])],
        modifiedAt: ctx.now(),
      }
      checkStyle({ Settings: next.settings, Assets: next.assets })
      await tx.of(brandings).put(next)
      return next
    })
    return { ManagedLoginBranding: shape(record) }
  },
})

export const DeleteManagedLoginBranding = operation('DeleteManagedLoginBranding', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const { id } = foundPool(target, input)
    await ctx.store.transaction(async (tx) => {
      await found(tx, id, input.ManagedLoginBrandingId)
      await tx.of(brandings).delete([id, input.ManagedLoginBrandingId])
    })
    return {}
  },
})
