import { X509Certificate } from 'node:crypto'
import { fail } from './contract.ts'

const block = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g

/** No chain is as long as this. */
const longest = 100

/** Reads PEM certificates that follow one another with nothing but white space between them. */
export function readCertificates(pem: string): readonly X509Certificate[] | undefined {
  const blocks = pem.match(block) ?? []
  if (blocks.length === 0 || blocks.length > longest) return undefined
  if (pem.replace(block, '').trim() !== '') return undefined
  try {
    return blocks.map((text) => new X509Certificate(text))
  } catch {
    return undefined
  }
}

/** Reads exactly one PEM certificate, or fails as AWS does. */
export function readCertificate(pem: string): X509Certificate {
  const [certificate, ...more] = readCertificates(pem) ?? []
  if (certificate === undefined || more.length > 0)
    throw fail(
      'MalformedCertificateException',
      'Unable to parse certificate. Please ensure the certificate is in PEM format.',
    )
  return certificate
}

/** Whether the certificate is valid at this moment, by its own dates. */
export const isInDate = (certificate: X509Certificate, now: Date): boolean =>
  certificate.validFromDate <= now && now <= certificate.validToDate
