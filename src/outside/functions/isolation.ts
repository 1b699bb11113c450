import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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

/** Folders of one process. */
export interface OwnPlaces {
  readonly task: string
  readonly opt: string | undefined
  /** A folder that goes away with the process. */
  readonly base: string
}

export interface Confined {
  /** Where things are for the process. */
  readonly places: Places
  readonly interpreters: Interpreters
  readonly cwd: string
  wrap(command: readonly [string, ...string[]]): readonly string[]
}

/** What stands between a function and the machine that it runs on. */
export class Confinement {
  readonly #isolation: Isolation
  #trial: { readonly failure: string | undefined } | undefined

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
    if (this.#isolation === 'process') return
    this.#trial ??= { failure: tryOut() }
    if (this.#trial.failure !== undefined)
      throw new FunctionNotRun(
        'off',
        `Functions are run in sandboxes, which this machine does not allow (${this.#trial.failure}): start Sallyport with --functions process if you trust their code.`,
      )
  }

  around({ task, opt, base }: OwnPlaces): Confined {
    const interpreters = { node: process.execPath, python: pythonOf().program }
    const scratch = join(base, 'tmp')
    mkdirSync(scratch, { recursive: true, mode: 0o700 })
    if (this.#isolation !== 'sandbox')
      return {
        places: { task, opt, scratch, runtime: bootstraps },
        interpreters,
        cwd: task,
        wrap: (command) => [...dyingWithParent(), ...command],
      }
    return {
      places: {
        task: '/var/task',
        opt: opt && '/opt',
        scratch: '/tmp',
        runtime: '/var/runtime',
      },
      interpreters: { ...interpreters, node: '/var/lang/bin/node' },
      cwd: base,
      wrap: (command) => [
        ...dyingWithParent(),
        ...sandboxed({ task, opt, base }, pythonOf().folders, command),
      ],
    }
  }
}

function sandboxed(
  { task, opt, base }: OwnPlaces,
  pythonFolders: readonly string[],
  command: readonly string[],
): readonly string[] {
  const root = join(base, 'root')
  mkdirSync(root, { recursive: true })
  return [
    ...['unshare', '--user', '--map-root-user', '--mount', '--pid', '--ipc', '--uts'],
    ...['--fork', '--kill-child', 'sh', join(bootstraps, 'sandbox.sh')],
    ...[root, task, opt ?? '', join(base, 'tmp'), bootstraps, process.execPath],
    ...[pythonFolders.join(':'), '--', ...command],
  ]
}

/** What stands against sandboxes on this machine; undefined when they work. */
function tryOut(): string | undefined {
  if (process.platform !== 'linux') return 'they need Linux'
  const base = mkdtempSync(join(tmpdir(), 'sallyport-sandbox-'))
  try {
    mkdirSync(join(base, 'tmp'))
    const [command = '', ...args] = sandboxed(
      { task: bootstraps, opt: undefined, base },
      [],
      ['/bin/true'],
    )
    execFileSync(command, args, { stdio: 'pipe', timeout: 10_000, env: { PATH: searchPath } })
    return undefined
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: Buffer }
    return (stderr?.toString().trim().split('\n').at(-1) || message).slice(0, 200)
  } finally {
    rmSync(base, { recursive: true, force: true })
  }
}

/** Where the programs of a sandbox's beginning are. */
const searchPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** Ends a process when Sallyport ends, however that may be. */
const dyingWithParent = (): readonly string[] =>
  process.platform === 'linux' && existsSync('/usr/bin/setpriv')
    ? ['/usr/bin/setpriv', '--pdeathsig', 'KILL', '--']
    : []

interface Python {
  readonly program: string
  /** Everything that it needs of the machine beside /usr. */
  readonly folders: readonly string[]
}

let python: Python | undefined

/** The machine's Python, not a wrapper that chooses one. */
function pythonOf(): Python {
  python ??= (() => {
    try {
      const args = [
        '-c',
        'import sys; print(sys.executable, sys.prefix, sys.base_prefix, sep="\\n")',
      ]
      const options = { encoding: 'utf8', timeout: 10_000 } as const
      const [program = 'python3', ...prefixes] = execFileSync('python3', args, options)
        .trim()
        .split('\n')
      const folders = [...new Set(prefixes)].filter((folder) => folder !== '/' && folder !== '/usr')
      return { program, folders }
    } catch {
      return { program: 'python3', folders: [] }
    }
  })()
  return python
}
