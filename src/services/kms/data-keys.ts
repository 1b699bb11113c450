import type { CallContext, ReadContext } from '../../kernel/context.ts'
import type { EncryptionContext } from './ciphertext.ts'
import { fail, operation } from './contract.ts'
import { storeRandom } from './custom-key-stores/store-random.ts'
import { checkDryRun } from './dry-run.ts'
import { checkAlgorithm, keyContext, seal } from './encryption.ts'
import { keyArn } from './key-records.ts'
import { type KeyTarget, keyTarget } from './key-targets.ts'
import { foundOrMade } from './managed-keys.ts'

interface DataKeyInput {
  readonly KeyId: string
  readonly EncryptionContext?: EncryptionContext | undefined
  readonly NumberOfBytes?: number | undefined
  readonly KeySpec?: string | undefined
  readonly GrantTokens?: readonly string[] | undefined
  readonly DryRun?: boolean | undefined
  readonly Recipient?: object | undefined
}

const access = {
  kind: 'iam' as const,
  targets: async (input: DataKeyInput, read: ReadContext) =>
    [
      await keyTarget(input.KeyId, read, {
        encryptionContext: input.EncryptionContext,
        grantTokens: input.GrantTokens,
        context: { 'kms:EncryptionAlgorithm': 'SYMMETRIC_DEFAULT' },
      }),
    ] as const,
}

function lengthOf({ KeySpec, NumberOfBytes }: DataKeyInput): number {
  if ((KeySpec === undefined) === (NumberOfBytes === undefined))
    throw fail('ValidationException', 'Please specify either number of bytes or key spec.')
  if (NumberOfBytes !== undefined) return NumberOfBytes
  return KeySpec === 'AES_128' ? 16 : 32
}

async function newDataKey(
  operationName: string,
  input: DataKeyInput,
  ctx: CallContext,
  target: KeyTarget,
) {
  if (input.Recipient !== undefined)
    throw fail('UnsupportedOperationException', 'Recipients are still to be built.')
  const length = lengthOf(input)
  const key = await foundOrMade(target, ctx)
  if (key.usage === 'ENCRYPT_DECRYPT' && key.spec !== 'SYMMETRIC_DEFAULT')
    throw fail(
      'InvalidKeyUsageException',
      `${keyArn(key)} key spec is ${key.spec} which is not valid for ${operationName}.`,
    )
  checkAlgorithm(key, undefined, operationName)
  checkDryRun(input)
  const Plaintext = ctx.random.bytes(length)
  const own = keyContext(ctx, target, operationName)
  const { blob, materialId } = await seal(key, Plaintext, input.EncryptionContext, own)
  return { CiphertextBlob: blob, Plaintext, KeyId: keyArn(key), KeyMaterialId: materialId }
}

export const GenerateDataKey = operation('GenerateDataKey', {
  access,
  handle: (input, ctx, [target]) => newDataKey('GenerateDataKey', input, ctx, target),
})

export const GenerateDataKeyWithoutPlaintext = operation('GenerateDataKeyWithoutPlaintext', {
  access,
  async handle(input, ctx, [target]) {
    const made = await newDataKey('GenerateDataKeyWithoutPlaintext', input, ctx, target)
    const { Plaintext: _kept, ...told } = made
    return told
  },
})

export const GenerateRandom = operation('GenerateRandom', {
  access: { kind: 'iam', targets: () => [{ resource: '*', record: undefined }] },
  async handle(input, ctx) {
    if (input.Recipient !== undefined)
      throw fail('UnsupportedOperationException', 'Recipients are still to be built.')
    if (input.NumberOfBytes === undefined)
      throw fail('ValidationException', 'NumberOfBytes is required.')
    if (input.CustomKeyStoreId !== undefined) {
      const Plaintext = await storeRandom(input.CustomKeyStoreId, input.NumberOfBytes, ctx)
      return { Plaintext }
    }
    return { Plaintext: ctx.random.bytes(input.NumberOfBytes) }
  },
})
