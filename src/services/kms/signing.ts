import type { MessageType, SigningAlgorithmSpec } from '@aws-sdk/client-kms'
import { type SignatureScheme, signatureSchemes } from '../../crypto/signatures/signatures.ts'
import type { ReadContext } from '../../kernel/context.ts'
import { fail, operation } from './contract.ts'
import { checkDryRun } from './dry-run.ts'
import { currentMaterial, keyContext } from './encryption.ts'
import { type KeyRecord, keyArn } from './key-records.ts'
import { specFacts } from './key-specs.ts'
import { checkUsable, checkUsage } from './key-states.ts'
import { foundKey, keyTarget } from './key-targets.ts'
import { publicHalf } from './materials.ts'

interface SigningInput {
  readonly KeyId: string
  readonly Message: Uint8Array
  readonly MessageType?: MessageType | undefined
  readonly SigningAlgorithm: SigningAlgorithmSpec
  readonly GrantTokens?: readonly string[] | undefined
}

const access = {
  kind: 'iam' as const,
  targets: async (input: SigningInput, read: ReadContext) =>
    [
      await keyTarget(input.KeyId, read, {
        grantTokens: input.GrantTokens,
        context: {
          'kms:SigningAlgorithm': input.SigningAlgorithm,
          'kms:MessageType': input.MessageType ?? 'RAW',
        },
      }),
    ] as const,
}

/** The scheme of a request that the key can serve. */
function checkedScheme(
  key: KeyRecord,
  input: SigningInput,
  operationName: string,
): SignatureScheme {
  checkUsage(key, 'SIGN_VERIFY', operationName)
  const { SigningAlgorithm: algorithm, MessageType: type = 'RAW' } = input
  const scheme = signatureSchemes[algorithm]
  if (scheme === undefined || !specFacts(key.spec)?.signing?.includes(algorithm))
    throw fail(
      'InvalidKeyUsageException',
      `Algorithm ${algorithm} is incompatible with key spec ${key.spec}.`,
    )
  checkUsable(key)
  const outside = algorithm === 'ML_DSA_SHAKE_256' ? 'EXTERNAL_MU' : 'DIGEST'
  const takes = type === 'RAW' ? scheme.takesMessages : type === outside
  if (!takes || (type !== 'RAW' && scheme.digestLength === undefined))
    throw fail(
      'ValidationException',
      `MessageType ${type} is incompatible with algorithm ${algorithm}.`,
    )
  if (type !== 'RAW' && input.Message.length !== scheme.digestLength)
    throw fail('ValidationException', `Digest is invalid length for algorithm ${algorithm}.`)
  return scheme
}

const isRaw = ({ MessageType: type }: SigningInput): boolean => type === undefined || type === 'RAW'

export const Sign = operation('Sign', {
  access,
  async handle(input, ctx, [target]) {
    const key = foundKey(target)
    const scheme = checkedScheme(key, input, 'Sign')
    checkDryRun(input)
    const { key: secret } = await currentMaterial(key, keyContext(ctx, target))
    const Signature = isRaw(input)
      ? await scheme.signMessage(input.Message, secret)
      : scheme.signDigest(input.Message, secret, (length) => ctx.random.bytes(length))
    return { KeyId: keyArn(key), Signature, SigningAlgorithm: input.SigningAlgorithm }
  },
})

export const Verify = operation('Verify', {
  access,
  async handle(input, ctx, [target]) {
    const key = foundKey(target)
    const scheme = checkedScheme(key, input, 'Verify')
    checkDryRun(input)
    const open = publicHalf(await currentMaterial(key, keyContext(ctx, target)))
    const { Message: message, Signature: signature } = input
    const isGood = isRaw(input)
      ? await scheme.verifyMessage(message, signature, open).catch(() => false)
      : scheme.verifyDigest(message, signature, open)
    // KMS says no more about a signature that is not good.
    if (!isGood) throw fail('KMSInvalidSignatureException', '')
    return {
      KeyId: keyArn(key),
      SignatureValid: true,
      SigningAlgorithm: input.SigningAlgorithm,
    }
  },
})
