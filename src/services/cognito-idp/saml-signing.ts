import { webcrypto } from 'node:crypto'
import type { CallContext } from '../../kernel/context.ts'
import { collection, type Readable } from '../../kernel/store.ts'
import { operation } from './contract.ts'
import { foundPool, livingPool, onPool } from './pool-targets.ts'

/** With what a pool signs its SAML requests. */
export interface SamlSigningRecord {
  readonly pool: string
  /** PKCS #8, DER. */
  readonly privateKey: Uint8Array
  /** X.509, DER. */
  readonly certificate: Uint8Array
}

export const samlSigning = collection<SamlSigningRecord>('cognito.saml-signing')({
  scope: 'region',
  version: 1,
  key: ({ pool }) => [pool],
})

const tenYears = 3_650 * 86_400_000
const algorithm = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  modulusLength: 2_048,
  publicExponent: new Uint8Array([1, 0, 1]),
} as const

/** A key of SAML with a certificate for ten years. */
export async function newSamlKey(
  name: string,
  ctx: Pick<CallContext, 'now' | 'random'>,
): Promise<Pick<SamlSigningRecord, 'privateKey' | 'certificate'>> {
  const { X509CertificateGenerator } = await import('../../crypto/x509.ts')
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const notBefore = ctx.now()
  const certificate = await X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: Buffer.from(ctx.random.bytes(16))
        .toString('hex')
        .replace(/^[89a-f]/, '1'),
      name: `CN=${name}`,
      notBefore,
      notAfter: new Date(notBefore.getTime() + tenYears),
      signingAlgorithm: algorithm,
      keys,
    },
    webcrypto as typeof globalThis.crypto,
  )
  const privateKey = new Uint8Array(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey))
  return { privateKey, certificate: new Uint8Array(certificate.rawData) }
}

/** The key and certificate of a pool, made when first asked for. */
export async function samlSigningOf(pool: string, ctx: CallContext): Promise<SamlSigningRecord> {
  const read = (store: Readable) => store.of(samlSigning).get([pool])
  const known = await read(ctx.store)
  if (known !== undefined) return known
  const fresh = { pool, ...(await newSamlKey(pool, ctx)) }
  return ctx.store.transaction(async (tx) => {
    await livingPool(tx, pool)
    const meanwhile = await read(tx)
    if (meanwhile !== undefined) return meanwhile
    await tx.of(samlSigning).put(fresh)
    return fresh
  })
}

export const GetSigningCertificate = operation('GetSigningCertificate', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const { id } = foundPool(target, input)
    const { certificate } = await samlSigningOf(id, ctx)
    return { Certificate: Buffer.from(certificate).toString('base64') }
  },
})
