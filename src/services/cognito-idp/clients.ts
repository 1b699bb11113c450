import type { UserPoolClientType } from '@aws-sdk/client-cognito-identity-provider'
import type { CallContext } from '../../kernel/context.ts'
import type { Readable } from '../../kernel/store.ts'
import { type ClientRecord, type ClientSecret, clients } from './client-records.ts'
import { clientSettings } from './client-settings.ts'
import { fail, invalid, operation } from './contract.ts'
import { providerNames } from './identity-providers.ts'
import { storePage } from './listing.ts'
import { type PoolRecord, places } from './pool-records.ts'
import { foundPool, livingPool, onPool } from './pool-targets.ts'
import { customScopes } from './resource-servers.ts'
import { riskConfigurations } from './risk-configuration-records.ts'

const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789'
const clientQuota = 1_000

export const noClient = (id: string) =>
  fail('ResourceNotFoundException', `User pool client ${id} does not exist.`)

const clientShape = (client: ClientRecord): UserPoolClientType => ({
  UserPoolId: client.pool,
  ClientName: client.name,
  ClientId: client.id,
  ClientSecret: client.secrets[0]?.value,
  LastModifiedDate: client.modifiedAt,
  CreationDate: client.createdAt,
  ClientType: client.registered ? 'DCR' : 'REGULAR',
  ...client.settings,
})

/** A secret of the caller's choice, or a new one. */
export function newSecret(
  value: string | undefined,
  ctx: Pick<CallContext, 'random' | 'now'>,
  clientId: string,
): ClientSecret {
  const createdAt = ctx.now()
  const id = `${clientId}--${ctx.random.text(13, '0123456789')}`
  return { id, value: value ?? ctx.random.text(51, alphabet), createdAt }
}

export async function livingClient(tx: Readable, pool: string, id: string): Promise<ClientRecord> {
  const client = await tx.of(clients).get([pool, id])
  if (client === undefined) throw noClient(id)
  return client
}

/** The client that a request to a page names, which nothing has checked; undefined when there is none. */
export const knownClient = async (
  store: Readable,
  pool: string,
  id: string,
): Promise<ClientRecord | undefined> =>
  /^[\w+]{1,128}$/.test(id) ? store.of(clients).get([pool, id]) : undefined

/** What clients of a pool may name in their settings. */
const namesOf = async (store: Readable, pool: string) => ({
  scopes: await customScopes(store, pool),
  providers: await providerNames(store, pool),
})

type Asked = Parameters<typeof clientSettings>[0] & {
  readonly ClientName: string
  readonly GenerateSecret?: boolean | undefined
  readonly ClientSecret?: string | undefined
}

/** Makes a client of a pool, by a call or because an app registers itself. */
export async function createdClient(
  asked: Asked,
  pool: PoolRecord,
  ctx: CallContext,
  registered?: true,
): Promise<ClientRecord> {
  const id = ctx.random.text(26, alphabet)
  const withSecret = asked.GenerateSecret === true || asked.ClientSecret !== undefined
  const client: ClientRecord = {
    id,
    pool: pool.id,
    name: asked.ClientName,
    secrets: withSecret ? [newSecret(asked.ClientSecret, ctx, id)] : [],
    createdAt: ctx.now(),
    modifiedAt: ctx.now(),
    settings: clientSettings(asked, pool, {
      ...(await namesOf(ctx.store, pool.id)),
      hasSecret: withSecret,
      registered,
    }),
    registered,
  }
  await ctx.store.transaction(async (tx) => {
    await livingPool(tx, pool.id)
    const { records } = await tx.of(clients).list({ prefix: [pool.id], limit: clientQuota })
    if (records.length >= clientQuota)
      throw fail('LimitExceededException', `Exceeded the limit of ${clientQuota} app clients.`)
    await tx.of(clients).create(client)
    const { account, region } = ctx
    await tx.of(places).create({ id, pool: pool.id, account, region })
  })
  return client
}

export const CreateUserPoolClient = operation('CreateUserPoolClient', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const pool = foundPool(target, input)
    const { GenerateSecret, ClientSecret: own } = input
    if (GenerateSecret && own !== undefined)
      throw invalid('Only one of GenerateSecret and ClientSecret can be given.')
    const client = await createdClient(input, pool, ctx)
    return { UserPoolClient: clientShape(client) }
  },
})

export const DescribeUserPoolClient = operation('DescribeUserPoolClient', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const { id } = foundPool(target, input)
    return { UserPoolClient: clientShape(await livingClient(ctx.store, id, input.ClientId)) }
  },
})

export const UpdateUserPoolClient = operation('UpdateUserPoolClient', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const { id } = foundPool(target, input)
    const client = await ctx.store.transaction(async (tx) => {
      const pool = await livingPool(tx, id)
      const old = await livingClient(tx, id, input.ClientId)
      const changed: ClientRecord = {
        ...old,
        name: input.ClientName ?? old.name,
        modifiedAt: ctx.now(),
        settings: clientSettings(input, pool, {
          ...(await namesOf(tx, id)),
          hasSecret: old.secrets.length > 0,
          registered: old.registered,
        }),
      }
      await tx.of(clients).put(changed)
      return changed
    })
    return { UserPoolClient: clientShape(client) }
  },
})

export const DeleteUserPoolClient = operation('DeleteUserPoolClient', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const { id } = foundPool(target, input)
    await ctx.store.transaction(async (tx) => {
      if (!(await tx.of(clients).delete([id, input.ClientId]))) throw noClient(input.ClientId)
      await tx.of(places).delete([input.ClientId])
      await tx.of(riskConfigurations).delete([id, input.ClientId])
    })
    return {}
  },
})

export const ListUserPoolClients = operation('ListUserPoolClients', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const { id } = foundPool(target, input)
    const { records, next } = await storePage(
      (from) => ctx.store.of(clients).list({ ...from, prefix: [id] }),
      { mark: input.NextToken, limit: input.MaxResults ?? 60 },
      ctx,
      `clients/${id}`,
    )
    const type = input.ClientType
    const told = records.filter(
      ({ registered }) => type === undefined || (type === 'DCR') === (registered === true),
    )
    const UserPoolClients = told.map((client) => ({
      ClientId: client.id,
      UserPoolId: client.pool,
      ClientName: client.name,
    }))
    return { UserPoolClients, ...(next !== undefined && { NextToken: next }) }
  },
})
