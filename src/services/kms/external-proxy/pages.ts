import { createHash } from 'node:crypto'
import type {
  DecryptResponse,
  DescribeKeyResponse,
  EncryptResponse,
  KeyMetadata,
} from '@aws-sdk/client-kms'
import type { HttpResponse } from '../../../kernel/http.ts'
import type { Page, PageContext, PageRequest, Signer } from '../../../kernel/page.ts'
import { withNames, withoutNames } from '../ciphertext.ts'
import { keys } from '../key-records.ts'
import { answer, ProxyRefusal, refusal } from './answers.ts'
import { RequestBody, type RequestMetadata } from './request-body.ts'

/**
 * The AWS KMS External Key Store Proxy API, version 1: another KMS keeps keys here. It signs with a
 * secret derived from an access key of this installation (see `PageContext.signer`), and what it asks
 * for is decided and recorded as that key's user asking for it.
 *
 * The bytes that the caller binds to a message are part of our encryption context as their digest:
 * policies can ask for the pair, and so give a key to this API only.
 */
const signedFor = 'kms-xks-proxy'
const boundPair = 'kms-xks-proxy'
const base = '/xks/:region/kms/xks/v1'
const largest = { body: 65_536, text: 4_300, bound: 8_192, metadata: 20, nonce: 16, tag: 16 }

type Serve = (request: PageRequest, by: Signer, ctx: PageContext) => Promise<object>

const page = (path: string, serve: Serve): Page => ({
  method: 'POST',
  path,
  rawBody: largest.body,
  async handle(request, ctx): Promise<HttpResponse> {
    try {
      const signer = await ctx.signer(signedFor)
      if (signer === undefined)
        throw new ProxyRefusal('AuthenticationFailedException', 'The signature is not valid')
      const region = regionOf(request)
      return answer(200, await serve(request, { caller: signer.caller, region }, ctx))
    } catch (error) {
      const told = refusal(error)
      if (told.status === 500) ctx.log.error('a proxy call failed', { cause: String(error) })
      return told
    }
  },
})

/** The keys' Region stands in the path: a signature names the Region of the KMS that asks. */
function regionOf({ params }: PageRequest): string {
  const { region } = params
  if (region !== undefined && !/^[a-z]{2}(-[a-z]+)+-\d+$/.test(region))
    throw new ProxyRefusal('InvalidUriPathException', 'The path does not name a Region')
  return region ?? ''
}

const health: Serve = async ({ body }, { caller, region }, ctx) => {
  new RequestBody(body, ['kmsOperation', 'kmsRequestId'])
  const { account } = caller.principal
  // What keys need: their records can be read, and material can be sealed and opened.
  await ctx.open({ account, region }).of(keys).list({ limit: 1 })
  const seal = await ctx.ports.seals.ready('kms-proxy-health')
  const isWell = seal.open(seal.seal(ctx.random.bytes(16), account), account) !== undefined
  return {
    xksProxyFleetSize: 1,
    xksProxyVendor: 'Sallyport',
    xksProxyModel: 'Sallyport',
    ekmVendor: 'Sallyport',
    ekmFleetDetails: [
      {
        id: `${account}-${region}`,
        model: 'Sallyport KMS',
        healthStatus: isWell ? 'ACTIVE' : 'UNAVAILABLE',
      },
    ],
  }
}

const metadata: Serve = async ({ params, body }, by, ctx) => {
  const { metadata: asked } = new RequestBody(body, [
    'awsPrincipalArn',
    'kmsOperation',
    'kmsRequestId',
  ])
  const { spec, usage, enabled } = await described(params.key!, by, asked, ctx)
  return { keySpec: spec, keyUsage: usage, keyStatus: enabled ? 'ENABLED' : 'DISABLED' }
}

/** What the API calls spec and usage of a key. */
async function described(
  KeyId: string,
  by: Signer,
  asked: RequestMetadata,
  ctx: PageContext,
): Promise<{ spec: string; usage: readonly string[]; enabled: boolean }> {
  const input = { KeyId: checkedId(KeyId) }
  const done = (await ctx.perform('DescribeKey', input, by, noted(asked))) as DescribeKeyResponse
  const { KeySpec = '', KeyUsage = '', KeyState } = done.KeyMetadata as KeyMetadata
  const usage = KeyUsage === 'ENCRYPT_DECRYPT' ? ['ENCRYPT', 'DECRYPT'] : KeyUsage.split('_')
  const spec = KeySpec === 'SYMMETRIC_DEFAULT' ? 'AES_256' : KeySpec
  return { spec, usage, enabled: KeyState === 'Enabled' }
}

