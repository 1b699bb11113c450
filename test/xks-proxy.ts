import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A small proxy that follows the External Key Store Proxy API, version 1, with keys of its own. */

// biome-ignore lint/suspicious/noExplicitAny: what a client sent, looked at piece by piece
type Loose = any

export interface XksKey {
  readonly secret: Buffer
  spec: string
  status: string
  usage: string[]
}

export interface XksProxy {
  /** `http://127.0.0.1:<port>`. */
  readonly url: string
  readonly path: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly keys: Map<string, XksKey>
  /** Calls with their bodies, oldest first. */
  readonly calls: { readonly path: string; readonly body: Loose }[]
  /** An error name of the API, or a way to break it. */
  trouble: string | undefined
  close(): Promise<void>
}

const statuses: Readonly<Record<string, number>> = {
  ValidationException: 400,
  InvalidStateException: 400,
  InvalidCiphertextException: 400,
  InvalidKeyUsageException: 400,
  AuthenticationFailedException: 401,
  AccessDeniedException: 403,
  KeyNotFoundException: 404,
  InvalidUriPathException: 404,
  ThrottlingException: 429,
  InternalException: 500,
  UnsupportedOperationException: 501,
  DependencyTimeoutException: 503,
}

class Refused extends Error {}

/** The proxy's AAD: lengths keep the two parts apart. */
function aadOf(bound: Buffer, metadata: Buffer): Buffer {
  const lengths = Buffer.alloc(3)
  lengths.writeUInt16BE(bound.length)
  lengths[2] = metadata.length
  return Buffer.concat([lengths.subarray(0, 2), bound, lengths.subarray(2), metadata])
}

const hmac = (key: string | Buffer, text: string): Buffer =>
  createHmac('sha256', key).update(text).digest()
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

export async function xksProxy(path = '/kms/xks/v1'): Promise<XksProxy> {
  const metadata = Buffer.from('version=1')
  const base = (value: unknown): Buffer => {
    if (typeof value !== 'string') throw new Refused('ValidationException')
    return Buffer.from(value, 'base64')
  }

  function verify(request: IncomingMessage, body: string): void {
    const { authorization = '', host = '', 'x-amz-date': date = '' } = request.headers
    const form =
      /^AWS4-HMAC-SHA256 Credential=([A-Z2-7]+)\/(\d{8})\/([a-z0-9-]+)\/kms-xks-proxy\/aws4_request, SignedHeaders=host;x-amz-date, Signature=([0-9a-f]{64})$/
    const [, id, day = '', region = '', signature] = form.exec(authorization) ?? []
    const headers = `host:${host}\nx-amz-date:${date}\n`
    const canonical = `POST\n${request.url}\n\n${headers}\nhost;x-amz-date\n${sha256(body)}`
    const scope = `${day}/${region}/kms-xks-proxy/aws4_request`
    const text = `AWS4-HMAC-SHA256\n${date}\n${scope}\n${sha256(canonical)}`
    let key = hmac(`AWS4${proxy.secretAccessKey}`, day)
    for (const part of [region, 'kms-xks-proxy', 'aws4_request']) key = hmac(key, part)
    if (id !== proxy.accessKeyId || hmac(key, text).toString('hex') !== signature)
      throw new Refused('AuthenticationFailedException')
  }

  function answer(operation: string, keyId: string | undefined, body: Loose): object {
    if (operation === 'health')
      return {
        xksProxyFleetSize: 1,
        xksProxyVendor: 'Test',
        xksProxyModel: 'Test 1.0',
        ekmVendor: 'Test',
        ekmFleetDetails: [
          {
            id: 'one',
            model: 'T1',
            healthStatus: proxy.trouble === 'sick' ? 'UNAVAILABLE' : 'ACTIVE',
          },
        ],
      }
    const key = proxy.keys.get(keyId ?? '')
    if (key === undefined) throw new Refused('KeyNotFoundException')
    if (operation === 'metadata')
      return { keySpec: key.spec, keyUsage: key.usage, keyStatus: key.status }
    if (key.status !== 'ENABLED') throw new Refused('InvalidStateException')
    const bound = base(body.additionalAuthenticatedData ?? '')
    if (body.encryptionAlgorithm !== 'AES_GCM') throw new Refused('ValidationException')
    if (operation === 'encrypt') {
      const iv = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', key.secret, iv).setAAD(aadOf(bound, metadata))
      const ciphertext = Buffer.concat([cipher.update(base(body.plaintext)), cipher.final()])
      const tag = cipher.getAuthTag()
      const all = Buffer.concat([bound, metadata, iv, ciphertext, tag])
      if (proxy.trouble === 'bit flip') all[0]! ^= 1
      return {
        ciphertext: ciphertext.toString('base64'),
        ciphertextMetadata: metadata.toString('base64'),
        initializationVector: iv.toString('base64'),
        authenticationTag: tag.toString('base64'),
        ciphertextDataIntegrityValue: createHash('sha256').update(all).digest('base64'),
      }
    }
    if (operation !== 'decrypt') throw new Refused('InvalidUriPathException')
    const iv = base(body.initializationVector)
    const decipher = createDecipheriv('aes-256-gcm', key.secret, iv)
    decipher.setAAD(aadOf(bound, base(body.ciphertextMetadata ?? '')))
    decipher.setAuthTag(base(body.authenticationTag))
    try {
      const plain = Buffer.concat([decipher.update(base(body.ciphertext)), decipher.final()])
      if (proxy.trouble === 'bit flip') plain[0]! ^= 1
      return { plaintext: plain.toString('base64') }
    } catch {
      throw new Refused('InvalidCiphertextException')
    }
  }

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const text = Buffer.concat(chunks).toString()
    const { trouble } = proxy
    if (trouble === 'hang') return
    try {
      verify(request, text)
      const [, operation, keyId] =
        /^\/(?:keys\/([\w.-]+)\/(metadata|encrypt|decrypt)|health)$/.exec(
          request.url!.startsWith(path) ? request.url!.slice(path.length) : '',
        ) === null
          ? []
          : [0, request.url!.split('/').at(-1)!, request.url!.split('/').at(-2)]
      if (operation === undefined) throw new Refused('InvalidUriPathException')
      const body = JSON.parse(text)
      proxy.calls.push({ path: request.url!.slice(path.length), body })
      if (trouble !== undefined && trouble in statuses) throw new Refused(trouble)
      const out = trouble === 'nonsense' ? '<html>' : JSON.stringify(answer(operation, keyId, body))
      response.writeHead(200, { 'content-type': 'application/json' }).end(out)
    } catch (error) {
      const errorName = error instanceof Refused ? error.message : 'InternalException'
      response.writeHead(statuses[errorName]!).end(JSON.stringify({ errorName }))
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const proxy: XksProxy = {
    url: `http://127.0.0.1:${port}`,
    path,
    accessKeyId: 'ABCDEFGHIJKLMNOPQRST2345',
    secretAccessKey: 'VU6W2byoiBrhDqNGbx703oL0syCAmhlQgwNUT123456',
    keys: new Map(),
    calls: [],
    trouble: undefined,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return proxy
}

export const xksKey = (): XksKey => ({
  secret: randomBytes(32),
  spec: 'AES_256',
  status: 'ENABLED',
  usage: ['ENCRYPT', 'DECRYPT', 'WRAP'],
})
