import { collection } from '../../kernel/store.ts'

/** What keys and certificates of a user have in common, beside access keys. */
export interface UserCredential {
  readonly id: string
  /** Unique id of the user; the account number for the root user. */
  readonly userId: string
  readonly active: boolean
  readonly createdAt: Date
}

const byOwner = {
  owner: {
    kind: 'clear',
    why: 'unique ids of users say nothing about persons',
    of: (record: UserCredential) => [record.userId],
  },
} as const

/** An RSA public key for SSH connections to CodeCommit. */
export interface SshPublicKeyRecord extends UserCredential {
  /** The key's wire form (RFC 4253). */
  readonly blob: Uint8Array
}

export const sshPublicKeys = collection<SshPublicKeyRecord>('iam.ssh-public-keys')({
  scope: 'account',
  version: 1,
  key: (key) => [key.id],
  indexes: byOwner,
})

/** An X.509 certificate with which a user signs. */
export interface SigningCertificateRecord extends UserCredential {
  /** PEM, as it was uploaded. */
  readonly body: string
  /** SHA-256 of the certificate: one certificate belongs to one user. */
  readonly fingerprint: string
}

export const signingCertificates = collection<SigningCertificateRecord>('iam.signing-certificates')(
  {
    scope: 'account',
    version: 1,
    key: (certificate) => [certificate.id],
    indexes: {
      ...byOwner,
      fingerprint: {
        kind: 'blind',
        unique: true,
        of: (certificate: SigningCertificateRecord) => certificate.fingerprint,
      },
    },
  },
)

/** A user name and password, or an API key, for one AWS service only. */
export interface ServiceCredentialRecord extends UserCredential {
  /** `codecommit.amazonaws.com`. */
  readonly service: string
  /** The public part: a user name, or the alias of an API key. */
  readonly alias: string
  /** SHA-256 of the secret part: it is random and long, so that nobody finds it by trying. */
  readonly secretHash: Uint8Array
  readonly expiresAt?: Date | undefined
}

/** An alias belongs to one credential of a service. */
export const aliasOf = (credential: Pick<ServiceCredentialRecord, 'service' | 'alias'>): string =>
  `${credential.service}/${credential.alias}`.toLowerCase()

export const serviceCredentials = collection<ServiceCredentialRecord>('iam.service-credentials')({
  scope: 'account',
  version: 1,
  key: (credential) => [credential.id],
  indexes: { ...byOwner, alias: { kind: 'blind', unique: true, of: aliasOf } },
})
