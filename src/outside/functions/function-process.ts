import type { ChildProcess } from 'node:child_process'
import type { ServerResponse } from 'node:http'
import type {
  FunctionLine,
  FunctionOutcome,
  FunctionRun,
  StartingProcess,
} from '../../kernel/functions.ts'
import { memoryOf } from './process-memory.ts'
import type { RuntimeSide } from './runtime-api.ts'

/** Milliseconds that a process may take to ask for its first event. */
const initPatience = 10_000
/** How often the memory of a process at work is looked at, in milliseconds. */
const memoryEvery = 100
/** Bytes of one line, and lines of one invocation that are kept. */
const longestLine = 262_144
const mostLines = 10_000

interface Work {
  readonly run: FunctionRun
  readonly begun: PromiseWithResolvers<void>
  readonly done: PromiseWithResolvers<Ending>
  startedAt: number
  startedTick: number
  delivered: boolean
  /** The bootstrap has told that everything which the handler wrote has been sent. */
  written: PromiseWithResolvers<void>
}

interface Ending {
  readonly payload: Buffer
  readonly failed: boolean
  readonly ended?: string
}

/** One process of a function: it works on one invocation at a time. */
export class FunctionProcess implements RuntimeSide {
  readonly identity: StartingProcess
  readonly endsAt: number
  readonly #child: ChildProcess
  readonly #startedTick = performance.now()
  readonly #onEnd: () => void
  #lines: FunctionLine[] = []
  #waiting: ServerResponse | undefined
  #work: Work | undefined
  #initDuration: number | undefined
  #initTold = false
  #memory = 0
  /** Why it ended, where it was not by itself. */
  #killedFor: 'timeout' | 'memory' | undefined
  #initError: Buffer | undefined
  ended = false
  /** Somebody has chosen it for an invocation. */
  taken = true

