import { operation } from './contract.ts'
import { checkDryRun } from './dry-run.ts'
import {
  checkAlgorithm,
  checkOpening,
  keyContext,
  open,
  openingTarget,
  seal,
} from './encryption.ts'
import { keyArn } from './key-records.ts'
import { keyTarget } from './key-targets.ts'
import { foundOrMade } from './managed-keys.ts'

export const ReEncrypt = operation('ReEncrypt', {
  access: {
    kind: 'iam',
    async targets(input, read) {
      const {
        CiphertextBlob: blob = new Uint8Array(),
        SourceKeyId,
        GrantTokens: grantTokens,
      } = input
      const from = await openingTarget(blob, SourceKeyId, read, {
        action: 'kms:ReEncryptFrom',
        encryptionContext: input.SourceEncryptionContext,
        grantTokens,
        context: {
          'kms:EncryptionAlgorithm': input.SourceEncryptionAlgorithm ?? 'SYMMETRIC_DEFAULT',
        },
      })
      const to = await keyTarget(input.DestinationKeyId, read, {
        action: 'kms:ReEncryptTo',
        encryptionContext: input.DestinationEncryptionContext,
        grantTokens,
        context: {
          'kms:EncryptionAlgorithm': input.DestinationEncryptionAlgorithm ?? 'SYMMETRIC_DEFAULT',
        },
      })
      const same = { 'kms:ReEncryptOnSameKey': String(from.resource === to.resource) }
      return [
        { ...from, context: { ...from.context, ...same } },
        { ...to, context: { ...to.context, ...same } },
      ] as const
    },
  },
  async handle(input, ctx, [from, to]) {
    const source = checkOpening(from)
    const destination = await foundOrMade(to, ctx)
    const SourceEncryptionAlgorithm = checkAlgorithm(
      source,
      input.SourceEncryptionAlgorithm,
      'ReEncryptFrom',
    )
    const DestinationEncryptionAlgorithm = checkAlgorithm(
      destination,
      input.DestinationEncryptionAlgorithm,
      'ReEncryptTo',
    )
    const blob = input.CiphertextBlob ?? new Uint8Array()
    const opened = await open(
      source,
      blob,
      input.SourceEncryptionContext,
      keyContext(ctx, from, 'ReEncrypt'),
      SourceEncryptionAlgorithm,
    )
    checkDryRun(input)
    const context = input.DestinationEncryptionContext
    const sealed = await seal(
      destination,
      opened.plaintext,
      context,
      keyContext(ctx, to, 'ReEncrypt'),
      DestinationEncryptionAlgorithm,
    )
    return {
      CiphertextBlob: sealed.blob,
      SourceKeyId: keyArn(source),
      KeyId: keyArn(destination),
      SourceEncryptionAlgorithm,
      DestinationEncryptionAlgorithm,
      SourceKeyMaterialId: opened.materialId,
      DestinationKeyMaterialId: sealed.materialId,
    }
  },
})
