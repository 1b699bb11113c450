import type { Key, Page, Store } from '../../kernel/store.ts'
import { invalid, operation } from './contract.ts'
import { storePage } from './listing.ts'
import type { PoolRecord } from './pool-records.ts'
import { foundPool, onPool } from './pool-targets.ts'
import { filteredValue, parsedFilter, type UserFilter } from './user-filter.ts'
import { prefixEntry, searchEntry, searchedValue, type UserRecord, users } from './user-records.ts'
import { userShape } from './user-shape.ts'

const unindexed = new Set(['cognito:user_status', 'status', 'sub'])
const batch = 200

interface From {
  readonly after: Key | undefined
  readonly limit: number
}

/** Users whom an index, or where there is none the whole pool, offers for a filter. */
function offered(store: Store, pool: string, filter: UserFilter | undefined) {
  const collection = store.of(users)
  if (filter === undefined || filter.value === '')
    return (from: From) => collection.list({ ...from, prefix: [pool] })
  const { attribute, prefix, value } = filter
  if (prefix && unindexed.has(attribute))
    return (from: From) => collection.list({ ...from, prefix: [pool] })
  const entry = prefix ? prefixEntry(pool, attribute, value) : searchEntry(pool, attribute, value)
  return (from: From) => collection.find('search', entry, from)
}

async function oneBySub(store: Store, pool: string, sub: string): Promise<Page<UserRecord>> {
  const user = await store.of(users).get([pool, sub])
  return { records: user === undefined ? [] : [user], after: undefined }
}

/** A full page of those who pass the filter, however few the index offers at a time. */
async function filtered(
  store: Store,
  { id: pool }: PoolRecord,
  filter: UserFilter | undefined,
  { after: start, limit }: From,
): Promise<Page<UserRecord>> {
  if (filter?.attribute === 'sub' && !filter.prefix) return oneBySub(store, pool, filter.value)
  const read = offered(store, pool, filter)
  const passes = (user: UserRecord) => {
    if (filter === undefined) return true
    const { attribute, prefix } = filter
    const wanted = searchedValue(attribute, filter.value)
    const has = filteredValue(user, attribute)
    if (has === undefined) return false
    const value = searchedValue(attribute, has)
    return prefix ? value.startsWith(wanted) : value === wanted
  }
  const records: UserRecord[] = []
  let after = start
  for (;;) {
    const page = await read({ after, limit: filter === undefined ? limit : batch })
    for (const user of page.records) {
      if (!passes(user)) continue
      if (records.length === limit) {
        const last = records[limit - 1]!
        return { records, after: [last.pool, last.sub] }
      }
      records.push(user)
    }
    after = page.after
    if (after === undefined) return { records, after }
    if (filter === undefined) return { records, after }
  }
}

export const ListUsers = operation('ListUsers', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const pool = foundPool(target, input)
    const filter = parsedFilter(input.Filter)
    const told = input.AttributesToGet && new Set(input.AttributesToGet)
    const names = new Set(pool.schema.map(({ Name }) => Name))
    for (const name of told ?? [])
      if (!names.has(name))
        throw invalid('One or more requested attributes do not exist in user pool.')
    const limit = input.Limit || 60
    const { records, next } = await storePage(
      (from) => filtered(ctx.store, pool, filter, from),
      { mark: input.PaginationToken, limit },
      ctx,
      `users/${pool.id}/${JSON.stringify(filter ?? null)}`,
    )
    const Users = records.map((user) => {
      const shape = userShape(user)
      if (told === undefined) return shape
      return { ...shape, Attributes: shape.Attributes!.filter(({ Name }) => told.has(Name!)) }
    })
    return { Users, ...(next !== undefined && { PaginationToken: next }) }
  },
})
