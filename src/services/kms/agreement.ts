import * as crypto from 'node:crypto'
import { createPublicKey, diffieHellman, type KeyObject } from 'node:crypto'
import type { ReadContext } from '../../kernel/context.ts'
import { fail, operation } from './contract.ts'
import { checkDryRun } from './dry-run.ts'
import { currentMaterial, invalidCiphertext, keyContext } from './encryption.ts'
import { type KeyRecord, keyArn } from './key-records.ts'
import { checkUsable, checkUsage } from './key-states.ts'
import { foundKey, keyTarget } from './key-targets.ts'
import { publicHalf } from './materials.ts'
import { checkRecipient, outgoing } from './recipients/recipient.ts'

const invalidPublicKey = () => fail('ValidationException', 'The public key is not valid.')

/** The other side's key: of the same curve, and a point on it. */
function otherKey(bytes: Uint8Array, own: KeyObject): KeyObject {
  let other: KeyObject
  try {
    other = createPublicKey({ key: Buffer.from(bytes), format: 'der', type: 'spki' })
  } catch {
    throw invalidPublicKey()
  }
  const curve = (key: KeyObject) => key.asymmetricKeyDetails?.namedCurve
  if (other.asymmetricKeyType !== 'ec' || curve(other) !== curve(own)) throw invalidPublicKey()
  return other
}

export const DeriveSharedSecret = operation('DeriveSharedSecret', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [
      await keyTarget(input.KeyId, read, {
        grantTokens: input.GrantTokens,
        recipient: input.Recipient,
        context: { 'kms:KeyAgreementAlgorithm': input.KeyAgreementAlgorithm },
      }),
    ],
  },
  async handle(input, ctx, [target]) {
    const key = foundKey(target)
    checkUsage(key, 'KEY_AGREEMENT', 'DeriveSharedSecret')
    checkUsable(key)
    checkRecipient(target)
    if (input.KeyAgreementAlgorithm !== 'ECDH')
      throw fail(
        'InvalidKeyUsageException',
        `Algorithm ${input.KeyAgreementAlgorithm} is incompatible with key spec ${key.spec}.`,
      )
    const { key: privateKey } = await currentMaterial(key, keyContext(ctx, target))
    const publicKey = otherKey(input.PublicKey, privateKey)
    checkDryRun(input)
    return {
      KeyId: keyArn(key),
      ...outgoing(target, { SharedSecret: diffieHellman({ privateKey, publicKey }) }, ctx),
      KeyAgreementAlgorithm: input.KeyAgreementAlgorithm,
      KeyOrigin: key.origin,
    }
  },
})

interface Encapsulating {
  readonly KeyId: string
  readonly EncapsulationAlgorithm: string
  readonly GrantTokens?: readonly string[] | undefined
}

const encapsulation = {
  kind: 'iam' as const,
  targets: async (input: Encapsulating, read: ReadContext) =>
    [await keyTarget(input.KeyId, read, { grantTokens: input.GrantTokens })] as const,
}

function checkEncapsulating(key: KeyRecord, input: Encapsulating, name: string): void {
  checkUsage(key, 'ENCAPSULATE_DECAPSULATE' as never, name)
  if (input.EncapsulationAlgorithm !== 'ML_KEM')
    throw fail(
      'InvalidKeyUsageException',
      `Algorithm ${input.EncapsulationAlgorithm} is incompatible with key spec ${key.spec}.`,
    )
  checkUsable(key)
}

/** Key encapsulation (FIPS 203), which Node's types do not know yet. */
const kem = crypto as unknown as {
  encapsulate(key: KeyObject): { readonly sharedKey: Buffer; readonly ciphertext: Buffer }
  decapsulate(key: KeyObject, ciphertext: Uint8Array): Buffer
}

export const Encapsulate = operation('Encapsulate', {
  access: encapsulation,
  async handle(input, ctx, [target]) {
    const key = foundKey(target)
    checkEncapsulating(key, input, 'Encapsulate')
    checkDryRun(input)
    const open = publicHalf(await currentMaterial(key, keyContext(ctx, target)))
    const { sharedKey, ciphertext } = kem.encapsulate(open)
    return {
      KeyId: keyArn(key),
      SharedSecret: sharedKey,
      SharedSecretCiphertextBlob: ciphertext,
      EncapsulationAlgorithm: input.EncapsulationAlgorithm,
    }
  },
})

/** Bytes of a ciphertext; one of another length is none, any other opens to something. */
const lengths: Readonly<Record<string, number>> = {
  ML_KEM_512: 768,
  ML_KEM_768: 1_088,
  ML_KEM_1024: 1_568,
}

export const Decapsulate = operation('Decapsulate', {
  access: encapsulation,
  async handle(input, ctx, [target]) {
    const key = foundKey(target)
    checkEncapsulating(key, input, 'Decapsulate')
    const { SharedSecretCiphertextBlob: blob } = input
    if (blob.length !== lengths[key.spec]) throw invalidCiphertext()
    checkDryRun(input)
    const { key: secret } = await currentMaterial(key, keyContext(ctx, target))
    return {
      KeyId: keyArn(key),
      SharedSecret: kem.decapsulate(secret, blob),
      EncapsulationAlgorithm: input.EncapsulationAlgorithm,
    }
  },
})
