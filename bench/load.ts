import { connect, type Socket } from 'node:net'

/** What a run measured. */
export interface Load {
  readonly perSecond: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
  readonly answers: number
  /** Status codes and how often they came. */
  readonly statuses: ReadonlyMap<number, number>
}

/**
 * Sends prepared requests over keep-alive connections, one at a time on each, for a bounded time.
 * Raw sockets, so that the measuring costs little beside what is measured.
 * @param next bytes of the next request; undefined ends the run
 */
export async function load(options: {
  readonly port: number
  readonly connections: number
  readonly seconds: number
  readonly next: () => Buffer | undefined
}): Promise<Load> {
  const times: number[] = []
  const statuses = new Map<number, number>()
  const started = performance.now()
  const end = started + options.seconds * 1_000
  await Promise.all(
    Array.from({ length: options.connections }, () => one(options, end, times, statuses)),
  )
  const elapsed = (performance.now() - started) / 1_000
  times.sort((a, b) => a - b)
  const at = (share: number) => times[Math.floor(times.length * share)] ?? 0
  return {
    perSecond: times.length / elapsed,
    p50: at(0.5),
    p99: at(0.99),
    answers: times.length,
    statuses,
  }
}

/** One connection at a time; a server that closes after each answer gets a new one. */
async function one(
  { port, next }: { readonly port: number; readonly next: () => Buffer | undefined },
  end: number,
  times: number[],
  statuses: Map<number, number>,
): Promise<void> {
  while (performance.now() < end) {
    const more = await connection(port, next, end, times, statuses)
    if (!more) return
  }
}

/** Resolves to true when the server closed and there may be more to send. */
function connection(
  port: number,
  next: () => Buffer | undefined,
  end: number,
  times: number[],
  statuses: Map<number, number>,
): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true })
    let waiting: Buffer = Buffer.alloc(0)
    let sent = 0
    const send = () => {
      const request = performance.now() < end ? next() : undefined
      if (request === undefined) {
        socket.end()
        resolve(false)
        return
      }
      sent = performance.now()
      socket.write(request)
    }
    socket.on('connect', send)
    socket.on('data', (chunk: Buffer) => {
      waiting = waiting.length === 0 ? chunk : Buffer.concat([waiting, chunk])
      const head = waiting.indexOf('\r\n\r\n')
      if (head < 0) return
      const text = waiting.toString('latin1', 0, head)
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0)
      if (waiting.length < head + 4 + length) return
      const status = Number(text.slice(9, 12))
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
      times.push(performance.now() - sent)
      waiting = waiting.subarray(head + 4 + length)
      if (!/^connection: close/im.test(text)) send()
    })
    socket.on('error', reject)
    socket.on('close', () => resolve(true))
  })
}
