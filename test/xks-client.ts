import { execFile } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { promisify } from 'node:util'
import type { Keys } from './installation.ts'
import { signed } from './raw-calls.ts'

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

type Credential = ReturnType<typeof proxyCredential>

const textOf = (body: string | object) => (typeof body === 'string' ? body : JSON.stringify(body))

const answerOf = (status: number, type: string, text: string): ProxyAnswer => ({
  status,
  type,
  body: text.startsWith('{') ? JSON.parse(text) : text,
})

/** One signed call of the API. */
export async function post(
  url: string,
  { AccessKeyId, RawSecretAccessKey }: Credential,
  body: string | object,
  at?: number,
): Promise<ProxyAnswer> {
  const text = textOf(body)
  const { host, pathname: path } = new URL(url)
  const request = { path, headers: { host, 'content-type': 'application/json' }, body: text }
  const keys = { accessKeyId: AccessKeyId, secretAccessKey: RawSecretAccessKey }
  const options = { service: 'kms-xks-proxy', region: 'eu-west-3', ...(at && { at }) }
  const headers = signed(request, keys, options)
  const answer = await fetch(url, { method: 'POST', headers, body: text })
  return answerOf(answer.status, answer.headers.get('content-type') ?? '', await answer.text())
}

/** The same by curl, as the specification's appendix D has it. */
export async function curl(
  url: string,
  { AccessKeyId, RawSecretAccessKey }: Credential,
  body: string | object,
): Promise<ProxyAnswer> {
  const { stdout } = await promisify(execFile)('curl', [
    ...['--silent', '--show-error', '-H', 'Content-Type:application/json'],
    ...['--user', `${AccessKeyId}:${RawSecretAccessKey}`],
    ...['--aws-sigv4', 'aws:amz:eu-west-3:kms-xks-proxy'],
    ...['--data-binary', textOf(body), '--write-out', '\n%{http_code} %{content_type}', url],
  ])
  const end = stdout.lastIndexOf('\n')
  const [status = '', type = ''] = stdout.slice(end + 1).split(' ')
  return answerOf(Number(status), type, stdout.slice(0, end))
}

export const requestMetadata = (kmsOperation: string) => ({
  awsPrincipalArn: 'arn:aws:iam::123456789012:user/Alice',
  kmsKeyArn: 'arn:aws:kms:us-east-2:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab',
  kmsOperation,
  kmsRequestId: '4112f4d6-db54-4af4-ae30-c55a22a8dfae',
  kmsViaService: 'ebs',
})
