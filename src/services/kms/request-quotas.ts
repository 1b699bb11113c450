import type { Quota, QuotaOf } from '../../kernel/quota.ts'
import type { Target } from '../../kernel/target.ts'
import type { KeyRecord } from './key-records.ts'
import { isSecret } from './materials.ts'

const sentence =
  'You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.'

const perSecond = (rate: number, group?: string): Quota => ({
  rate,
  // Rates below one still let one request through.
  burst: Math.max(1, rate),
  ...(group !== undefined && { group }),
  sentence,
})

const large = new Set(['us-east-1', 'us-west-2', 'eu-west-1'])
const middle = new Set([
  'us-east-2',
  'ap-southeast-1',
  'ap-southeast-2',
  'ap-northeast-1',
  'eu-central-1',
  'eu-west-2',
])

const symmetric = (region: string): Quota =>
  perSecond(large.has(region) ? 100_000 : middle.has(region) ? 20_000 : 10_000, 'symmetric')

const asymmetric: Readonly<Record<string, Quota>> = {
  RSA: perSecond(1_000, 'RSA'),
  ECC: perSecond(1_000, 'ECC and SM2'),
  // What is documented for ML-DSA; nothing is documented for ML-KEM.
  ML: perSecond(1_000, 'ML-DSA'),
}

/** Cryptographic operations share one rate for each kind of key. */
const cryptographic: QuotaOf = ({ targets, region }) => {
  const { spec } = (targets.at(-1) as Target<KeyRecord | undefined>).record ?? {}
  if (spec === undefined || isSecret(spec)) return symmetric(region)
  return asymmetric[spec.split('_')[0]!] ?? symmetric(region)
}

const pairRates: Readonly<Record<string, number>> = { RSA_2048: 20, RSA_3072: 4, RSA_4096: 1 }

/** Data key pairs of a spec share one rate. */
const pairs: QuotaOf = ({ input }) => {
  const { KeyPairSpec: spec } = input as { readonly KeyPairSpec: string }
  return perSecond(pairRates[spec] ?? 100, `pairs ${spec}`)
}

const each = <T>(names: readonly string[], quota: T): Readonly<Record<string, T>> =>
  Object.fromEntries(names.map((name) => [name, quota]))

/**
 * AWS's request rates; those of all other operations are five a second.
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/requests-per-second.html
 */
export const requestQuotas: Readonly<Record<string, Quota | QuotaOf>> = {
  ...each(
    [
      'Decapsulate',
      'Decrypt',
      'DeriveSharedSecret',
      'Encapsulate',
      'Encrypt',
      'GenerateDataKey',
      'GenerateDataKeyWithoutPlaintext',
      'GenerateMac',
      'GenerateRandom',
      'ReEncrypt',
      'Sign',
      'Verify',
      'VerifyMac',
    ],
    cryptographic,
  ),
  ...each(['GenerateDataKeyPair', 'GenerateDataKeyPairWithoutPlaintext'], pairs),
  ...each(['DescribeKey', 'GetPublicKey', 'ListResourceTags'], perSecond(2_000)),
  ...each(['GetKeyPolicy', 'GetKeyRotationStatus'], perSecond(1_000)),
  ...each(['ListAliases', 'ListKeys'], perSecond(500)),
  ...each(
    ['ListGrants', 'ListKeyPolicies', 'ListKeyRotations', 'ListRetirableGrants'],
    perSecond(100),
  ),
  ...each(['CreateGrant', 'RetireGrant', 'RevokeGrant'], perSecond(50)),
  ...each(
    [
      'DeleteAlias',
      'DeleteImportedKeyMaterial',
      'EnableKeyRotation',
      'ImportKeyMaterial',
      'PutKeyPolicy',
      'ScheduleKeyDeletion',
    ],
    perSecond(15),
  ),
  TagResource: perSecond(10),
  GetParametersForImport: perSecond(0.25),
  others: perSecond(5),
}
