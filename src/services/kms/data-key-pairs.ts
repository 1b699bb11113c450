import { createPublicKey } from 'node:crypto'
import type { DataKeyPairSpec, RecipientInfo } from '@aws-sdk/client-kms'
import { privateKeyDer } from '../../crypto/pkcs8.ts'
import type { CallContext, ReadContext } from '../../kernel/context.ts'
import type { EncryptionContext } from './ciphertext.ts'
import { fail, operation } from './contract.ts'
import { checkDryRun } from './dry-run.ts'
import { checkAlgorithm, keyContext, seal } from './encryption.ts'
import { keyArn } from './key-records.ts'
import { type KeyTarget, keyTarget } from './key-targets.ts'
import { foundOrMade } from './managed-keys.ts'
import { newPair } from './new-material.ts'
import { checkRecipient, outgoing } from './recipients/recipient.ts'

interface PairInput {
  readonly KeyId: string
  readonly KeyPairSpec: DataKeyPairSpec
  readonly EncryptionContext?: EncryptionContext | undefined
  readonly GrantTokens?: readonly string[] | undefined
  readonly DryRun?: boolean | undefined
  readonly Recipient?: RecipientInfo | undefined
}

const access = {
  kind: 'iam' as const,
  targets: async (input: PairInput, read: ReadContext) =>
    [
      await keyTarget(input.KeyId, read, {
        encryptionContext: input.EncryptionContext,
        grantTokens: input.GrantTokens,
        recipient: input.Recipient,
        context: {
          'kms:DataKeyPairSpec': input.KeyPairSpec,
          'kms:EncryptionAlgorithm': 'SYMMETRIC_DEFAULT',
        },
      }),
    ] as const,
}

async function newDataKeyPair(name: string, input: PairInput, ctx: CallContext, target: KeyTarget) {
  const key = await foundOrMade(target, ctx)
  checkAlgorithm(key, undefined, name)
  checkRecipient(target)
  if (key.customKeyStoreId !== undefined)
    throw fail('UnsupportedOperationException', `${keyArn(key)} is in a custom key store.`)
  if (input.KeyPairSpec === 'SM2')
    throw fail('UnsupportedOperationException', 'KeyPairSpec SM2 is not supported in this Region.')
  checkDryRun(input)
  const { privateKey } = await newPair(input.KeyPairSpec, ctx.random)
  const PrivateKeyPlaintext = privateKeyDer(privateKey)
  const context = input.EncryptionContext
  const { blob, materialId } = await seal(
    key,
    PrivateKeyPlaintext,
    context,
    keyContext(ctx, target),
  )
  return {
    PrivateKeyCiphertextBlob: blob,
    PrivateKeyPlaintext,
    PublicKey: createPublicKey(privateKey).export({ type: 'spki', format: 'der' }),
    KeyId: keyArn(key),
    KeyPairSpec: input.KeyPairSpec,
    KeyMaterialId: materialId,
  }
}

export const GenerateDataKeyPair = operation('GenerateDataKeyPair', {
  access,
  async handle(input, ctx, [target]) {
    const name = 'GenerateDataKeyPair'
    const { PrivateKeyPlaintext, ...told } = await newDataKeyPair(name, input, ctx, target)
    return { ...told, ...outgoing(target, { PrivateKeyPlaintext }, ctx) }
  },
})

export const GenerateDataKeyPairWithoutPlaintext = operation(
  'GenerateDataKeyPairWithoutPlaintext',
  {
    access,
    async handle(input, ctx, [target]) {
      const name = 'GenerateDataKeyPairWithoutPlaintext'
      const { PrivateKeyPlaintext: _kept, ...told } = await newDataKeyPair(name, input, ctx, target)
      return told
    },
  },
)
