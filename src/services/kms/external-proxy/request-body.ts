import { ProxyRefusal } from './answers.ts'

type Json = Readonly<Record<string, unknown>>

const invalid = (what: string) => new ProxyRefusal('ValidationException', what)

/** Who asked the other KMS for what. */
export interface RequestMetadata {
  readonly kmsOperation: string
  readonly kmsRequestId: string
  readonly awsPrincipalArn?: string | undefined
  readonly kmsKeyArn?: string | undefined
  readonly kmsViaService?: string | undefined
  readonly awsSourceVpc?: string | undefined
  readonly awsSourceVpce?: string | undefined
}

const known = [
  'kmsOperation',
  'kmsRequestId',
  'awsPrincipalArn',
  'kmsKeyArn',
  'kmsViaService',
  'awsSourceVpc',
  'awsSourceVpce',
] as const

/** What is known of the members of a request; the API lets any others come along. */
export class RequestBody {
  readonly #members: Json
  readonly metadata: RequestMetadata

  /** @param needed members of requestMetadata that this call must have */
  constructor(bytes: Uint8Array, needed: readonly (keyof RequestMetadata)[]) {
    this.#members = objectOf(parsed(bytes), 'The body')
    const metadata = objectOf(this.#members.requestMetadata, 'requestMetadata')
    const told: Record<string, string> = {}
    for (const name of known) {
      const value = metadata[name]
      if (value === undefined && !needed.includes(name)) continue
      if (typeof value !== 'string' || value === '' || value.length > 2_048)
        throw invalid(`requestMetadata.${name} must be a text of 1 to 2048 characters`)
      told[name] = value
    }
    this.metadata = told as unknown as RequestMetadata
  }

  /** Checks that a member has the one value that there is. */
  only(name: string, value: string): void {
    if (this.#members[name] !== value) throw invalid(`${name} must be ${value}`)
  }

  has(name: string): boolean {
    return this.#members[name] !== undefined && this.#members[name] !== null
  }

  /** Bytes of a member in Base64; an absent one has none. */
  bytes(name: string, most: number): Buffer {
    if (!this.has(name)) return Buffer.alloc(0)
    const text = this.#members[name]
    const bytes = Buffer.from(typeof text === 'string' ? text : '', 'base64')
    if (bytes.toString('base64') !== text) throw invalid(`${name} must be Base64`)
    if (bytes.length > most)
      throw new ProxyRefusal(
        'UnsupportedOperationException',
        `${name} is longer than ${most} bytes`,
      )
    return bytes
  }
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw invalid('The body is no JSON')
  }
}

function objectOf(value: unknown, what: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid(`${what} must be an object`)
  return value as Json
}
