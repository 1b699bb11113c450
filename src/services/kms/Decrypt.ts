import { operation } from './contract.ts'
import { checkDryRun } from './dry-run.ts'
import { checkAlgorithm, checkOpening, keyContext, open, openingTarget } from './encryption.ts'
import { keyArn } from './key-records.ts'
import { checkRecipient, outgoing } from './recipients/recipient.ts'

export const Decrypt = operation('Decrypt', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [
      await openingTarget(input.CiphertextBlob ?? new Uint8Array(), input.KeyId, read, {
        encryptionContext: input.EncryptionContext,
        grantTokens: input.GrantTokens,
        recipient: input.Recipient,
        context: { 'kms:EncryptionAlgorithm': input.EncryptionAlgorithm ?? 'SYMMETRIC_DEFAULT' },
      }),
    ],
  },
  async handle(input, ctx, [target]) {
    const key = checkOpening(target)
    checkRecipient(target)
    const EncryptionAlgorithm = checkAlgorithm(key, input.EncryptionAlgorithm, 'Decrypt')
    const blob = input.CiphertextBlob ?? new Uint8Array()
    const own = keyContext(ctx, target, 'Decrypt')
    const context = input.EncryptionContext
    const { plaintext, materialId } = await open(key, blob, context, own, EncryptionAlgorithm)
    checkDryRun(input)
    return {
      KeyId: keyArn(key),
      ...outgoing(target, { Plaintext: plaintext }, ctx),
      EncryptionAlgorithm,
      ...(EncryptionAlgorithm === 'SYMMETRIC_DEFAULT' && { KeyMaterialId: materialId }),
    }
  },
})
