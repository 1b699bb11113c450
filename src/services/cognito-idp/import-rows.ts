import type { ImportFile } from './import-records.ts'
import type { PoolRecord } from './pool-records.ts'

/** The values of one user by column. */
export type Row = ReadonlyMap<string, string>

/** Where the hash of a password stands. AWS has not published its name for it; this one is ours. */
export const hashColumn = 'cognito:password_hash'

/** What only lines of JSON can tell, and only Sallyport's own export does. */
export const ownColumns = [
  'sallyport:sub',
  'sallyport:status',
  'sallyport:enabled',
  'sallyport:groups',
  'sallyport:identities',
  'sallyport:srp_pool',
  'sallyport:srp_salt',
  'sallyport:srp_verifier',
  'sallyport:totp_secret',
  'sallyport:mfa',
  'sallyport:mfa_preferred',
] as const

const longestRow = 16_000

/** The columns that a pool's file has: its attributes, and two of Cognito's own. */
export const csvHeader = (pool: PoolRecord): string[] => [
  ...pool.schema.map(({ Name }) => Name!).filter((name) => name !== 'sub' && name !== 'identities'),
  'cognito:mfa_enabled',
  'cognito:username',
]

/** The fields of a line: a comma in a value has a backslash before it; spaces around it go. */
export function fieldsOf(line: string): string[] {
  const fields: string[] = []
  let field = ''
  for (let i = 0; i < line.length; i++) {
    if (line[i] === '\\' && line[i + 1] === ',') {
      field += ','
      i++
    } else if (line[i] === ',') {
      fields.push(field.trim())
      field = ''
    } else field += line[i]
  }
  fields.push(field.trim())
  return fields
}

/** What is wrong with a file's columns; undefined when nothing is. */
export function problemOfColumns({ format, columns }: ImportFile, pool: PoolRecord) {
  if (format === 'lines') return undefined
  const wanted = csvHeader(pool)
  const known = new Set([...wanted, hashColumn])
  const given = new Set(columns)
  if (given.size < columns.length) return 'The header of the CSV file names a column twice.'
  if (columns.some((name) => !known.has(name)))
    return 'The header of the CSV file has a column that is not an attribute of the user pool.'
  if (wanted.some((name) => !given.has(name)))
    return 'The header of the CSV file lacks a column of the user pool.'
  return undefined
}

/** Reads a line; a text says what is wrong with it. */
export const rowOf = (line: string, file: ImportFile): Row | string =>
  file.format === 'csv' ? rowOfFields(line, file.columns) : rowOfJson(line)

function rowOfFields(line: string, columns: readonly string[]): Row | string {
  if (line.length > longestRow) return `The row is longer than ${longestRow} characters.`
  const fields = fieldsOf(line)
  if (fields.length !== columns.length)
    return 'The number of fields is not that of the columns in the header.'
  return new Map(columns.map((name, i) => [name, fields[i]!]))
}

function rowOfJson(line: string): Row | string {
  const wrong = 'The row is not a JSON object of texts.'
  try {
    const value: unknown = JSON.parse(line)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return wrong
    const row = Object.entries(value)
    return row.every(([, one]) => typeof one === 'string') ? new Map(row) : wrong
  } catch {
    return wrong
  }
}
