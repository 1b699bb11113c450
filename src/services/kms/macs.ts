import { createHmac, timingSafeEqual } from 'node:crypto'
import type { MacAlgorithmSpec } from '@aws-sdk/client-kms'
import type { CallContext, ReadContext } from '../../kernel/context.ts'
import { fail, operation } from './contract.ts'
import { checkDryRun } from './dry-run.ts'
import { currentMaterial, keyContext } from './encryption.ts'
import { keyArn } from './key-records.ts'
import { specFacts } from './key-specs.ts'
import { checkUsable, checkUsage } from './key-states.ts'
import { foundKey, type KeyTarget, keyTarget } from './key-targets.ts'

interface MacInput {
  readonly KeyId: string
  readonly Message: Uint8Array
  readonly MacAlgorithm: MacAlgorithmSpec
  readonly GrantTokens?: readonly string[] | undefined
  readonly DryRun?: boolean | undefined
}

const access = {
  kind: 'iam' as const,
  targets: async (input: MacInput, read: ReadContext) =>
    [
      await keyTarget(input.KeyId, read, {
        grantTokens: input.GrantTokens,
        context: { 'kms:MacAlgorithm': input.MacAlgorithm },
      }),
    ] as const,
}

/** The key and the code that it makes for the message. */
async function codeOf(name: string, input: MacInput, ctx: CallContext, target: KeyTarget) {
  const key = foundKey(target)
  checkUsage(key, 'GENERATE_VERIFY_MAC', name)
  const { MacAlgorithm: algorithm } = input
  if (!specFacts(key.spec)?.mac?.includes(algorithm))
    throw fail(
      'InvalidKeyUsageException',
      `Algorithm ${algorithm} is incompatible with key spec ${key.spec}.`,
    )
  checkUsable(key)
  const { key: secret } = await currentMaterial(key, keyContext(ctx, target))
  const hash = algorithm.replace('HMAC_SHA_', 'sha')
  return { key, code: createHmac(hash, secret).update(input.Message).digest() }
}

export const GenerateMac = operation('GenerateMac', {
  access,
  async handle(input, ctx, [target]) {
    const { key, code } = await codeOf('GenerateMac', input, ctx, target)
    checkDryRun(input)
    return { Mac: code, MacAlgorithm: input.MacAlgorithm, KeyId: keyArn(key) }
  },
})

export const VerifyMac = operation('VerifyMac', {
  access,
  async handle(input, ctx, [target]) {
    const { key, code } = await codeOf('VerifyMac', input, ctx, target)
    const isGood = code.length === input.Mac.length && timingSafeEqual(code, input.Mac)
    // KMS says no more about a code that is not good.
    if (!isGood) throw fail('KMSInvalidMacException', '')
    checkDryRun(input)
    return { KeyId: keyArn(key), MacValid: true, MacAlgorithm: input.MacAlgorithm }
  },
})
