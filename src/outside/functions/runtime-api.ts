import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a process asks of the Runtime API, and what it tells. */
export interface RuntimeSide {
  /** The process is ready for an event; the answer may take its time. */
  next(answer: ServerResponse): void
  /** @returns false when nobody waits for this request's answer (any more) */
  answered(requestId: string, body: Buffer, failed: boolean): boolean
  initFailed(body: Buffer): void
}

/** Bytes of an answer: 6 MB, and what JSON of an error may have besides. */
const largest = 6_291_556

/**
 * The Lambda Runtime API on a port of the loopback. Every process has a path of its own that nobody can
 * guess, so that none can answer for another.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
export class RuntimeApi {
  readonly #sides = new Map<string, RuntimeSide>()
  #server: Server | undefined
  #address: Promise<string> | undefined

  /** Takes a process in; answers what its AWS_LAMBDA_RUNTIME_API is. */
  async admit(token: string, side: RuntimeSide): Promise<string> {
    this.#sides.set(token, side)
    this.#address ??= this.#listen()
    return `${await this.#address}/${token}`
  }

  dismiss(token: string): void {
    this.#sides.delete(token)
  }

  close(): void {
    this.#server?.close()
    this.#server?.closeAllConnections()
  }

  #listen(): Promise<string> {
    // Processes wait for events as long as they like.
    const options = { requestTimeout: 0, keepAliveTimeout: 0 }
    const server = createServer(options, (incoming, outgoing) => {
      this.#serve(incoming, outgoing).catch(() => outgoing.destroy())
    })
    this.#server = server
    server.unref()
    return new Promise((resolve, reject) => {
      server.once('error', reject)
      server.listen(0, '127.0.0.1', () =>
        resolve(`127.0.0.1:${(server.address() as AddressInfo).port}`),
      )
    })
  }

  async #serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const [, token = '', version, part, ...rest] = (incoming.url ?? '').split('/')
    const side = this.#sides.get(token)
    const path = `${incoming.method} ${rest.map((name, i) => (i === 1 ? '*' : name)).join('/')}`
    if (side === undefined || version !== '2018-06-01' || part !== 'runtime')
      return refuse(outgoing, 403, 'Forbidden')
    if (path === 'GET invocation/*' && rest[1] === 'next') return side.next(outgoing)
    const { body, length } = await collected(incoming)
    if (body === undefined) {
      if (rest[0] === 'invocation') side.answered(rest[1]!, tooLarge(length), true)
      return refuse(outgoing, 413, 'RequestEntityTooLarge')
    }
    if (path === 'POST init/*' && rest[1] === 'error') side.initFailed(body)
    else if (path === 'POST invocation/*/response' || path === 'POST invocation/*/error') {
      const failed = rest[2] === 'error'
      if (!side.answered(rest[1]!, body, failed)) return refuse(outgoing, 400, 'InvalidRequestID')
    } else return refuse(outgoing, 404, 'NotFound')
    outgoing.writeHead(202, { 'content-type': 'application/json' }).end('{"status":"OK"}\n')
  }
}

function refuse(outgoing: ServerResponse, status: number, errorType: string): void {
  outgoing
    .writeHead(status, { 'content-type': 'application/json' })
    .end(JSON.stringify({ errorType, errorMessage: errorType }))
}

const tooLarge = (length: number): Buffer =>
  Buffer.from(
    JSON.stringify({
      errorType: 'Function.ResponseSizeTooLarge',
      errorMessage: `Response payload size (${length} bytes) exceeded maximum allowed payload size (${largest} bytes).`,
    }),
  )

/** Without a body when it is too large; its rest is read and thrown away. */
async function collected(
  incoming: IncomingMessage,
): Promise<{ readonly body: Buffer | undefined; readonly length: number }> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length <= largest) chunks.push(chunk)
  }
  return { body: length > largest ? undefined : Buffer.concat(chunks), length }
}
