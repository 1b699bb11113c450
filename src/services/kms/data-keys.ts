import type { RecipientInfo } from '@aws-sdk/client-kms'
import type { CallContext, ReadContext } from '../../kernel/context.ts'
import type { EncryptionContext } from './ciphertext.ts'
import { fail, operation } from './contract.ts'
import { storeRandom } from './custom-key-stores/store-random.ts'
import { checkDryRun } from './dry-run.ts'
import { checkAlgorithm, keyContext, seal } from './encryption.ts'
import { keyArn } from './key-records.ts'
import { type KeyTarget, keyTarget } from './key-targets.ts'
import { foundOrMade } from './managed-keys.ts'
import { checkRecipient, outgoing, recipientTarget } from './recipients/recipient.ts'

interface DataKeyInput {
  readonly KeyId: string
  readonly EncryptionContext?: EncryptionContext | undefined
  readonly NumberOfBytes?: number | undefined
  readonly KeySpec?: string | undefined
  readonly GrantTokens?: readonly string[] | undefined
  readonly DryRun?: boolean | undefined
  readonly Recipient?: RecipientInfo | undefined
}

const access = {
  kind: 'iam' as const,
  targets: async (input: DataKeyInput, read: ReadContext) =>
    [
      await keyTarget(input.KeyId, read, {
        encryptionContext: input.EncryptionContext,
        grantTokens: input.GrantTokens,
        recipient: input.Recipient,
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
  const length = lengthOf(input)
  const key = await foundOrMade(target, ctx)
  if (key.usage === 'ENCRYPT_DECRYPT' && key.spec !== 'SYMMETRIC_DEFAULT')
    throw fail(
      'InvalidKeyUsageException',
      `${keyArn(key)} key spec is ${key.spec} which is not valid for ${operationName}.`,
    )
  checkAlgorithm(key, undefined, operationName)
  checkRecipient(target)
  checkDryRun(input)
  const Plaintext = ctx.random.bytes(length)
  const own = keyContext(ctx, target, operationName)
  const { blob, materialId } = await seal(key, Plaintext, input.EncryptionContext, own)
  return { CiphertextBlob: blob, Plaintext, KeyId: keyArn(key), KeyMaterialId: materialId }
}

export const GenerateDataKey = operation('GenerateDataKey', {
  access,
  async handle(input, ctx, [target]) {
    const { Plaintext, ...told } = await newDataKey('GenerateDataKey', input, ctx, target)
    return { ...told, ...outgoing(target, { Plaintext }, ctx) }
  },
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
  access: {
    kind: 'iam',
    targets(input, read) {
      const { attested, ...told } = recipientTarget(input.Recipient, read)
      return [{ ...told, resource: '*', record: undefined, context: attested }] as const
    },
  },
  async handle(input, ctx, [target]) {
    checkRecipient(target)
    if (input.NumberOfBytes === undefined)
      throw fail('ValidationException', 'NumberOfBytes is required.')
    if (input.CustomKeyStoreId !== undefined) {
      const Plaintext = await storeRandom(input.CustomKeyStoreId, input.NumberOfBytes, ctx)
      return outgoing(target, { Plaintext }, ctx)
    }
    return outgoing(target, { Plaintext: ctx.random.bytes(input.NumberOfBytes) }, ctx)
  },
})
