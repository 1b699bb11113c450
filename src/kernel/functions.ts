/** The port through which code of customers runs, in processes of its own. */

/** A zip archive of code; whoever needs it unpacked asks for its bytes. */
export interface CodeArchive {
  /** Hex SHA-256 of the archive. */
  readonly digest: string
  load(): Promise<Uint8Array>
}

/** A process as it is about to start. */
export interface StartingProcess {
  /** 32 hexadecimal digits of its own. */
  readonly id: string
  /** Milliseconds since 1970. */
  readonly startedAt: number
}

/** Everything that a process of a function is made of. */
export interface ExecutionEnvironment {
  /** Invocations with the same key may share a process, one after the other. */
  readonly key: string
  /** `nodejs22.x`, `python3.12`, `provided.al2023`. */
  readonly runtime: string
  readonly handler: string
  /** MB that its processes may use together. */
  readonly memory: number
  /** An archive, or a folder of this machine that is used as it is at the start of a process. */
  readonly code: CodeArchive | { readonly folder: string }
  /** What lies under /opt; later ones win. */
  readonly layers: readonly CodeArchive[]
  /** Variables of a new process, beside those that the runtime needs; asked for when one starts. */
  variables(process: StartingProcess): Promise<Readonly<Record<string, string>>>
  /** Milliseconds after which a process takes no further invocation: its credentials end. */
  readonly lifetime: number
}

export interface FunctionRun {
  readonly environment: ExecutionEnvironment
  readonly requestId: string
  /** As it was invoked, with its qualifier. */
  readonly functionArn: string
  /** JSON. */
  readonly payload: Uint8Array
  /** Milliseconds for the invocation, the start of a process not counted. */
  readonly timeout: number
  /** JSON, for the function's context. */
  readonly clientContext?: string | undefined
  /** Runs with the same key are counted together, on this node. */
  readonly concurrency: { readonly key: string; readonly most?: number | undefined }
}

/** A line that a function wrote. */
export interface FunctionLine {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly text: string
}

export interface FunctionOutcome {
  /** What the function answered; JSON of an error when it failed. */
  readonly payload: Uint8Array
  readonly failed: boolean
  /** `timeout`, or an error's type, when the process has ended before its answer. */
  readonly ended?: 'timeout' | string | undefined
  /** The process that worked. */
  readonly process: StartingProcess
  readonly lines: readonly FunctionLine[]
  /** Milliseconds since 1970. */
  readonly startedAt: number
  /** Milliseconds. */
  readonly duration: number
  /** Milliseconds of the process's start, when this was its first invocation. */
  readonly initDuration?: number | undefined
  /** MB. */
  readonly memoryUsed: number
}

/**
 * Why nothing was run:
 * - `off`: functions are not run here, or not in the way that was asked for
 * - `busy`: the machine runs as many as it may
 * - `reserved`: this function runs as many as it may
 * - `stopping`: Sallyport ends
 * - `code`: the archive, folder or runtime cannot be used
 */
export type FunctionTrouble = 'off' | 'busy' | 'reserved' | 'stopping' | 'code'

/** A function was not run; the message says why. */
export class FunctionNotRun extends Error {
  override readonly name = 'FunctionNotRun'
  readonly trouble: FunctionTrouble

  constructor(trouble: FunctionTrouble, message: string) {
    super(message)
    this.trouble = trouble
  }
}

/** Runs functions. */
export interface Functions {
  /** Folders of this machine and URLs may stand in for uploaded code. */
  readonly local: boolean
  /** @throws FunctionNotRun */
  run(run: FunctionRun): Promise<FunctionOutcome>
  /**
   * Reads an archive's directory.
   * @returns bytes of all files when they are unpacked
   * @throws FunctionNotRun `code` when it is no archive, or one that may not be unpacked
   */
  measure(archive: Uint8Array): number
  /** Lets the processes of an environment end; those that work end after it. */
  retire(key: string): void
  /** Work that nobody waits for, but which ends before the store closes. */
  keep(work: Promise<unknown>): void
}
