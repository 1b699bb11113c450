import { execFile } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { promisify } from 'node:util'
import type { Keys } from './installation.ts'

// biome-ignore lint/suspicious/noExplicitAny: a test asserts the shape that it expects
type Loose = any

/** The credential for the External Key Store Proxy API that belongs to an access key. */
export const proxyCredential = ({ accessKeyId, secretAccessKey }: Keys) => ({
  AccessKeyId: accessKeyId,
  RawSecretAccessKey: createHmac('sha256', secretAccessKey)
    .update('kms-xks-proxy')
    .digest('base64'),
})

export interface ProxyAnswer {
  readonly status: number
  readonly type: string
  readonly body: Loose
}

/** One call of the API by curl, which signs it, as the specification's appendix D has it. */
export async function curl(
  url: string,
  { AccessKeyId, RawSecretAccessKey }: ReturnType<typeof proxyCredential>,
  body: string | object,
  more: readonly string[] = ['--aws-sigv4', 'aws:amz:eu-west-3:kms-xks-proxy'],
): Promise<ProxyAnswer> {
  const data = typeof body === 'string' ? body : JSON.stringify(body)
  const { stdout } = await promisify(execFile)('curl', [
    ...['--silent', '--show-error', '-H', 'Content-Type:application/json'],
    ...['--user', `${AccessKeyId}:${RawSecretAccessKey}`, ...more],
    ...['--data-binary', data, '--write-out', '\n%{http_code} %{content_type}', url],
  ])
  const end = stdout.lastIndexOf('\n')
  const [status = '', type = ''] = stdout.slice(end + 1).split(' ')
  const text = stdout.slice(0, end)
  return { status: Number(status), type, body: text.startsWith('{') ? JSON.parse(text) : text }
}

export const requestMetadata = (kmsOperation: string) => ({
  awsPrincipalArn: 'arn:aws:iam::123456789012:user/Alice',
  kmsKeyArn: 'arn:aws:kms:us-east-2:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab',
  kmsOperation,
  kmsRequestId: '4112f4d6-db54-4af4-ae30-c55a22a8dfae',
  kmsViaService: 'ebs',
})
