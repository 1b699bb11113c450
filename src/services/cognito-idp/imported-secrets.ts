import { invalid } from './contract.ts'
import type { CredentialRecord } from './credential-records.ts'
import type { Row } from './import-rows.ts'
import type { Factor, UserRecord } from './user-records.ts'

const knownFactors = new Set<string>(['SMS_MFA', 'SOFTWARE_TOKEN_MFA', 'EMAIL_OTP'])

/** Second factors as our own export tells them; undefined when it does not. */
export function ownFactors(row: Row): UserRecord['mfa'] | undefined {
  const text = row.get('sallyport:mfa')
  if (text === undefined) return undefined
  const enabled = text === '' ? [] : text.split(',')
  const preferred = row.get('sallyport:mfa_preferred')
  if (
    ![...enabled, ...(preferred === undefined ? [] : [preferred])].every((one) =>
      knownFactors.has(one),
    )
  )
    throw invalid('The sallyport:mfa names an unknown factor.')
  return { enabled: enabled as Factor[], preferred: preferred as Factor | undefined }
}

/** Hash, SRP verifier and software token as our own export tells them. */
export function ownSecrets(
  pool: string,
  row: Row,
  hash: string | undefined,
): Partial<CredentialRecord> {
  const salt = row.get('sallyport:srp_salt')
  const verifier = row.get('sallyport:srp_verifier')
  const secret = row.get('sallyport:totp_secret')
  if ((salt === undefined) !== (verifier === undefined))
    throw invalid('An SRP verifier needs its salt.')
  if (
    salt !== undefined &&
    !(/^[0-9a-f]{1,64}$/i.test(salt) && /^[0-9a-f]{1,800}$/i.test(verifier!))
  )
    throw invalid('SRP salt and verifier are hexadecimal.')
  if (secret !== undefined && !/^[0-9a-f]{32,128}$/i.test(secret))
    throw invalid('The sallyport:totp_secret is not hexadecimal.')
  // A verifier is good under the pool's own name only; elsewhere the first sign-in makes another.
  const isOfPool = row.get('sallyport:srp_pool') === pool
  return {
    hash,
    ...(isOfPool &&
      salt !== undefined &&
      hash !== undefined && { srp: { salt, verifier: verifier! } }),
    ...(secret !== undefined && { totp: { secret: Buffer.from(secret, 'hex'), verified: true } }),
  }
}
