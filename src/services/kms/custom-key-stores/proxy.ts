import { createHash } from 'node:crypto'
import { EgressFailed, type Ports } from '../../../kernel/ports.ts'
import { ProxyFailed, proxyFailureNames } from './proxy-failures.ts'
import { type KeyStoreRecord, openSecret, type ProxyStore } from './store-records.ts'

/** AWS gives a proxy this many milliseconds. */
const patience = 250

/** Who asked KMS for what, as a proxy is told. */
export interface ProxyRequest {
  readonly id: string
  /** ARN of the caller. */
  readonly principal: string
  readonly operation: string
  readonly vpc?: string | undefined
  readonly vpcEndpoint?: string | undefined
  readonly viaService?: string | undefined
}

export interface ProxyContext {
  readonly region: string
  readonly request: ProxyRequest
  readonly ports: Pick<Ports, 'seals' | 'egress'>
}

/** What a proxy made of a plaintext. */
export interface OuterText {
  readonly ciphertext: Buffer
  readonly metadata: Buffer
  readonly iv: Buffer
  readonly tag: Buffer
}

type Store = Pick<KeyStoreRecord, 'id'> & { readonly proxy: ProxyStore }

type Json = Readonly<Record<string, unknown>>

/** AWS KMS External Key Store Proxy API, version 1. All of it throws ProxyFailed. */
export async function proxyHealth(store: Store, ctx: ProxyContext): Promise<void> {
  const { operation: kmsOperation, id: kmsRequestId } = ctx.request
  const answer = await call(
    store,
    '/health',
    { requestMetadata: { kmsOperation, kmsRequestId } },
    ctx,
  )
  const fleet = answer.ekmFleetDetails
  if (!Array.isArray(fleet) || fleet.length === 0) throw new ProxyFailed('InvalidResponse')
  const states = fleet.map((one: { healthStatus?: unknown } | null) => one?.healthStatus)
  if (states.every((state) => state === 'UNAVAILABLE')) throw new ProxyFailed('Unhealthy')
}

export interface ExternalKey {
  readonly spec: unknown
  readonly usage: readonly unknown[]
  readonly status: unknown
}

export async function externalKey(
  store: Store,
  xksKeyId: string,
  ctx: ProxyContext,
): Promise<ExternalKey> {
  const { operation: kmsOperation, id: kmsRequestId, principal: awsPrincipalArn } = ctx.request
  const requestMetadata = { awsPrincipalArn, kmsOperation, kmsRequestId }
  const answer = await call(store, `/keys/${xksKeyId}/metadata`, { requestMetadata }, ctx)
  if (!Array.isArray(answer.keyUsage)) throw new ProxyFailed('InvalidResponse')
  return { spec: answer.keySpec, usage: answer.keyUsage, status: answer.keyStatus }
}

/** @param bound additional authenticated data */
export async function proxyEncrypt(
  store: Store,
  key: { readonly xksKeyId: string; readonly arn: string },
  plaintext: Buffer,
  bound: Buffer,
  ctx: ProxyContext,
): Promise<OuterText> {
  const answer = await call(
    store,
    `/keys/${key.xksKeyId}/encrypt`,
    {
      requestMetadata: metadataFor(key.arn, ctx),
      plaintext: plaintext.toString('base64'),
      encryptionAlgorithm: 'AES_GCM',
      additionalAuthenticatedData: bound.toString('base64'),
      ciphertextDataIntegrityValueAlgorithm: 'SHA_256',
    },
    ctx,
  )
  const ciphertext = base64(answer.ciphertext)
  const iv = base64(answer.initializationVector)
  const tag = base64(answer.authenticationTag)
  const { ciphertextMetadata = '' } = answer
  const metadata = ciphertextMetadata === '' ? Buffer.alloc(0) : base64(ciphertextMetadata)
  const digest = createHash('sha256')
  for (const part of [bound, metadata, iv, ciphertext, tag]) digest.update(part)
  const whole =
    ciphertext.length === plaintext.length &&
    (iv.length === 12 || iv.length === 16) &&
    tag.length === 16 &&
    metadata.length <= 20 &&
    base64(answer.ciphertextDataIntegrityValue).equals(digest.digest())
  if (!whole) throw new ProxyFailed('InvalidResponse')
  return { ciphertext, metadata, iv, tag }
}

export async function proxyDecrypt(
  store: Store,
  key: { readonly xksKeyId: string; readonly arn: string },
  { ciphertext, metadata, iv, tag }: OuterText,
  bound: Buffer,
  ctx: ProxyContext,
): Promise<Buffer> {
  const answer = await call(
    store,
    `/keys/${key.xksKeyId}/decrypt`,
    {
      requestMetadata: metadataFor(key.arn, ctx),
      encryptionAlgorithm: 'AES_GCM',
      additionalAuthenticatedData: bound.toString('base64'),
      ciphertext: ciphertext.toString('base64'),
      ...(metadata.length > 0 && { ciphertextMetadata: metadata.toString('base64') }),
      initializationVector: iv.toString('base64'),
      authenticationTag: tag.toString('base64'),
    },
    ctx,
  )
  const plaintext = base64(answer.plaintext)
  if (plaintext.length !== ciphertext.length) throw new ProxyFailed('InvalidResponse')
  return plaintext
}

function metadataFor(kmsKeyArn: string, { request }: ProxyContext): Json {
  const { id, principal, operation, vpc, vpcEndpoint, viaService } = request
  return {
    awsPrincipalArn: principal,
    ...(vpc && { awsSourceVpc: vpc }),
    ...(vpcEndpoint && { awsSourceVpce: vpcEndpoint }),
    kmsKeyArn,
    kmsOperation: operation,
    kmsRequestId: id,
    ...(viaService && { kmsViaService: viaService }),
  }
}

function base64(value: unknown): Buffer {
  if (typeof value !== 'string') throw new ProxyFailed('InvalidResponse')
  const bytes = Buffer.from(value, 'base64')
  if (bytes.toString('base64') !== value) throw new ProxyFailed('InvalidResponse')
  return bytes
}

async function call(store: Store, path: string, body: Json, ctx: ProxyContext): Promise<Json> {
  const { proxy } = store
  const { accessKeyId } = proxy
  const secretAccessKey = await openSecret(store.id, proxy.secret, ctx)
  const url = new URL(`${proxy.endpoint}${proxy.path}${path}`)
  let answered: { readonly status: number; readonly body: string }
  try {
    answered = await ctx.ports.egress.post(url, {
      body: JSON.stringify(body),
      patience,
      sign: { service: 'kms-xks-proxy', region: ctx.region, accessKeyId, secretAccessKey },
    })
  } catch (error) {
    if (!(error instanceof EgressFailed)) throw error
    throw new ProxyFailed(
      error.trouble === 'timeout'
        ? 'TimedOut'
        : error.trouble === 'tls'
          ? 'InvalidTls'
          : 'Unreachable',
    )
  }
  const answer = parsed(answered.body)
  if (answered.status === 200 && answer !== undefined) return answer
  const name = answer?.errorName
  const known = typeof name === 'string' ? proxyFailureNames[name] : undefined
  throw new ProxyFailed(known ?? 'InvalidResponse')
}

function parsed(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json
  } catch {}
  return undefined
}
