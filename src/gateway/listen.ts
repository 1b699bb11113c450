import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { HttpRequest, HttpResponse } from '../kernel/http.ts'
import { answerOf } from './doors.ts'
import type { House } from './house.ts'
import { BodyBrokenOff, collectSmall, isSmall, streamed } from './incoming-body.ts'
import type { Arrival } from './source.ts'

/** What a request may be at most. What is larger is refused before it is read. */
export const limits = {
  /** Bytes of all headers. */
  headers: 32 * 1024,
  headerCount: 200,
  /** Milliseconds for headers, and for a whole request. */
  headersTimeout: 10_000,
  requestTimeout: 60_000,
} as const

/** How often idle connections are looked for at the end, in milliseconds. */
const idleEvery = 50

export interface Listening {
  readonly url: string
  /** Takes no new requests, and resolves when those under way are answered. */
  drain(): Promise<void>
}

/** Certificate chain and private key of a TLS listener, in PEM. */
export interface TlsIdentity {
  readonly cert: Buffer
  readonly key: Buffer
}

/** Serves a house over HTTP, or over TLS when it has an identity. Resolves when it listens. */
export async function listen(
  house: House,
  at: { readonly host: string; readonly port: number; readonly tls?: TlsIdentity | undefined },
): Promise<Listening> {
  const options = {
    maxHeaderSize: limits.headers,
    headersTimeout: limits.headersTimeout,
    requestTimeout: limits.requestTimeout,
    keepAliveTimeout: 65_000,
    noDelay: true,
  }
  const listener: RequestListener = (incoming, outgoing) => {
    // A client that keeps its connection busy would hold up the drain for ever.
    if (!server.listening) outgoing.shouldKeepAlive = false
    serve(incoming, outgoing, house).catch((error: unknown) => {
      if (!(error instanceof BodyBrokenOff))
        house.log.error('a request could not be answered', { cause: String(error) })
      outgoing.destroy()
    })
  }
  const server =
    at.tls === undefined
      ? createServer(options, listener)
      : createTlsServer({ ...options, ...at.tls, minVersion: 'TLSv1.2' }, listener)
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
    url: `${at.tls === undefined ? 'http' : 'https'}://${host}:${port}`,
    drain: () =>
      new Promise((resolve) => {
        // A connection whose request is under way becomes idle later, and its client may keep it.
        const look = setInterval(() => server.closeIdleConnections(), idleEvery)
        server.close(() => {
          clearInterval(look)
          resolve()
        })
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
  const body = isSmall(incoming) ? await collectSmall(incoming) : streamed(incoming)
  const arrival: Arrival = {
    request: requestOf(incoming, body),
    ip: plainAddress(incoming.socket.remoteAddress),
    secure: 'encrypted' in incoming.socket,
  }
  const response = await answerOf(arrival, house, started)
  send(response, incoming, outgoing)
}

function requestOf(incoming: IncomingMessage, body: HttpRequest['body']): HttpRequest {
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
  const { status, headers, body, cookies = [] } = response
  const flat: string[] = []
  for (const name in headers) flat.push(name, headers[name]!)
  for (const cookie of cookies) flat.push('set-cookie', cookie)
  // What was not read will not be: the connection ends with the answer.
  if (!incoming.complete) flat.push('connection', 'close')
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