  /**
   * @param endsAt milliseconds since 1970 after which it takes nothing more
   * @param onEnd told once, when the process is gone
   */
  constructor(child: ChildProcess, identity: StartingProcess, endsAt: number, onEnd: () => void) {
    this.#child = child
    this.identity = identity
    this.endsAt = endsAt
    this.#onEnd = onEnd
    for (const stream of [child.stdout, child.stderr]) onLines(stream, (text) => this.#say(text))
    onLines(child.stdio[3] as NodeJS.ReadableStream, (text) => this.#frame(text))
    child.once('error', () => this.#gone(undefined, undefined))
    child.once('exit', (code, signal) => {
      // What it wrote last is still in the pipes.
      setImmediate(() => setImmediate(() => this.#gone(code ?? undefined, signal ?? undefined)))
    })
  }

  get idle(): boolean {
    return !this.ended && !this.taken
  }

  /** Kills it with all that it has started. */
  kill(): void {
    const { pid } = this.#child
    if (pid === undefined || this.ended) return
    try {
      process.kill(-pid, 'SIGKILL')
    } catch {
      this.#child.kill('SIGKILL')
    }
  }

  async run(run: FunctionRun): Promise<FunctionOutcome> {
    const work: Work = {
      run,
      begun: Promise.withResolvers(),
      done: Promise.withResolvers(),
      written: Promise.withResolvers(),
      startedAt: Date.now(),
      startedTick: performance.now(),
      delivered: false,
    }
    this.#work = work
    const first = !this.#initTold
    const initTimer = setTimeout(() => this.#kill('timeout'), initPatience + run.timeout)
    const watch = setInterval(() => this.#lookAtMemory(run.environment.memory), memoryEvery)
    let timer: NodeJS.Timeout | undefined
    try {
      if (this.ended) this.#endWork('Runtime exited without providing a reason')
      this.#deliver()
      await Promise.race([work.begun.promise, work.done.promise])
      clearTimeout(initTimer)
      timer = setTimeout(() => this.#kill('timeout'), run.timeout)
      const ending = await work.done.promise
      const duration = performance.now() - work.startedTick
      this.#lookAtMemory(Number.POSITIVE_INFINITY)
      const lines = this.#lines
      this.#lines = []
      const told = first && this.#initDuration !== undefined
      if (told) this.#initTold = true
      return {
        ...ending,
        process: this.identity,
        lines,
        startedAt: work.startedAt,
        duration: ending.ended === 'timeout' ? run.timeout : duration,
        initDuration: told ? this.#initDuration : undefined,
        memoryUsed: Math.min(this.#memory, run.environment.memory),
      }
    } finally {
      clearTimeout(initTimer)
      clearTimeout(timer)
      clearInterval(watch)
      this.#work = undefined
      this.taken = false
    }
  }

  next(answer: ServerResponse): void {
    this.#initDuration ??= performance.now() - this.#startedTick
    // What it has written before is in its pipes, and was said before it got anything to do.
    setImmediate(() => {
      if (this.ended) return answer.destroy()
      this.#waiting = answer
      this.#deliver()
    })
  }

  answered(requestId: string, body: Buffer, failed: boolean): boolean {
    const work = this.#work
    if (work === undefined || !work.delivered || work.run.requestId !== requestId) return false
    // Lines travel beside the answer: those written before it belong to this invocation.
    void Promise.race([work.written.promise, pause(10)]).then(() =>
      work.done.resolve({ payload: body, failed }),
    )
    return true
  }

  initFailed(body: Buffer): void {
    this.#initError = body
  }

  #deliver(): void {
    const [work, answer] = [this.#work, this.#waiting]
    if (work === undefined || answer === undefined || work.delivered) return
    const { requestId, functionArn, clientContext, timeout, payload } = work.run
    this.#waiting = undefined
    work.delivered = true
    // By the times of its lines one tells what it wrote before it had anything to do.
    work.startedAt = Math.max(Date.now(), (this.#lines.at(-1)?.at ?? 0) + 1)
    work.startedTick = performance.now()
    answer.writeHead(200, {
      'content-type': 'application/json',
      'lambda-runtime-aws-request-id': requestId,
      'lambda-runtime-deadline-ms': String(work.startedAt + timeout),
      'lambda-runtime-invoked-function-arn': functionArn,
      'lambda-runtime-trace-id': traceId(work.startedAt, this.identity.id),
      ...(clientContext !== undefined && { 'lambda-runtime-client-context': clientContext }),
    })
    answer.end(payload)
    work.begun.resolve()
  }

  #say(text: string, at = Date.now()): void {
    if (this.#lines.length < mostLines) this.#lines.push({ at, text: text.slice(0, longestLine) })
  }

  #frame(text: string): void {
    let frame: { m?: unknown; end?: unknown }
    try {
      frame = JSON.parse(text)
    } catch {
      this.#say(text)
      return
    }
    if (typeof frame?.m === 'string') this.#say(frame.m)
    // Its own pipes have been read by then: they are looked at in turn.
    else if (frame?.end === this.#work?.run.requestId)
      setImmediate(() => this.#work?.written.resolve())
  }

  #lookAtMemory(most: number): void {
    const used = memoryOf(this.#child.pid)
    if (used === undefined) return
    this.#memory = Math.max(this.#memory, used)
    if (used > most) this.#kill('memory')
  }

  #kill(reason: 'timeout' | 'memory'): void {
    this.#killedFor ??= reason
    this.kill()
  }

  #gone(code: number | undefined, signal: NodeJS.Signals | undefined): void {
    if (this.ended) return
    this.ended = true
    this.#waiting?.destroy()
    this.#endWork(exitSentence(code, signal))
    this.#onEnd()
  }

  #endWork(exit: string): void {
    const work = this.#work
    if (work === undefined) return
    const { requestId, timeout } = work.run
    if (this.#initError !== undefined && this.#killedFor === undefined && !work.delivered) {
      const payload = this.#initError
      work.done.resolve({ payload, failed: true, ended: typeOf(payload) })
      return
    }
    const [errorType, what] =
      this.#killedFor === 'timeout'
        ? ['Sandbox.Timedout', `Task timed out after ${(timeout / 1_000).toFixed(2)} seconds`]
        : this.#killedFor === 'memory'
          ? ['Runtime.OutOfMemory', 'Runtime exited with error: signal: killed']
          : ['Runtime.ExitError', exit]
    const text = { errorType, errorMessage: `RequestId: ${requestId} Error: ${what}` }
    const payload = Buffer.from(JSON.stringify(text))
    const ended = this.#killedFor === 'timeout' ? 'timeout' : errorType!
    work.done.resolve({ payload, failed: true, ended })
  }
}

function exitSentence(code: number | undefined, signal: NodeJS.Signals | undefined): string {
  if (signal !== undefined) return `Runtime exited with error: signal: ${spoken[signal] ?? signal}`
  if (code === undefined) return 'Runtime exited with error: the process could not be started'
  if (code === 0) return 'Runtime exited without providing a reason'
  return `Runtime exited with error: exit status ${code}`
}

const spoken: Readonly<Record<string, string>> = {
  SIGKILL: 'killed',
  SIGTERM: 'terminated',
  SIGSEGV: 'segmentation fault',
  SIGABRT: 'aborted',
  SIGILL: 'illegal instruction',
}

const pause = (milliseconds: number) =>
  new Promise<void>((resolve) => setTimeout(resolve, milliseconds))

function typeOf(payload: Buffer): string {
  try {
    const { errorType } = JSON.parse(payload.toString())
    return typeof errorType === 'string' ? errorType : 'Runtime.Unknown'
  } catch {
    return 'Runtime.Unknown'
  }
}

const traceId = (at: number, id: string) =>
  `Root=1-${Math.floor(at / 1_000).toString(16)}-${id.slice(0, 24)};Parent=${id.slice(16)};Sampled=0`

/** Calls back with each line; an overlong one is cut into several. */
function onLines(stream: NodeJS.ReadableStream | null | undefined, tell: (line: string) => void) {
  let rest = ''
  stream?.setEncoding('utf8')
  stream?.on('data', (text: string) => {
    const [first = '', ...more] = text.split('\n')
    rest += first
    for (const line of more) {
      tell(rest)
      rest = line
    }
    if (rest.length > 4 * longestLine) {
      tell(rest)
      rest = ''
    }
  })
  stream?.on('error', () => undefined)
  stream?.on('end', () => {
    if (rest !== '') tell(rest)
  })
}
