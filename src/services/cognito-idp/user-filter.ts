import { invalid } from './contract.ts'
import { searchable, type UserRecord } from './user-records.ts'

/** One condition on users: Cognito's filters know no more. */
export interface UserFilter {
  readonly attribute: string
  readonly prefix: boolean
  readonly value: string
}

const known = new Set<string>([...searchable, 'username', 'sub', 'cognito:user_status', 'status'])

/** Reads `email = "ada@example.com"` or `name ^= "A"`; quotes within are escaped by a backslash. */
export function parsedFilter(text: string | undefined): UserFilter | undefined {
  if (text === undefined || text.trim() === '') return undefined
  const parts = /^\s*"?([\w:.-]+)"?\s*(\^?=)\s*"((?:[^"\\]|\\.)*)"\s*$/.exec(text)
  if (parts === null) throw invalid('Error while parsing filter.')
  const [, attribute = '', sign, quoted = ''] = parts
  if (!known.has(attribute)) throw invalid(`Invalid search attribute: ${attribute}`)
  return { attribute, prefix: sign === '^=', value: quoted.replace(/\\(.)/g, '$1') }
}

/** What a user has where a filter looks. */
export function filteredValue(user: UserRecord, attribute: string): string | undefined {
  if (attribute === 'username') return user.username
  if (attribute === 'sub') return user.sub
  if (attribute === 'cognito:user_status') return user.status
  if (attribute === 'status') return user.enabled ? 'Enabled' : 'Disabled'
  return user.attributes[attribute]
}
