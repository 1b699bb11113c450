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
  const timestamp = new Date().toISOString().replace(/[-:]|\.\d{3}/g, '')
  const date = timestamp.slice(0, 8)
  const host = `127.0.0.1:${port}`
  const type = 'application/x-www-form-urlencoded; charset=utf-8'
  const names = 'content-type;host;x-amz-date'
  const head = `content-type:${type}\nhost:${host}\nx-amz-date:${timestamp}\n`
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
  return Buffer.from(
    `POST / HTTP/1.1\r\nHost: ${host}\r\nContent-Type: ${type}\r\nX-Amz-Date: ${timestamp}\r\nUser-Agent: sallyport-bench\r\nAuthorization: AWS4-HMAC-SHA256 Credential=${signer.accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
}
