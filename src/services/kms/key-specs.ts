import type {
  EncapsulationAlgorithmSpec,
  EncryptionAlgorithmSpec,
  KeyAgreementAlgorithmSpec,
  KeySpec,
  KeyUsageType,
  MacAlgorithmSpec,
  SigningAlgorithmSpec,
} from '@aws-sdk/client-kms'

/** What keys of a spec can be for, and with which algorithms. */
interface SpecFacts {
  readonly usages: readonly KeyUsageType[]
  readonly encryption?: readonly EncryptionAlgorithmSpec[]
  readonly signing?: readonly SigningAlgorithmSpec[]
  readonly agreement?: readonly KeyAgreementAlgorithmSpec[]
  readonly mac?: readonly MacAlgorithmSpec[]
  readonly encapsulation?: readonly EncapsulationAlgorithmSpec[]
}

const rsa: SpecFacts = {
  usages: ['ENCRYPT_DECRYPT', 'SIGN_VERIFY'],
  encryption: ['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256'],
  signing: [
    'RSASSA_PKCS1_V1_5_SHA_256',
    'RSASSA_PKCS1_V1_5_SHA_384',
    'RSASSA_PKCS1_V1_5_SHA_512',
    'RSASSA_PSS_SHA_256',
    'RSASSA_PSS_SHA_384',
    'RSASSA_PSS_SHA_512',
  ],
}

const curve = (signing: SigningAlgorithmSpec): SpecFacts => ({
  usages: ['SIGN_VERIFY', 'KEY_AGREEMENT'],
  signing: [signing],
  agreement: ['ECDH'],
})

const mac = (algorithm: MacAlgorithmSpec): SpecFacts => ({
  usages: ['GENERATE_VERIFY_MAC'],
  mac: [algorithm],
})

const lattice: SpecFacts = { usages: ['SIGN_VERIFY'], signing: ['ML_DSA_SHAKE_256'] }
const encapsulation: SpecFacts = {
  usages: ['ENCAPSULATE_DECAPSULATE' as KeyUsageType],
  encapsulation: ['ML_KEM' as EncapsulationAlgorithmSpec],
}

/**
 * Every key spec outside of China.
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/symm-asymm-choose-key-spec.html
 */
const specs: Readonly<Record<string, SpecFacts>> = {
  SYMMETRIC_DEFAULT: { usages: ['ENCRYPT_DECRYPT'], encryption: ['SYMMETRIC_DEFAULT'] },
  RSA_2048: rsa,
  RSA_3072: rsa,
  RSA_4096: rsa,
  ECC_NIST_P256: curve('ECDSA_SHA_256'),
  ECC_NIST_P384: curve('ECDSA_SHA_384'),
  ECC_NIST_P521: curve('ECDSA_SHA_512'),
  ECC_SECG_P256K1: { usages: ['SIGN_VERIFY'], signing: ['ECDSA_SHA_256'] },
  ECC_NIST_EDWARDS25519: {
    usages: ['SIGN_VERIFY'],
    signing: ['ED25519_SHA_512', 'ED25519_PH_SHA_512'],
  },
  HMAC_224: mac('HMAC_SHA_224'),
  HMAC_256: mac('HMAC_SHA_256'),
  HMAC_384: mac('HMAC_SHA_384'),
  HMAC_512: mac('HMAC_SHA_512'),
  ML_DSA_44: lattice,
  ML_DSA_65: lattice,
  ML_DSA_87: lattice,
  ML_KEM_512: encapsulation,
  ML_KEM_768: encapsulation,
  ML_KEM_1024: encapsulation,
}

/** Undefined for specs that exist only in China (SM2). */
export const specFacts = (spec: KeySpec): SpecFacts | undefined =>
  Object.hasOwn(specs, spec) ? specs[spec] : undefined

/** The algorithms of a key as its metadata tell them. */
export function algorithmsOf(spec: KeySpec, usage: KeyUsageType) {
  const facts = specFacts(spec)
  switch (usage) {
    case 'ENCRYPT_DECRYPT':
      return { EncryptionAlgorithms: [...(facts?.encryption ?? [])] }
    case 'SIGN_VERIFY':
      return { SigningAlgorithms: [...(facts?.signing ?? [])] }
    case 'GENERATE_VERIFY_MAC':
      return { MacAlgorithms: [...(facts?.mac ?? [])] }
    case 'KEY_AGREEMENT':
      return { KeyAgreementAlgorithms: [...(facts?.agreement ?? [])] }
    default:
      return { EncapsulationAlgorithms: [...(facts?.encapsulation ?? [])] }
  }
}

export const isSymmetric = (spec: KeySpec): boolean => spec === 'SYMMETRIC_DEFAULT'
