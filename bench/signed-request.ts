import { createHmac, hash } from 'node:crypto'
import { SigningKeys } from '../src/wire/sigv4.ts'

export interface Signer {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

const keys = new Map<string, SigningKeys>()

/** The bytes of a signed query call, ready to be sent as often as its signature is fresh. */
export function signedQuery(
  service: 'iam' | 'sts',
  parameters: Readonly<Record<string, string>>,
  signer: Signer,
  port: number,
): Buffer {
  const version = service === 'iam' ? '2010-05-08' : '2011-06-15'
  const body = new URLSearchParams({ ...parameters, Version: version }).toString()
  const type = 'application/x-www-form-urlencoded; charset=utf-8'
  return signed(service, { 'content-type': type }, body, signer, port)
}

/** The same for a call of a JSON protocol. */
export const signedJson = (
  service: string,
  target: string,
  input: object,
  signer: Signer,
  port: number,
): Buffer =>
  signed(
    service,
    { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target },
    JSON.stringify(input),
    signer,
    port,
  )

function signed(
  service: string,
  more: Readonly<Record<string, string>>,
  body: string,
  signer: Signer,
  port: number,
): Buffer {
  const timestamp = new Date().toISOString().replace(/[-:]|\.\d{3}/g, '')
  const date = timestamp.slice(0, 8)
  const headers = { ...more, host: `127.0.0.1:${port}`, 'x-amz-date': timestamp }
  const sorted = Object.entries(headers).sort(([a], [b]) => (a < b ? -1 : 1))
  const names = sorted.map(([name]) => name).join(';')
  const head = sorted.map(([name, value]) => `${name}:${value}\n`).join('')
  const canonical = `POST\n/\n\n${head}\n${names}\n${hash('sha256', body)}`
  const scope = `${date}/us-east-1/${service}/aws4_request`
  const toSign = `AWS4-HMAC-SHA256\n${timestamp}\n${scope}\n${hash('sha256', canonical)}`
  let signing = keys.get(signer.secretAccessKey)
  if (signing === undefined) {
    signing = new SigningKeys(signer.secretAccessKey)
    keys.set(signer.secretAccessKey, signing)
  }
  const signature = createHmac('sha256', signing.of(date, 'us-east-1', service))
    .update(toSign)
    .digest('hex')
  const lines = sorted.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  return Buffer.from(
    `POST / HTTP/1.1\r\n${lines}User-Agent: sallyport-bench\r\nAuthorization: AWS4-HMAC-SHA256 Credential=${signer.accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
}
