import { collection } from '../../kernel/store.ts'

/** A certificate with its private key, for servers of the account. */
export interface ServerCertificateRecord {
  readonly id: string
  readonly name: string
  readonly path: string
  readonly uploadedAt: Date
  readonly expiresAt: Date
  readonly tags: Readonly<Record<string, string>>
  /** PEM, as it was uploaded, without white space around it. */
  readonly body: string
  readonly chain?: string | undefined
  /** PEM. Kept, sealed, for services that answer with the certificate; no operation tells it. */
  readonly privateKey: string
}

export const serverCertificates = collection<ServerCertificateRecord>('iam.server-certificates')({
  scope: 'account',
  version: 1,
  key: (certificate) => [certificate.id],
  indexes: {
    name: {
      kind: 'blind',
      unique: true,
      of: (certificate: ServerCertificateRecord) => certificate.name.toLowerCase(),
    },
  },
})
