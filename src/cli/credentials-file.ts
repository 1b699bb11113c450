import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

export interface StoredCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly region: string
}

export const credentialsPath = (data: string): string => join(data, 'credentials')

/** Writes the first key in the form of AWS's shared credentials file; nobody else may read it. */
export function writeCredentials(
  path: string,
  key: { readonly id: string; readonly secret: string },
  region: string,
): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const text = `[sallyport]\naws_access_key_id = ${key.id}\naws_secret_access_key = ${key.secret}\nregion = ${region}\n`
  writeFileSync(path, text, { mode: 0o600 })
  chmodSync(path, 0o600)
}

/** The key of the `sallyport` profile; undefined when there is no such file. */
export function readCredentials(path: string): StoredCredentials | undefined {
  if (!existsSync(path)) return undefined
  const values = new Map<string, string>()
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    const equals = line.indexOf('=')
    if (equals > 0) values.set(line.slice(0, equals).trim(), line.slice(equals + 1).trim())
  }
  const accessKeyId = values.get('aws_access_key_id')
  const secretAccessKey = values.get('aws_secret_access_key')
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined
  return { accessKeyId, secretAccessKey, region: values.get('region') ?? 'us-east-1' }
}
