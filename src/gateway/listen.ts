import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { HttpRequest, HttpResponse } from '../kernel/http.ts'
import { type Arrival, answerOf } from './doors.ts'
import type { House } from './house.ts'

/** What a request may be at most. What is larger is refused before it is read. */
export const limits = {
  /** Bytes of a collected body. */
  body: 6 * 1024 * 1024,
  /** Bytes of all headers. */
  headers: 32 * 1024,
  headerCount: 200,
  /** Milliseconds for headers, and for a whole request. */
  headersTimeout: 10_000,
  requestTimeout: 60_000,
} as const

export interface Listening {
  readonly url: string
  readonly server: Server
  /** Takes no new requests, and resolves when those under way are answered. */
  drain(): Promise<void>
}

/** Serves a house over HTTP. Resolves when it accepts requests. */
export async function listen(
  house: House,
  at: { readonly host: string; readonly port: number },
): Promise<Listening> {
  const server = createServer(
    {
      maxHeaderSize: limits.headers,
      headersTimeout: limits.headersTimeout,
      requestTimeout: limits.requestTimeout,
      keepAliveTimeout: 65_000,
      noDelay: true,
    },
    (incoming, outgoing) => {
      serve(incoming, outgoing, house).catch((error: unknown) => {
        house.log.error('a request could not be answered', { cause: String(error) })
        outgoing.destroy()
      })
    },
  )
  server.maxHeadersCount = limits.headerCount
  server.on('clientError', refuseConnection)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(at.port, at.host, () => {
      server.off('error', reject)
      resolve()
    })
  })
  const { port } = server.address() as AddressInfo
  const host = at.host.includes(':') ? `[${at.host}]` : at.host
  return {
    url: `http://${host}:${port}`,
    server,
    drain: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeIdleConnections()
      }),
  }
}

const httpFaults: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
}

/** What is no HTTP gets a plain answer and a closed connection. */
function refuseConnection(error: Error & { code?: string }, socket: import('node:stream').Duplex) {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy()
    return
  }
  const status = httpFaults[error.code ?? ''] ?? '400 Bad Request'
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}

async function serve(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  house: House,
): Promise<void> {
  const started = performance.now()
  const body = await collect(incoming)
  const arrival: Arrival = {
    request: requestOf(incoming, body ?? new Uint8Array()),
    ip: plainAddress(incoming.socket.remoteAddress),
    secure: 'encrypted' in incoming.socket,
    tooLarge: body === undefined,
  }
  const response = await answerOf(arrival, house, started)
  if (body === undefined) outgoing.shouldKeepAlive = false
  send(response, incoming, outgoing)
}

/** The whole body, or undefined when it is larger than the limit. */
function collect(incoming: IncomingMessage): Promise<Uint8Array | undefined> {
  const announced = Number(incoming.headers['content-length'] ?? 0)
  if (announced > limits.body) {
    incoming.resume()
    return Promise.resolve(undefined)
  }
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let length = 0
    incoming.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length > limits.body) {
        chunks.length = 0
        incoming.removeAllListeners('data')
        incoming.resume()
        resolve(undefined)
        return
      }
      chunks.push(chunk)
    })
    incoming.on('end', () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)))
    incoming.on('error', reject)
    incoming.on('aborted', () => reject(new Error('the client went away')))
  })
}

function requestOf(incoming: IncomingMessage, body: Uint8Array): HttpRequest {
  const url = incoming.url ?? '/'
  const mark = url.indexOf('?')
  const headers: Record<string, string> = Object.create(null)
  const { rawHeaders } = incoming
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!.toLowerCase()
    const value = rawHeaders[i + 1]!
    headers[name] = name in headers ? `${headers[name]},${value}` : value
  }
  return {
    method: incoming.method ?? 'GET',
    path: mark < 0 ? url : url.slice(0, mark),
    query: mark < 0 ? '' : url.slice(mark + 1),
    headers,
    body,
  }
}

/** IPv4 as people and policies write it. */
const plainAddress = (address = '0.0.0.0'): string =>
  address.startsWith('::ffff:') ? address.slice(7) : address

function send(response: HttpResponse, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const { status, headers, body } = response
  const flat: string[] = []
  for (const name in headers) flat.push(name, headers[name]!)
  if (typeof body !== 'string' && !(body instanceof Uint8Array)) {
    outgoing.writeHead(status, flat)
    pump(body, outgoing).catch(() => outgoing.destroy())
    return
  }
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  flat.push('content-length', String(bytes.length))
  outgoing.writeHead(status, flat)
  outgoing.end(incoming.method === 'HEAD' ? undefined : bytes)
}

/** Writes a stream as fast as the client reads it. */
async function pump(body: AsyncIterable<Uint8Array>, outgoing: ServerResponse): Promise<void> {
  for await (const chunk of body)
    if (!outgoing.write(chunk)) await new Promise((resolve) => outgoing.once('drain', resolve))
  outgoing.end()
}
