import { fail, operation } from './contract.ts'
import { currentMaterial, type KeyContext, keyContext } from './encryption.ts'
import { type KeyRecord, keyArn, materials } from './key-records.ts'
import { algorithmsOf } from './key-specs.ts'
import { checkLiving, invalidState } from './key-states.ts'
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
    checkLiving(key)
    return {
      KeyId: keyArn(key),
      PublicKey: await publicKeyOf(key, keyContext(ctx, target)),
      CustomerMasterKeySpec: key.spec as never,
      KeySpec: key.spec,
      KeyUsage: key.usage,
      ...algorithmsOf(key.spec, key.usage),
    }
  },
})

/** The public half as SPKI; of imported material also while that is away. */
async function publicKeyOf(key: KeyRecord, ctx: KeyContext): Promise<Uint8Array> {
  if (key.material === undefined) throw invalidState(key)
  if (key.absent?.includes(key.material)) {
    const record = await ctx.store.of(materials).get([key.id, key.material])
    if (record?.publicKey === undefined) throw invalidState(key)
    return record.publicKey
  }
  return publicHalf(await currentMaterial(key, ctx)).export({ type: 'spki', format: 'der' })
}
