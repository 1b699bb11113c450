import type { IncomingMessage } from 'node:http'

/** What a request body may be at most when it is collected; streaming members have no such limit. */
export const bodyLimit = 6 * 1024 * 1024

/** Bodies that are surely small are collected at the door, before anything is routed. */
const smallBody = 64 * 1024

/** The body was larger than what may be collected. */
export class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge'
}

/** The client went away before its body was complete. */
export class BodyBrokenOff extends Error {
  override readonly name = 'BodyBrokenOff'
}

export const isSmall = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) <= smallBody

/** Collects a body at the door: events cost less than an async iterator. */
export function collectSmall(incoming: IncomingMessage): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    let first: Buffer | undefined
    const more: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => {
      if (first === undefined) first = chunk
      else more.push(chunk)
    })
    incoming.on('end', () => {
      if (more.length > 0) resolve(Buffer.concat([first!, ...more]))
      else resolve(first ?? new Uint8Array())
    })
    incoming.on('error', () => reject(new BodyBrokenOff()))
  })
}

/** Collects a stream up to the limit; what is longer is not read to its end. */
export async function collect(
  body: AsyncIterable<Uint8Array>,
  most = bodyLimit,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of body) {
    length += chunk.length
    if (length > most) throw new BodyTooLarge()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** The body as it arrives, with back-pressure; breaking off is told as such. */
export async function* streamed(incoming: IncomingMessage): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of incoming) yield chunk as Uint8Array
  } catch {
    throw new BodyBrokenOff()
  }
}
