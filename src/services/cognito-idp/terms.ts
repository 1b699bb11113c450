import type { TermsType } from '@aws-sdk/client-cognito-identity-provider'
import { AlreadyExists, collection, type Readable } from '../../kernel/store.ts'
import type { ClientRecord } from './client-records.ts'
import { livingClient } from './clients.ts'
import { fail, invalid, operation } from './contract.ts'
import { storePage } from './listing.ts'
import { foundPool, onPool } from './pool-targets.ts'

/** A document that sign-up pages link to, in the languages that it has. */
export interface TermsRecord {
  readonly pool: string
  readonly id: string
  readonly client: string
  readonly name: string
  readonly source: TermsType['TermsSource']
  readonly enforcement: TermsType['Enforcement']
  readonly links: Readonly<Record<string, string>>
  readonly createdAt: Date
  readonly modifiedAt: Date
}

export const terms = collection<TermsRecord>('cognito.terms')({
  scope: 'region',
  version: 1,
  key: ({ pool, id }) => [pool, id],
  indexes: {
    name: {
      kind: 'blind',
      unique: true,
      of: ({ pool, client, name }: TermsRecord) => `${pool}|${client}|${name}`,
    },
  },
  cached: 'cognito',
})

const shape = (record: TermsRecord): TermsType => ({
  TermsId: record.id,
  UserPoolId: record.pool,
  ClientId: record.client,
  TermsName: record.name,
  TermsSource: record.source,
  Enforcement: record.enforcement,
  Links: { ...record.links },
  CreationDate: record.createdAt,
  LastModifiedDate: record.modifiedAt,
})

function checkLinks(links: Readonly<Record<string, string>>): void {
  if (links['cognito:default'] === undefined) throw invalid('A cognito:default link is required.')
  for (const link of Object.values(links))
    if (!['https:', 'http:'].includes(URL.parse(link)?.protocol ?? ''))
      throw invalid('Links must be URLs.')
}

const missing = () => fail('ResourceNotFoundException', 'The terms do not exist.')

async function found(store: Readable, pool: string, id: string): Promise<TermsRecord> {
  const record = await store.of(terms).get([pool, id])
  if (record === undefined) throw missing()
  return record
}

const clash = (error: unknown): never => {
  if (!(error instanceof AlreadyExists)) throw error
  throw fail('TermsExistsException', 'Terms of this name already exist for the app client.')
}

/**
 * The links that sign-up pages of a client show, in a language where they are in it; undefined while one
 * of the two documents is missing.
 * @param language as the API names it: `english`
 */
export async function termsLinks(
  store: Readable,
  { pool, id }: ClientRecord,
  language: string,
): Promise<{ readonly terms: string; readonly privacy: string } | undefined> {
  const link = async (name: string) => {
    const links = (await store.of(terms).findOne('name', `${pool}|${id}|${name}`))?.links
    return links?.[`cognito:${language}`] ?? links?.['cognito:default']
  }
  const [use, privacy] = await Promise.all([link('terms-of-use'), link('privacy-policy')])
  return use && privacy ? { terms: use, privacy } : undefined
}

export const CreateTerms = operation('CreateTerms', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const { id: pool } = foundPool(target, input)
    const links = input.Links ?? {}
    checkLinks(links)
    const record: TermsRecord = {
      pool,
      id: ctx.random.uuid(),
      client: input.ClientId,
      name: input.TermsName,
      source: input.TermsSource,
      enforcement: input.Enforcement,
      links,
      createdAt: ctx.now(),
      modifiedAt: ctx.now(),
    }
    await ctx.store
      .transaction(async (tx) => {
        await livingClient(tx, pool, input.ClientId)
        await tx.of(terms).create(record)
      })
      .catch(clash)
    return { Terms: shape(record) }
  },
})

export const DescribeTerms = operation('DescribeTerms', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const { id } = foundPool(target, input)
    return { Terms: shape(await found(ctx.store, id, input.TermsId)) }
  },
})

export const DescribeTermsByClient = operation('DescribeTermsByClient', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const { id } = foundPool(target, input)
    const entry = `${id}|${input.ClientId}|${input.TermsName}`
    const record = await ctx.store.of(terms).findOne('name', entry)
    if (record === undefined) throw missing()
    return { Terms: shape(record) }
  },
})

export const UpdateTerms = operation('UpdateTerms', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const { id } = foundPool(target, input)
    if (input.Links !== undefined) checkLinks(input.Links)
    const record = await ctx.store
      .transaction(async (tx) => {
        const old = await found(tx, id, input.TermsId)
        const next: TermsRecord = {
          ...old,
          name: input.TermsName ?? old.name,
          source: input.TermsSource ?? old.source,
          enforcement: input.Enforcement ?? old.enforcement,
          links: input.Links ?? old.links,
          modifiedAt: ctx.now(),
        }
        await tx.of(terms).put(next)
        return next
      })
      .catch(clash)
    return { Terms: shape(record) }
  },
})

export const DeleteTerms = operation('DeleteTerms', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const { id } = foundPool(target, input)
    await ctx.store.transaction(async (tx) => {
      await found(tx, id, input.TermsId)
      await tx.of(terms).delete([id, input.TermsId])
    })
    return {}
  },
})

export const ListTerms = operation('ListTerms', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const { id } = foundPool(target, input)
    const { records, next } = await storePage(
      (from) => ctx.store.of(terms).list({ ...from, prefix: [id] }),
      { mark: input.NextToken, limit: input.MaxResults ?? 60 },
      ctx,
      `terms/${id}`,
    )
    const Terms = records.map((record) => ({
      TermsId: record.id,
      TermsName: record.name,
      Enforcement: record.enforcement,
      CreationDate: record.createdAt,
      LastModifiedDate: record.modifiedAt,
    }))
    return { Terms, ...(next !== undefined && { NextToken: next }) }
  },
})