const needed = ['awsPrincipalArn', 'kmsKeyArn', 'kmsOperation', 'kmsRequestId'] as const

const encrypt: Serve = async ({ params, body }, by, ctx) => {
  const asked = new RequestBody(body, needed)
  asked.only('encryptionAlgorithm', 'AES_GCM')
  if (!asked.has('plaintext'))
    throw new ProxyRefusal('ValidationException', 'plaintext must be given')
  const Plaintext = asked.bytes('plaintext', largest.text)
  const bound = asked.bytes('additionalAuthenticatedData', largest.bound)
  const wantsDigest = asked.has('ciphertextDataIntegrityValueAlgorithm')
  if (wantsDigest) asked.only('ciphertextDataIntegrityValueAlgorithm', 'SHA_256')
  const KeyId = checkedId(params.key!)
  const input = { KeyId, Plaintext, EncryptionContext: contextOf(bound) }
  const done = (await ctx.perform('Encrypt', input, by, noted(asked.metadata))) as EncryptResponse
  const parts = withoutNames(done.CiphertextBlob!, Plaintext.length)
  if (parts === undefined)
    throw new ProxyRefusal('UnsupportedOperationException', 'The key is in a custom key store')
  const { metadata: own, nonce, ciphertext, tag } = parts
  const digest = createHash('sha256')
  for (const part of [bound, own, nonce, ciphertext, tag]) digest.update(part)
  return {
    ciphertext: base64(ciphertext),
    ciphertextMetadata: base64(own),
    initializationVector: base64(nonce),
    authenticationTag: base64(tag),
    ...(wantsDigest && { ciphertextDataIntegrityValue: digest.digest('base64') }),
  }
}

const decrypt: Serve = async ({ params, body }, by, ctx) => {
  const asked = new RequestBody(body, needed)
  asked.only('encryptionAlgorithm', 'AES_GCM')
  const KeyId = checkedId(params.key!)
  const parts = {
    metadata: asked.bytes('ciphertextMetadata', largest.metadata),
    nonce: asked.bytes('initializationVector', largest.nonce),
    ciphertext: asked.bytes('ciphertext', largest.text),
    tag: asked.bytes('authenticationTag', largest.tag),
  }
  const bound = asked.bytes('additionalAuthenticatedData', largest.bound)
  const { account } = by.caller.principal
  const CiphertextBlob = withNames(parts, { account, keyId: KeyId })
  if (CiphertextBlob === undefined)
    throw new ProxyRefusal('InvalidCiphertextException', 'The ciphertext is not one of this proxy')
  const input = { KeyId, CiphertextBlob, EncryptionContext: contextOf(bound) }
  const done = (await ctx.perform('Decrypt', input, by, noted(asked.metadata))) as DecryptResponse
  return { plaintext: base64(done.Plaintext!) }
}

/** Keys are named by their ids; a path has no place for an ARN. */
function checkedId(id: string): string {
  if (/^(mrk-[0-9a-f]{32}|[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12})$/.test(id)) return id
  throw new ProxyRefusal('KeyNotFoundException', 'There is no key of this id')
}

const contextOf = (bound: Uint8Array) => ({
  [boundPair]: createHash('sha256').update(bound).digest('base64'),
})

/** The record ties the call to the one that the other KMS has recorded. */
const noted = (requestMetadata: RequestMetadata) => ({ xksProxy: requestMetadata })

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')

const elsewhere: Serve = async () => {
  throw new ProxyRefusal('InvalidUriPathException', 'There is nothing under this path')
}

export const externalProxyPages: readonly Page[] = [
  page(`${base}/health`, health),
  page(`${base}/keys/:key/metadata`, metadata),
  page(`${base}/keys/:key/encrypt`, encrypt),
  page(`${base}/keys/:key/decrypt`, decrypt),
  page('/xks/*', elsewhere),
]
