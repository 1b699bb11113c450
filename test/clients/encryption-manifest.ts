import { createRequire } from 'node:module'
import { KMS } from '@aws-sdk/client-kms'
import type { Keys } from '../installation.ts'

/**
 * The manifests by which AWS's Encryption SDKs are tested (aws-crypto-tools-test-vector-framework):
 * `keys` names keys, `awses-encrypt` says what to encrypt and how; what is encrypted becomes an
 * `awses-decrypt` manifest, which is all that decrypting knows.
 */

// The package is CommonJS whose exports Node cannot name.
const sdk: typeof import('@aws-crypto/client-node') = createRequire(import.meta.url)(
  '@aws-crypto/client-node',
)

export type Key =
  | { type: 'aws-kms'; 'key-id': string; encrypt: boolean; decrypt: boolean }
  | { type: 'symmetric'; algorithm: 'aes'; bits: 128 | 192 | 256; material: string }
  | { type: 'private'; algorithm: 'rsa'; bits: number; material: string }

export interface KeysManifest {
  manifest: { type: 'keys'; version: 3 }
  keys: Record<string, Key>
}

export type MasterKey =
  | { type: 'aws-kms' | 'aws-kms-mrk-aware'; key: string }
  | {
      type: 'aws-kms-mrk-aware-discovery'
      'default-mrk-region': string
      'aws-kms-discovery-filter'?: { partition: string; 'account-ids': string[] }
    }
  | {
      type: 'raw'
      key: string
      'provider-id': string
      'encryption-algorithm': 'aes' | 'rsa'
      'padding-algorithm'?: 'pkcs1' | 'oaep-mgf1'
      'padding-hash'?: 'sha1' | 'sha256' | 'sha384' | 'sha512'
    }

export interface EncryptTest {
  plaintext: string
  /** Hex digits of the algorithm suite. */
  algorithm: string
  'frame-size': number
  'encryption-context': Record<string, string>
  'master-keys': readonly MasterKey[]
  /** Who decrypts it afterwards, where that is not the same keys. */
  'decryption-master-keys'?: readonly MasterKey[]
}

export interface EncryptManifest {
  manifest: { type: 'awses-encrypt'; version: 2 }
  keys: string
  plaintexts: Record<string, Buffer>
  tests: Record<string, EncryptTest>
}

export interface DecryptTest {
  ciphertext: Buffer
  plaintext: string
  algorithm: string
  'encryption-context': Record<string, string>
  'master-keys': readonly MasterKey[]
}

/** Suites that commit to their data key. */
const committing = new Set(['0478', '0578'])

export class ManifestHandler {
  readonly #keys: KeysManifest
  readonly #clients = new Map<string, KMS>()
  readonly #endpoint: string
  readonly #credentials: Keys

  constructor(keys: KeysManifest, endpoint: string, credentials: Keys) {
    this.#keys = keys
    this.#endpoint = endpoint
    this.#credentials = credentials
  }

  async encrypt({ plaintexts, tests }: EncryptManifest): Promise<Record<string, DecryptTest>> {
    const made: Record<string, DecryptTest> = {}
    for (const [id, described] of Object.entries(tests)) {
      const { algorithm, plaintext } = described
      const context = described['encryption-context']
      const { result } = await this.#client(algorithm).encrypt(
        this.#keyring(described['master-keys']),
        plaintexts[plaintext]!,
        {
          suiteId: Number.parseInt(algorithm, 16),
          frameLength: described['frame-size'],
          encryptionContext: context,
        },
      )
      made[id] = {
        ciphertext: result,
        plaintext,
        algorithm,
        'encryption-context': context,
        'master-keys': described['decryption-master-keys'] ?? described['master-keys'],
      }
    }
    return made
  }

  /** @param policy of the client that decrypts; the one that fits the suite by default */
  decrypt(described: DecryptTest, policy?: keyof typeof sdk.CommitmentPolicy) {
    const { algorithm, ciphertext } = described
    const keyring = this.#keyring(described['master-keys'])
    return this.#client(algorithm, policy).decrypt(keyring, ciphertext)
  }

  close(): void {
    for (const client of this.#clients.values()) client.destroy()
  }

  #client(algorithm: string, policy?: keyof typeof sdk.CommitmentPolicy) {
    const fitting = committing.has(algorithm)
      ? 'REQUIRE_ENCRYPT_REQUIRE_DECRYPT'
      : 'FORBID_ENCRYPT_ALLOW_DECRYPT'
    return sdk.buildClient(sdk.CommitmentPolicy[policy ?? fitting])
  }

  #kms(region: string): KMS {
    let client = this.#clients.get(region)
    if (client === undefined) {
      client = new KMS({ endpoint: this.#endpoint, region, credentials: this.#credentials })
      this.#clients.set(region, client)
    }
    return client
  }

  #keyring([first, ...others]: readonly MasterKey[]) {
    const generator = this.#one(first!)
    if (others.length === 0) return generator
    return new sdk.MultiKeyringNode({ generator, children: others.map((one) => this.#one(one)) })
  }

  #one(described: MasterKey): import('@aws-crypto/client-node').KeyringNode {
    if (described.type === 'aws-kms-mrk-aware-discovery') {
      const region = described['default-mrk-region']
      const filter = described['aws-kms-discovery-filter']
      return new sdk.AwsKmsMrkAwareSymmetricDiscoveryKeyringNode({
        client: this.#kms(region) as never,
        ...(filter && {
          discoveryFilter: { partition: filter.partition, accountIDs: filter['account-ids'] },
        }),
      })
    }
    const key = this.#keys.keys[described.key]!
    if (described.type === 'raw') return this.#raw(described, key)
    if (key.type !== 'aws-kms') throw new Error(`${described.key} is no key of KMS`)
    const keyId = key['key-id']
    const region = keyId.split(':')[3]!
    if (described.type === 'aws-kms-mrk-aware')
      return new sdk.AwsKmsMrkAwareSymmetricKeyringNode({
        client: this.#kms(region) as never,
        keyId,
      })
    const clientProvider = ((name: string) => this.#kms(name)) as never
    return new sdk.KmsKeyringNode({ generatorKeyId: keyId, clientProvider })
  }

  #raw(described: MasterKey & { type: 'raw' }, key: Key) {
    const keyNamespace = described['provider-id']
    const keyName = described.key
    if (key.type === 'symmetric') {
      const unencryptedMasterKey = Uint8Array.from(Buffer.from(key.material, 'base64'))
      const suites = sdk.RawAesWrappingSuiteIdentifier
      const wrappingSuite = suites[`AES${key.bits}_GCM_IV12_TAG16_NO_PADDING`]
      return new sdk.RawAesKeyringNode({
        keyName,
        keyNamespace,
        unencryptedMasterKey,
        wrappingSuite,
      })
    }
    if (key.type !== 'private') throw new Error(`${described.key} is no raw key`)
    const rsaKey = { privateKey: key.material, publicKey: key.material }
    if (described['padding-algorithm'] === 'pkcs1') {
      const padding = 1
      return new sdk.RawRsaKeyringNode({ keyName, keyNamespace, rsaKey, padding })
    }
    const oaepHash = described['padding-hash']!
    return new sdk.RawRsaKeyringNode({ keyName, keyNamespace, rsaKey, oaepHash })
  }
}
