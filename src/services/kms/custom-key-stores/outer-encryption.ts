import { createHash } from 'node:crypto'
import type { Ports, Random } from '../../../kernel/ports.ts'
import {
  canonicalContext,
  decryptMessage,
  type EncryptionContext,
  encryptMessage,
  headerLength,
  headerOf,
} from '../ciphertext.ts'
import { fail } from '../contract.ts'
import { type KeyRecord, keyArn } from '../key-records.ts'
import { type MaterialReader, material } from '../materials.ts'
import { type OuterText, type ProxyRequest, proxyDecrypt, proxyEncrypt } from './proxy.ts'
import { throughProxy, usingError } from './proxy-failures.ts'
import { checkConnected, foundStore, type KeyStoreRecord } from './store-records.ts'
import { loginOf, onToken, tokenLabel } from './token.ts'

/**
 * Ciphertexts of keys outside begin with the header of every ciphertext, so that they name their key.
 * What follows it is, on a token, nonce, ciphertext and tag that the token made; with a proxy, the
 * lengths and values of metadata and nonce, the tag, and the ciphertext of KMS's own ciphertext.
 */
export interface OuterContext extends MaterialReader {
  readonly random: Random
  readonly request: ProxyRequest
  readonly ports: MaterialReader['ports'] & Pick<Ports, 'tokens' | 'egress'>
}

/** A token's key has no material that KMS knows of. */
const noMaterial = '0'.repeat(16)

const boundOf = (header: Uint8Array, context: EncryptionContext | undefined): Buffer =>
  Buffer.concat([header, createHash('sha256').update(canonicalContext(context)).digest()])

async function storeOf(key: KeyRecord, ctx: OuterContext): Promise<KeyStoreRecord> {
  const id = key.customKeyStoreId!
  const { account, region } = key
  const store = await ctx.cached('kms', account, `${region}/store/${id}`, () =>
    foundStore(id, ctx.store),
  )
  if (store.state !== 'CONNECTED')
    throw fail('KMSInvalidStateException', `${keyArn(key)} is unavailable.`)
  checkConnected(store)
  return store
}

const external = (key: KeyRecord) => ({ xksKeyId: key.xksKeyId!, arn: keyArn(key) })

async function ownMaterial(key: KeyRecord, ctx: OuterContext) {
  const own = key.material === undefined ? undefined : await material(key, key.material, ctx)
  if (own === undefined) throw fail('KMSInternalException', 'The key has no material.')
  return own.key
}

/** Encrypts by a key in a custom key store. */
export async function sealOutside(
  key: KeyRecord,
  plaintext: Uint8Array,
  context: EncryptionContext | undefined,
  ctx: OuterContext,
): Promise<Buffer> {
  const store = await storeOf(key, ctx)
  const nonce = ctx.random.bytes(16)
  const names = { account: key.account, keyId: key.id, materialId: key.material ?? noMaterial }
  const { proxy } = store
  if (proxy === undefined) {
    const header = headerOf(names, nonce)
    const login = await loginOf(store, ctx)
    const bound = boundOf(header, context)
    const sealed = await onToken(key, () =>
      ctx.ports.tokens.seal(login, tokenLabel(key), plaintext, bound),
    )
    return Buffer.concat([header, sealed])
  }
  const inner = encryptMessage(names, await ownMaterial(key, ctx), nonce, plaintext, context)
  const header = inner.subarray(0, headerLength)
  const { ciphertext, metadata, iv, tag } = await throughProxy(usingError, () =>
    proxyEncrypt(
      { id: store.id, proxy },
      external(key),
      inner.subarray(headerLength),
      boundOf(header, context),
      { ...ctx, region: key.region },
    ),
  )
  const parts = [[metadata.length], metadata, [iv.length], iv, tag, ciphertext]
  return Buffer.concat([header, ...parts.map((part) => Buffer.from(part as Buffer))])
}

/** The plaintext; undefined when the ciphertext or its context is not the key's own. */
export async function openOutside(
  key: KeyRecord,
  blob: Uint8Array,
  context: EncryptionContext | undefined,
  ctx: OuterContext,
): Promise<Buffer | undefined> {
  const store = await storeOf(key, ctx)
  const header = Buffer.from(blob.subarray(0, headerLength))
  const body = Buffer.from(blob.subarray(headerLength))
  const { proxy } = store
  if (proxy === undefined) {
    const login = await loginOf(store, ctx)
    return onToken(key, () =>
      ctx.ports.tokens.open(login, tokenLabel(key), body, boundOf(header, context)),
    )
  }
  const outer = outerText(body)
  if (outer === undefined) return undefined
  const inner = await throughProxy(usingError, () =>
    proxyDecrypt({ id: store.id, proxy }, external(key), outer, boundOf(header, context), {
      ...ctx,
      region: key.region,
    }),
  )
  const own = await ownMaterial(key, ctx)
  const plaintext = decryptMessage(own, Buffer.concat([header, inner]), context)
  if (plaintext === undefined)
    throw fail(
      'KMSInvalidStateException',
      'The ciphertext that the external key store proxy submitted for decryption, or the encryption context, is corrupted, missing, or otherwise invalid.',
    )
  return plaintext
}

function outerText(body: Buffer): OuterText | undefined {
  let at = 0
  const take = (length: number): Buffer => {
    at += length
    return body.subarray(at - length, at)
  }
  const metadata = take(take(1)[0] ?? 0)
  const iv = take(take(1)[0] ?? 0)
  const tag = take(16)
  const ciphertext = body.subarray(at)
  const whole = at < body.length && metadata.length <= 20 && (iv.length === 12 || iv.length === 16)
  return whole ? { ciphertext, metadata, iv, tag } : undefined
}
