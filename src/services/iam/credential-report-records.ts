import { collection } from '../../kernel/store.ts'

/** The one credential report of an account. */
interface CredentialReportRecord {
  readonly generatedAt: Date
  /** CSV in UTF-8. */
  readonly content: Uint8Array
}

export const credentialReports = collection<CredentialReportRecord>('iam.credential-reports')({
  scope: 'account',
  version: 1,
  key: () => ['report'],
})
