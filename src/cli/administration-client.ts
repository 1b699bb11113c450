import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { environment } from '../config.ts'
import { signRequest } from '../wire/sign-request.ts'
import { Complaint, Misunderstanding } from './command.ts'
import { credentialsPath, readCredentials, type StoredCredentials } from './credentials-file.ts'

/** Flags that every command on a running installation takes. */
export const connectionFlags = {
  data: { type: 'string' },
  endpoint: { type: 'string' },
  json: { type: 'boolean' },
} as const

export const connectionHelp = `  --data ./.sallyport   where the installation keeps its credentials
  --endpoint <url>      where it listens; default: AWS_ENDPOINT_URL, or what it wrote at its start
  --json                JSON for programs
`

/**
 * Reads a command's arguments; a wrong one is told to the person.
 * @param wanted what stands without a flag, by name; more is refused
 */
export function argumentsOf<
  const O extends Record<string, { readonly type: 'string' | 'boolean' }>,
>(args: readonly string[], options: O, wanted: readonly string[] = []) {
  try {
    const parsed = parseArgs({ args: [...args], options, allowPositionals: true })
    const surplus = parsed.positionals[wanted.length]
    if (surplus !== undefined) throw new Error(`what is "${surplus}" for?`)
    return parsed
  } catch (error) {
    // The first sentence says what is wrong; the rest speaks to programmers.
    const [sentence = ''] = (error as Error).message.split(/\.(?=\s|$)/)
    throw new Misunderstanding(sentence)
  }
}

interface Connection {
  readonly data?: string | undefined
  readonly endpoint?: string | undefined
}

export const dataOf = ({ data }: Connection): string =>
  data ?? environment('SALLYPORT_DATA') ?? './.sallyport'

/** Where the installation of a data directory listens. */
export function endpointOf(connection: Connection): string {
  const written = join(dataOf(connection), 'endpoint')
  return (
    connection.endpoint ??
    environment('AWS_ENDPOINT_URL') ??
    (existsSync(written) ? readFileSync(written, 'utf8').trim() : 'http://127.0.0.1:4566')
  )
}

/** Credentials of the data directory first: they are the administrator's. */
export function credentialsOf(connection: Connection): StoredCredentials {
  const accessKeyId = environment('AWS_ACCESS_KEY_ID')
  const secretAccessKey = environment('AWS_SECRET_ACCESS_KEY')
  const stored = readCredentials(credentialsPath(dataOf(connection)))
  if (stored !== undefined) return stored
  if (accessKeyId !== undefined && secretAccessKey !== undefined)
    return { accessKeyId, secretAccessKey, region: environment('AWS_REGION') ?? 'us-east-1' }
  throw new Complaint(
    `there are no credentials in ${credentialsPath(dataOf(connection))}`,
    'name the data directory with --data, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
  )
}

/** A signed call of the administration interface; refusals become complaints. */
export async function administration(
  connection: Connection,
  method: 'GET' | 'POST',
  path: string,
  body?: object,
): Promise<unknown> {
  const response = await signedCall(connection, method, path, body)
  return response.json()
}

/** What to do about a refusal, by its code. */
const nextSteps: Readonly<Record<string, string>> = {
  AccessDeniedException: "use the administrator's key: --data names the directory that holds it",
  UnrecognizedClientException:
    'the key is of another installation: name the right one with --data or --endpoint',
  InvalidSignatureException:
    'the secret is of another installation, or this clock is wrong: sallyport doctor',
}

/** The installation refused, and gave its reason a code. */
export class RefusedByServer extends Complaint {
  readonly code: string | undefined

  constructor(code: string | undefined, message: string) {
    super(message, nextSteps[code ?? ''])
    this.code = code
  }
}

/** As `administration`, for answers that are no JSON. */
export async function signedCall(
  connection: Connection,
  method: 'GET' | 'POST',
  path: string,
  body?: object,
): Promise<Response> {
  const endpoint = endpointOf(connection)
  const url = new URL(`/_sallyport/${path}`, endpoint)
  const payload = body === undefined ? '' : JSON.stringify(body)
  const headers = signed(method, url, payload, credentialsOf(connection))
  const response = await fetch(url, {
    method,
    headers,
    ...(payload !== '' && { body: payload }),
  }).catch(() => {
    throw new Complaint(
      `nothing answers at ${endpoint}`,
      'start it with "sallyport start", or name it with --endpoint',
    )
  })
  if (response.ok) return response
  const answer: unknown = await response.json().catch(() => ({}))
  const { code, message } = answer as { code?: string; message?: string }
  throw new RefusedByServer(
    code,
    message ?? `${endpoint} answered ${response.status} ${code ?? ''}`,
  )
}

/** Headers that sign a call of the administration interface. */
export const signed = (method: string, url: URL, payload: string, key: StoredCredentials) =>
  signRequest({ method, url, payload }, { ...key, service: 'sallyport' }, new Date())
