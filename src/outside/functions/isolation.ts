import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { FunctionNotRun } from '../../kernel/functions.ts'
import type { Interpreters, Places } from './runtimes.ts'

/**
 * - `sandbox`: a file system of its own, without Sallyport's data and other processes (Linux)
 * - `process`: a process of the same user, without Sallyport's environment and memory
 * - `off`: nothing is run
 */
export type Isolation = 'sandbox' | 'process' | 'off'

/** Beside this file; in a release beside the bundle or above its chunks. */
const bootstraps = ['./bootstraps', '../bootstraps']
  .map((path) => fileURLToPath(new URL(path, import.meta.url)))
  .find((path) => existsSync(path))!

interface Confined {
  readonly places: Places
  readonly interpreters: Interpreters
  readonly cwd: string
  wrap(command: readonly [string, ...string[]]): readonly string[]
}

/** What stands between a function and the machine that it runs on. */
export class Confinement {
  readonly #isolation: Isolation

  constructor(isolation: Isolation) {
    this.#isolation = isolation
  }

  /** @throws FunctionNotRun when functions are not run */
  check(): void {
    if (this.#isolation === 'off')
      throw new FunctionNotRun(
        'off',
        'Functions are not run by this installation: start it with --functions sandbox, or with --functions process if you trust their code.',
      )
  }

  around(places: Omit<Places, 'runtime'>): Confined {
    const interpreters = { node: process.execPath, python: pythonOf() }
    return {
      places: { ...places, runtime: bootstraps },
      interpreters,
      cwd: places.task,
      wrap: (command) => [...dyingWithParent(), ...command],
    }
  }
}

/** Ends a process when Sallyport ends, however that may be. */
const dyingWithParent = (): readonly string[] =>
  process.platform === 'linux' && existsSync('/usr/bin/setpriv')
    ? ['/usr/bin/setpriv', '--pdeathsig', 'KILL', '--']
    : []

let python: string | undefined

/** The machine's Python, not a wrapper that chooses one. */
function pythonOf(): string {
  python ??= (() => {
    try {
      const args = ['-c', 'import sys; print(sys.executable)']
      return execFileSync('python3', args, { encoding: 'utf8', timeout: 10_000 }).trim()
    } catch {
      return 'python3'
    }
  })()
  return python
}
