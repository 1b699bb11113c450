import { fail, operation } from './contract.ts'
import { currentMaterial, keyContext } from './encryption.ts'
import { keyArn } from './key-records.ts'
import { algorithmsOf } from './key-specs.ts'
import { checkUsable } from './key-states.ts'
import { foundKey, keyTarget } from './key-targets.ts'
import { isSecret, publicHalf } from './materials.ts'

export const GetPublicKey = operation('GetPublicKey', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [
      await keyTarget(input.KeyId, read, { grantTokens: input.GrantTokens }),
    ],
  },
  async handle(_input, ctx, [target]) {
    const key = foundKey(target)
    if (isSecret(key.spec))
      throw fail(
        'UnsupportedOperationException',
        `${keyArn(key)} key spec is ${key.spec} which is not valid for GetPublicKey.`,
      )
    checkUsable(key)
    const open = publicHalf(await currentMaterial(key, keyContext(ctx, target)))
    return {
      KeyId: keyArn(key),
      PublicKey: open.export({ type: 'spki', format: 'der' }),
      CustomerMasterKeySpec: key.spec as never,
      KeySpec: key.spec,
      KeyUsage: key.usage,
      ...algorithmsOf(key.spec, key.usage),
    }
  },
})
