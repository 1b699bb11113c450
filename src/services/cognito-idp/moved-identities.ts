import { invalid } from './contract.ts'
import type { Row } from './import-rows.ts'
import { isObject } from './triggers.ts'
import type { LinkedIdentity } from './user-records.ts'

const column = 'sallyport:identities'
/** The one that made the user, and those that were linked. */
const most = 6
const longest = 2_048

/** Identities as a line of an export tells them. */
export const identitiesLine = (identities: readonly LinkedIdentity[] = []) =>
  identities.length === 0 ? {} : { [column]: JSON.stringify(identities) }

const isText = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= longest

function identityOf(told: unknown): LinkedIdentity | undefined {
  if (!isObject(told)) return undefined
  const { provider, type, attribute, value, linkedAt, primary, issuer } = told
  const time = new Date(String(linkedAt))
  if (!isText(provider) || !isText(type) || !isText(attribute) || !isText(value)) return undefined
  if (Number.isNaN(time.getTime()) || (issuer !== undefined && !isText(issuer))) return undefined
  return { provider, type, attribute, value, linkedAt: time, primary: primary === true, issuer }
}

/** The identities of a line. */
export function identitiesOf(row: Row): readonly LinkedIdentity[] | undefined {
  const text = row.get(column)
  if (text === undefined) return undefined
  let list: unknown
  try {
    list = JSON.parse(text)
  } catch {}
  const found = Array.isArray(list) && list.length <= most ? list.map(identityOf) : [undefined]
  const known = found.filter((one) => one !== undefined)
  if (known.length < found.length || known.filter(({ primary }) => primary).length > 1)
    throw invalid(`The ${column} are not a list of at most ${most} identities.`)
  return known
}
