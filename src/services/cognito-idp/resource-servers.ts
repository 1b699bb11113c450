import type {
  ResourceServerScopeType,
  ResourceServerType,
} from '@aws-sdk/client-cognito-identity-provider'
import type { Validated } from '../../kernel/contract.ts'
import { AlreadyExists, collection, type Readable } from '../../kernel/store.ts'
import { fail, invalid, operation } from './contract.ts'
import { storePage } from './listing.ts'
import { foundPool, livingPool, onPool } from './pool-targets.ts'

type Scope = Validated<ResourceServerScopeType>

/** An API that tokens are for, with the scopes that it knows (RFC 6749, section 3.3). */
export interface ResourceServerRecord {
  readonly pool: string
  /** What scopes begin with; often a URL. */
  readonly identifier: string
  readonly name: string
  readonly scopes: readonly Scope[]
}

export const resourceServers = collection<ResourceServerRecord>('cognito.resource-servers')({
  scope: 'region',
  version: 1,
  key: ({ pool, identifier }) => [pool, identifier],
  cached: 'cognito',
})

/** At most so many in a pool. */
const quota = 25

const shape = (server: ResourceServerRecord): ResourceServerType => ({
  UserPoolId: server.pool,
  Identifier: server.identifier,
  Name: server.name,
  Scopes: [...server.scopes],
})

const missing = (identifier: string) =>
  fail('ResourceNotFoundException', `Resource server ${identifier} does not exist.`)

async function found(
  store: Readable,
  { UserPoolId, Identifier }: { readonly UserPoolId: string; readonly Identifier: string },
): Promise<ResourceServerRecord> {
  const server = await store.of(resourceServers).get([UserPoolId, Identifier])
  if (server === undefined) throw missing(Identifier)
  return server
}

function checkedScopes(scopes: readonly Scope[] = []): readonly Scope[] {
  const names = new Set(scopes.map(({ ScopeName }) => ScopeName))
  if (names.size < scopes.length) throw invalid('Scope names of a resource server must differ.')
  return scopes
}

/** Every custom scope of a pool, as clients ask for it: `identifier/scope`. */
export async function customScopes(store: Readable, pool: string): Promise<ReadonlySet<string>> {
  const { records } = await store.of(resourceServers).list({ prefix: [pool], limit: quota })
  return new Set(
    records.flatMap(({ identifier, scopes }) =>
      scopes.map(({ ScopeName }) => `${identifier}/${ScopeName}`),
    ),
  )
}

export const CreateResourceServer = operation('CreateResourceServer', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const { id: pool } = foundPool(target, input)
    const server: ResourceServerRecord = {
      pool,
      identifier: input.Identifier,
      name: input.Name,
      scopes: checkedScopes(input.Scopes),
    }
    await ctx.store
      .transaction(async (tx) => {
        await livingPool(tx, pool)
        const { records } = await tx.of(resourceServers).list({ prefix: [pool], limit: quota })
        if (records.length >= quota)
          throw fail('LimitExceededException', `A user pool has at most ${quota} resource servers.`)
        await tx.of(resourceServers).create(server)
      })
      .catch((error) => {
        if (!(error instanceof AlreadyExists)) throw error
        throw invalid(`${input.Identifier} already exists in user pool ${pool}.`)
      })
    return { ResourceServer: shape(server) }
  },
})

export const DescribeResourceServer = operation('DescribeResourceServer', {
  access: onPool,
  async handle(input, ctx, [target]) {
    foundPool(target, input)
    return { ResourceServer: shape(await found(ctx.store, input)) }
  },
})

export const UpdateResourceServer = operation('UpdateResourceServer', {
  access: onPool,
  async handle(input, ctx, [target]) {
    foundPool(target, input)
    const scopes = checkedScopes(input.Scopes)
    const server = await ctx.store.transaction(async (tx) => {
      const next = { ...(await found(tx, input)), name: input.Name, scopes }
      await tx.of(resourceServers).put(next)
      return next
    })
    return { ResourceServer: shape(server) }
  },
})

export const DeleteResourceServer = operation('DeleteResourceServer', {
  access: onPool,
  async handle(input, ctx, [target]) {
    foundPool(target, input)
    await ctx.store.transaction(async (tx) => {
      await found(tx, input)
      await tx.of(resourceServers).delete([input.UserPoolId, input.Identifier])
    })
    return {}
  },
})

export const ListResourceServers = operation('ListResourceServers', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const { id } = foundPool(target, input)
    const { records, next } = await storePage(
      (from) => ctx.store.of(resourceServers).list({ ...from, prefix: [id] }),
      { mark: input.NextToken, limit: input.MaxResults ?? 50 },
      ctx,
      `resource-servers/${id}`,
    )
    return { ResourceServers: records.map(shape), ...(next !== undefined && { NextToken: next }) }
  },
})
