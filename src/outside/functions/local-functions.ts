import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type ExecutionEnvironment,
  FunctionNotRun,
  type FunctionOutcome,
  type FunctionRun,
  type Functions,
  type StartingProcess,
} from '../../kernel/functions.ts'
import { systemRandom } from '../../kernel/random.ts'
import { CodeCache } from './code-cache.ts'
import { stampOf } from './folder-stamp.ts'
import { FunctionProcess } from './function-process.ts'
import { ownFiles } from './inherited-files.ts'
import { Confinement, type Isolation } from './isolation.ts'
import { RuntimeApi } from './runtime-api.ts'
import { launchOf } from './runtimes.ts'
import { BadArchive, readZip } from './zip.ts'

/** Milliseconds that a process without work is kept. */
const idlePatience = 5 * 60_000

export interface FunctionSettings {
  readonly isolation: Isolation
  /** Folders of this machine and URLs may stand in for uploaded code. */
  readonly local: boolean
  /** Where unpacked code is kept. */
  readonly folder: string
}

interface Pool {
  readonly processes: Set<FunctionProcess>
  /** No process of it takes anything more. */
  retired: boolean
}

/**
 * Runs functions in processes of this machine, which speak the Lambda Runtime API. A process works on
 * one invocation at a time and is kept for a while for the next; all end when Sallyport does.
 */
export class LocalFunctions implements Functions {
  readonly local: boolean
  readonly #confinement: Confinement
  readonly #cache: CodeCache
  readonly #api = new RuntimeApi()
  readonly #pools = new Map<string, Pool>()
  readonly #running = new Map<string, number>()
  readonly #kept = new Set<Promise<unknown>>()
  readonly #most = Math.max(32, 16 * availableParallelism())
  #inAll = 0
  #stopping = false
  /** Where functions reach Sallyport; known when it listens. */
  endpoint: string | undefined

  constructor({ isolation, local, folder }: FunctionSettings) {
    this.local = local
    this.#confinement = new Confinement(isolation)
    this.#cache = new CodeCache(folder)
  }

  measure(archive: Uint8Array): number {
    try {
      return readZip(archive).reduce((sum, { size }) => sum + size, 0)
    } catch (error) {
      if (error instanceof BadArchive) throw new FunctionNotRun('code', error.message)
      throw error
    }
  }

  async run(run: FunctionRun): Promise<FunctionOutcome> {
    const { key, most } = run.concurrency
    if (this.#stopping) throw new FunctionNotRun('stopping', 'Sallyport is about to end')
    this.#confinement.check()
    const mine = this.#running.get(key) ?? 0
    if (most !== undefined && mine >= most)
      throw new FunctionNotRun('reserved', `${most} invocations of the function are under way`)
    if (this.#inAll >= this.#most)
      throw new FunctionNotRun('busy', `${this.#most} invocations are under way on this machine`)
    this.#running.set(key, mine + 1)
    this.#inAll++
    try {
      const worker = await this.#processFor(run.environment)
      const outcome = await worker.run(run)
      if (this.#stopping) throw new FunctionNotRun('stopping', 'Sallyport is about to end')
      return outcome
    } finally {
      this.#inAll--
      const left = this.#running.get(key)! - 1
      if (left === 0) this.#running.delete(key)
      else this.#running.set(key, left)
    }
  }

  retire(key: string): void {
    for (const [name, pool] of this.#pools)
      if (name === key || name.startsWith(`${key}\0`)) this.#retire(name, pool)
  }

  keep(work: Promise<unknown>): void {
    const kept = work.catch(() => undefined).finally(() => this.#kept.delete(kept))
    this.#kept.add(kept)
  }

  /** Ends every process, and resolves when nothing that was kept is under way. */
  async stop(): Promise<void> {
    this.#stopping = true
    for (const pool of this.#pools.values()) for (const one of pool.processes) one.kill()
    await Promise.all(this.#kept)
    this.#api.close()
  }

  async #processFor(environment: ExecutionEnvironment): Promise<FunctionProcess> {
    const { code } = environment
    // A folder is used as it is now: after a change, processes begin anew.
    const stamp = 'folder' in code ? `\0${stampOf(code.folder)}` : ''
    const key = environment.key + stamp
    let pool = this.#pools.get(key)
    if (pool === undefined) {
      if (stamp !== '') this.retire(environment.key)
      pool = { processes: new Set(), retired: false }
      this.#pools.set(key, pool)
    }
    for (const one of pool.processes) {
      if (!one.idle) continue
      if (one.endsAt <= Date.now()) {
        one.kill()
        continue
      }
      one.taken = true
      return one
    }
    return this.#start(environment, pool, key)
  }

  #retire(name: string, pool: Pool): void {
    pool.retired = true
    this.#pools.delete(name)
    for (const one of pool.processes) if (one.idle) one.kill()
  }

  async #start(
    environment: ExecutionEnvironment,
    pool: Pool,
    key: string,
  ): Promise<FunctionProcess> {
    const { code, layers, memory, runtime } = environment
    const task = 'folder' in code ? code.folder : await this.#cache.folderOf(code)
    if (!existsSync(task)) throw new FunctionNotRun('code', `there is no folder ${task}`)
    const opt = await this.#cache.mergedFolderOf(layers)
    const identity: StartingProcess = {
      id: Buffer.from(systemRandom.bytes(16)).toString('hex'),
      startedAt: Date.now(),
    }
    const base = mkdtempSync(join(tmpdir(), 'sallyport-function-'))
    const token = Buffer.from(systemRandom.bytes(24)).toString('base64url')
    const end = () => {
      this.#api.dismiss(token)
      pool.processes.delete(worker)
      if (pool.processes.size === 0 && this.#pools.get(key) === pool) this.#pools.delete(key)
      rmSync(base, { recursive: true, force: true })
    }
    const own = await environment.variables(identity)
    const confined = this.#confinement.around({ task, opt, base })
    const launch = launchOf(runtime, confined.places, memory, confined.interpreters)
    const [command, ...args] = confined.wrap(launch.command)
    let side: FunctionProcess | undefined
    const address = await this.#api.admit(token, {
      next: (answer) => side?.next(answer),
      answered: (...told) => side?.answered(...told) ?? false,
      initFailed: (body) => side?.initFailed(body),
    })
    if (this.#stopping) throw new FunctionNotRun('stopping', 'Sallyport is about to end')
    const child = spawn(command!, args, {
      cwd: confined.cwd,
      env: {
        ...launch.variables,
        ...(this.endpoint !== undefined && { AWS_ENDPOINT_URL: this.endpoint }),
        ...own,
        _HANDLER: environment.handler,
        AWS_LAMBDA_RUNTIME_API: address,
      },
      // A group of its own, so that all that it starts can be ended with it.
      detached: true,
      stdio: ownFiles(),
    })
    const endsAt = identity.startedAt + environment.lifetime
    const worker = new FunctionProcess(child, identity, endsAt, end)
    side = worker
    pool.processes.add(worker)
    this.#endWhenIdle(worker, pool)
    return worker
  }

  #endWhenIdle(worker: FunctionProcess, pool: Pool): void {
    let idleSince = Date.now()
    const look = setInterval(() => {
      if (worker.ended) return clearInterval(look)
      if (!worker.idle) idleSince = Date.now()
      else if (pool.retired || Date.now() - idleSince > idlePatience) worker.kill()
    }, 1_000).unref()
  }
}
