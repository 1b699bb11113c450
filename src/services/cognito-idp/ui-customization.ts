import type { UICustomizationType } from '@aws-sdk/client-cognito-identity-provider'
import { collection, type Readable } from '../../kernel/store.ts'
import { checkClassicCss } from './classic-css.ts'
import { livingClient } from './clients.ts'
import { invalid, operation } from './contract.ts'
import { domainsOf } from './domain-records.ts'
import { foundPool, onPool } from './pool-targets.ts'

/** How the classic pages look, for all clients (`ALL`) or one. */
export interface UiRecord {
  readonly pool: string
  readonly client: string
  readonly css?: string | undefined
  readonly cssVersion: string
  readonly image?: { readonly type: string; readonly bytes: Uint8Array } | undefined
  readonly createdAt: Date
  readonly modifiedAt: Date
}

export const uiCustomizations = collection<UiRecord>('cognito.ui')({
  scope: 'region',
  version: 1,
  key: ({ pool, client }) => [pool, client],
  cached: 'cognito',
})

const everyClient = 'ALL'
const largestImage = 100 * 1_024

/** PNG and JPEG by their first bytes (ISO/IEC 15948, ISO/IEC 10918). */
function imageType(bytes: Uint8Array): string {
  if (bytes.length > largestImage) throw invalid('The image file must not be over 100 KB.')
  const head = Buffer.from(bytes.subarray(0, 8)).toString('hex')
  if (head === '89504e470d0a1a0a') return 'image/png'
  if (head.startsWith('ffd8ff')) return 'image/jpeg'
  throw invalid('The image file must be a PNG or JPEG.')
}

const shape = (record: UiRecord, baseUrl: string): UICustomizationType => ({
  UserPoolId: record.pool,
  ClientId: record.client,
  ...(record.image !== undefined && {
    ImageUrl: `${baseUrl}/${record.pool}/ui/${record.client}/logo?v=${record.cssVersion}`,
  }),
  CSS: record.css,
  CSSVersion: record.cssVersion,
  LastModifiedDate: record.modifiedAt,
  CreationDate: record.createdAt,
})

export const SetUICustomization = operation('SetUICustomization', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const { id: pool } = foundPool(target, input)
    const { ClientId: client = everyClient, CSS: css, ImageFile: bytes } = input
    if (css !== undefined) checkClassicCss(css)
    const image = bytes && bytes.length > 0 ? { type: imageType(bytes), bytes } : undefined
    const record = await ctx.store.transaction(async (tx) => {
      if (client !== everyClient) await livingClient(tx, pool, client)
      const { prefix, custom } = await domainsOf(tx, pool)
      if (prefix === undefined && custom === undefined)
        throw invalid('There has to be an existing domain associated with this user pool.')
      const old = await tx.of(uiCustomizations).get([pool, client])
      const now = ctx.now()
      const next: UiRecord = {
        pool,
        client,
        css: css ?? old?.css,
        cssVersion: now.toISOString().replace(/\D/g, '').slice(0, 14),
        image: image ?? old?.image,
        createdAt: old?.createdAt ?? now,
        modifiedAt: now,
      }
      await tx.of(uiCustomizations).put(next)
      return next
    })
    return { UICustomization: shape(record, ctx.baseUrl) }
  },
})

/** How the classic pages of a client look: as it has it, or as all clients of its pool have. */
export async function customizationOf(
  store: Readable,
  pool: string,
  client: string,
): Promise<UiRecord | undefined> {
  const of = store.of(uiCustomizations)
  return (await of.get([pool, client])) ?? of.get([pool, everyClient])
}

export const GetUICustomization = operation('GetUICustomization', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const { id: pool } = foundPool(target, input)
    const client = input.ClientId ?? everyClient
    if (client !== everyClient) await livingClient(ctx.store, pool, client)
    const record = await customizationOf(ctx.store, pool, client)
    if (record === undefined) return { UICustomization: { UserPoolId: pool, ClientId: client } }
    return { UICustomization: shape(record, ctx.baseUrl) }
  },
})
