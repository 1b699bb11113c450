import { parseArn } from '../../kernel/arn.ts'
import type { ReadContext } from '../../kernel/context.ts'
import { fail } from './contract.ts'
import { aliases, type KeyRecord, keyArn, keys } from './key-records.ts'
import { unmadeKey } from './managed-key-names.ts'

/** The key that a request names, as far as it could be found. */
export interface NamedKey {
  readonly account: string
  readonly region: string
  /** The key's ARN; the would-be one of a key that is not there. */
  readonly arn: string
  readonly key: KeyRecord | undefined
  /** The alias that the request named the key by (`kms:RequestAlias`). */
  readonly alias?: string | undefined
  /** The sentence of a NotFoundException, when the key is not there. */
  readonly missing: string
}

type Reader = Pick<ReadContext, 'account' | 'region' | 'storeOf' | 'cached' | 'now'>

const keyIdForm = /^(mrk-[0-9a-f]{32}|[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12})$/

/** A key by account, Region and id; read once while nothing of the account's keys changes. */
export function loadKey(
  account: string,
  region: string,
  id: string,
  read: Reader,
): KeyRecord | undefined | Promise<KeyRecord | undefined> {
  return read.cached('kms', account, `${region}/key/${id}`, () =>
    read.storeOf({ account, region }).of(keys).get([id]),
  )
}

/**
 * Finds a key by its id, its ARN, an alias (`alias/name`) or an alias ARN.
 * @param forms management operations take no aliases
 * @throws NotFoundException, InvalidArnException for what can name no key here
 */
export function namedKey(
  name: string,
  read: Reader,
  forms: 'any' | 'no-alias' = 'any',
): NamedKey | Promise<NamedKey> {
  const arn = name.startsWith('arn:') ? parseArn(name) : undefined
  if (name.startsWith('arn:') && (arn?.service !== 'kms' || !/^\d{12}$/.test(arn.account)))
    throw fail('InvalidArnException', `Invalid arn ${name}`)
  if (arn !== undefined && arn.region !== read.region)
    throw fail('NotFoundException', `Invalid arn ${arn.region}`)
  const account = arn?.account ?? read.account
  const { region } = read
  const resource = arn?.resource ?? name
  if (resource.startsWith('alias/')) {
    if (forms === 'no-alias') throw fail('NotFoundException', `Invalid keyId '${name}'`)
    return byAlias(resource, { account, region }, read)
  }
  const id = arn === undefined ? resource : resource.replace(/^key\//, '')
  const isId = arn === undefined || resource.startsWith('key/')
  if (!isId || !keyIdForm.test(id))
    throw fail('NotFoundException', arn === undefined ? `Invalid keyId '${name}'` : `Invalid arn`)
  const found = loadKey(account, region, id, read)
  const named = (key: KeyRecord | undefined): NamedKey => {
    const own = keyArn({ account, region, id })
    return { account, region, arn: own, key, missing: `Key '${own}' does not exist` }
  }
  return found instanceof Promise ? found.then(named) : named(found)
}

async function byAlias(
  name: string,
  { account, region }: { readonly account: string; readonly region: string },
  read: Reader,
): Promise<NamedKey> {
  const alias = await read.cached('kms', account, `${region}/${name}`, () =>
    read.storeOf({ account, region }).of(aliases).get([name]),
  )
  const aliasArn = `arn:aws:kms:${region}:${account}:${name}`
  const missing = `Alias ${aliasArn} is not found.`
  if (alias === undefined) {
    const key = unmadeKey(name, { account, region }, read.now())
    const arn = key === undefined ? aliasArn : keyArn(key)
    return { account, region, arn, key, alias: key && name, missing }
  }
  const key = await loadKey(account, region, alias.keyId, read)
  const arn = keyArn({ account, region, id: alias.keyId })
  return { account, region, arn, key, alias: name, missing }
}

/** Names of all aliases of a key (`kms:ResourceAliases`). */
export function aliasNames(
  key: KeyRecord,
  read: Reader,
): readonly string[] | Promise<readonly string[]> {
  const { account, region, id } = key
  return read.cached('kms', account, `${region}/aliases/${id}`, async () => {
    const { records } = await read
      .storeOf({ account, region })
      .of(aliases)
      .find('key', [id], { limit: 1_000 })
    return records.map(({ name }) => name)
  })
}
