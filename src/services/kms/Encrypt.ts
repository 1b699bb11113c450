import { operation } from './contract.ts'
import { checkDryRun } from './dry-run.ts'
import { checkAlgorithm, keyContext, seal } from './encryption.ts'
import { keyArn } from './key-records.ts'
import { keyTarget } from './key-targets.ts'
import { foundOrMade } from './managed-keys.ts'

export const Encrypt = operation('Encrypt', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [
      await keyTarget(input.KeyId, read, {
        encryptionContext: input.EncryptionContext,
        grantTokens: input.GrantTokens,
        context: { 'kms:EncryptionAlgorithm': input.EncryptionAlgorithm ?? 'SYMMETRIC_DEFAULT' },
      }),
    ],
  },
  async handle(input, ctx, [target]) {
    const key = await foundOrMade(target, ctx)
    const EncryptionAlgorithm = checkAlgorithm(key, input.EncryptionAlgorithm, 'Encrypt')
    checkDryRun(input)
    const own = keyContext(ctx, target, 'Encrypt')
    const { blob } = await seal(
      key,
      input.Plaintext,
      input.EncryptionContext,
      own,
      EncryptionAlgorithm,
    )
    return { CiphertextBlob: blob, KeyId: keyArn(key), EncryptionAlgorithm }
  },
})
