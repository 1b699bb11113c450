import cluster, { type Worker } from 'node:cluster'
import type { Terminal } from './command.ts'

/** True in a process that shares its port with others: it tells its parent what a person would read. */
export const isWorker = (): boolean => cluster.isWorker

/** Tells the parent process that this worker answers. */
export const tellReady = (urls: readonly string[]): void => void process.send?.({ ready: urls })

/** Lets go of the parent, whose channel would keep a finished worker alive. */
export const leave = (): void => {
  if (cluster.isWorker) process.disconnect()
}

/**
 * Runs `sallyport start` in several processes that share its ports, one database behind them. A
 * worker that dies is replaced; SIGTERM drains them all.
 */
export async function runWorkers(count: number, terminal: Terminal): Promise<number> {
  cluster.setupPrimary({ exec: process.argv[1]!, args: process.argv.slice(2) })
  let stopping = false
  const ended = new Map<Worker, Promise<void>>()
  const start = (): Promise<readonly string[]> => {
    const worker = cluster.fork()
    ended.set(worker, new Promise((resolve) => worker.once('exit', () => resolve())))
    return new Promise((resolve, reject) => {
      worker.on('message', (message: { ready?: readonly string[] }) => {
        if (message.ready !== undefined) resolve(message.ready)
      })
      worker.once('exit', (code) => {
        ended.delete(worker)
        reject(new Error(`a worker ended with ${code}`))
      })
    })
  }
  cluster.on('exit', (worker, code, signal) => {
    if (stopping || !wasReady) return
    terminal.err(`worker ${worker.process.pid} ended (${signal ?? code}); another one starts\n`)
    start().catch(() => undefined)
  })
  let wasReady = false
  // One after the other: the first makes what a new database needs.
  let urls: readonly string[] = []
  for (let i = 0; i < count; i++) urls = await start()
  wasReady = true
  terminal.out(`sallyport ready ${urls[0]}\n`)
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve())
  })
  stopping = true
  const waiting = [...ended.values()]
  for (const worker of ended.keys()) worker.process.kill('SIGTERM')
  await Promise.all(waiting)
  return 0
}
