import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

/** Certificate and key files, by the openssl program, for a server that clients reach by this name. */
export function tlsIdentity(
  folder: string,
  alternativeName: string,
): { cert: string; key: string } {
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
  const made = [
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    '2',
    '-keyout',
    key,
    '-out',
    cert,
  ]
  const subject = ['-subj', '/CN=localhost', '-addext', `subjectAltName=${alternativeName}`]
  execFileSync('openssl', ['req', ...made, ...subject], { stdio: 'ignore' })
  return { cert, key }
}
