import type { CallContext } from '../../kernel/context.ts'
import { collection, type Readable } from '../../kernel/store.ts'
import { newSamlKey } from './saml-signing.ts'

/** With what a SAML provider encrypts its assertions for a pool. */
export interface SamlEncryptionRecord {
  readonly pool: string
  readonly provider: string
  /** PKCS #8, DER. */
  readonly privateKey: Uint8Array
  /** X.509, DER. */
  readonly certificate: Uint8Array
}

export const samlEncryption = collection<SamlEncryptionRecord>('cognito.saml-encryption')({
  scope: 'region',
  version: 1,
  key: ({ pool, provider }) => [pool, provider],
})

/** The key of a provider, made when first asked for. */
export async function samlEncryptionOf(
  pool: string,
  provider: string,
  ctx: CallContext,
): Promise<SamlEncryptionRecord> {
  const read = (store: Readable) => store.of(samlEncryption).get([pool, provider])
  const known = await read(ctx.store)
  if (known !== undefined) return known
  const fresh = { pool, provider, ...(await newSamlKey(`${pool}/${provider}`, ctx)) }
  return ctx.store.transaction(async (tx) => {
    const meanwhile = await read(tx)
    if (meanwhile !== undefined) return meanwhile
    await tx.of(samlEncryption).put(fresh)
    return fresh
  })
}
