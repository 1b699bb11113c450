import type { AlgorithmSpec, WrappingKeySpec } from '@aws-sdk/client-kms'
import { fail, operation } from './contract.ts'
import { sealToken } from './import-tokens.ts'
import { type KeyRecord, keyArn } from './key-records.ts'
import { isSymmetric } from './key-specs.ts'
import { checkLiving } from './key-states.ts'
import { foundKey, managing } from './key-targets.ts'
import { isSecret } from './materials.ts'

const validFor = 86_400_000

/** Refuses keys whose material is not imported. */
export function checkImported(key: KeyRecord): void {
  if (key.origin !== 'EXTERNAL')
    throw fail(
      'UnsupportedOperationException',
      `${keyArn(key)} origin is ${key.origin} which is not valid for this operation.`,
    )
}

const wraps = (algorithm: AlgorithmSpec): boolean => algorithm.startsWith('RSA_AES_KEY_WRAP_')

/**
 * Refuses wrappings that do not fit the material.
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/importing-keys-get-public-key-and-token.html
 */
function checkWrapping(
  { spec }: KeyRecord,
  algorithm: AlgorithmSpec,
  wrappingSpec: WrappingKeySpec,
): void {
  const refuse = (why: string) => fail('UnsupportedOperationException', why)
  if (algorithm === 'RSAES_PKCS1_V1_5' || algorithm === 'SM2PKE')
    throw refuse(`Wrapping algorithm ${algorithm} is not supported.`)
  if (wrappingSpec === 'SM2') throw refuse('Wrapping key spec SM2 is not supported in this Region.')
  const fits = wraps(algorithm) ? !isSecret(spec) : !spec.startsWith('RSA_')
  if (!fits) throw refuse(`Wrapping algorithm ${algorithm} is not supported for key spec ${spec}.`)
  if (spec === 'ECC_NIST_P521' && wrappingSpec === 'RSA_2048' && !wraps(algorithm))
    throw refuse(`Wrapping key spec RSA_2048 cannot wrap key spec ${spec} with ${algorithm}.`)
}

export const GetParametersForImport = operation('GetParametersForImport', {
  access: managing((input) => ({
    'kms:WrappingAlgorithm': input.WrappingAlgorithm,
    'kms:WrappingKeySpec': input.WrappingKeySpec,
  })),
  async handle(input, ctx, [target]) {
    const key = foundKey(target)
    checkImported(key)
    checkLiving(key)
    const { WrappingAlgorithm: algorithm, WrappingKeySpec: wrappingSpec } = input
    checkWrapping(key, algorithm, wrappingSpec)
    const pair = await ctx.random.rsaKey(Number(wrappingSpec.slice(4)))
    const validTo = ctx.now().getTime() + validFor
    return {
      KeyId: keyArn(key),
      ImportToken: await sealToken(key, { algorithm, validTo, key: pair.privateKey }, ctx),
      PublicKey: pair.publicKey.export({ type: 'spki', format: 'der' }),
      ParametersValidTo: new Date(validTo),
    }
  },
})

/** Whether several materials may be imported into a key. */
export const takesSeveral = ({ spec }: KeyRecord): boolean => isSymmetric(spec)
