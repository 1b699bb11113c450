import { fail, operation } from './contract.ts'
import { checkDryRun } from './dry-run.ts'
import { checkAlgorithm, checkOpening, keyContext, open, openingTarget } from './encryption.ts'
import { keyArn } from './key-records.ts'

export const Decrypt = operation('Decrypt', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [
      await openingTarget(input.CiphertextBlob ?? new Uint8Array(), input.KeyId, read, {
        encryptionContext: input.EncryptionContext,
        grantTokens: input.GrantTokens,
        context: { 'kms:EncryptionAlgorithm': input.EncryptionAlgorithm ?? 'SYMMETRIC_DEFAULT' },
      }),
    ],
  },
  async handle(input, ctx, [target]) {
    if (input.Recipient !== undefined)
      throw fail('UnsupportedOperationException', 'Recipients are still to be built.')
    const key = checkOpening(target)
    const EncryptionAlgorithm = checkAlgorithm(key, input.EncryptionAlgorithm, 'Decrypt')
    const blob = input.CiphertextBlob ?? new Uint8Array()
    const own = keyContext(ctx, target, 'Decrypt')
    const context = input.EncryptionContext
    const { plaintext, materialId } = await open(key, blob, context, own, EncryptionAlgorithm)
    checkDryRun(input)
    return {
      KeyId: keyArn(key),
      Plaintext: plaintext,
      EncryptionAlgorithm,
      ...(EncryptionAlgorithm === 'SYMMETRIC_DEFAULT' && { KeyMaterialId: materialId }),
    }
  },
})
