import { join } from 'node:path'
import { FunctionNotRun } from '../../kernel/functions.ts'

/** Where the parts of a function lie as its process sees them. */
export interface Places {
  /** The function's code. */
  readonly task: string
  /** Its layers. */
  readonly opt: string | undefined
  /** Its own scratch folder. */
  readonly scratch: string
  /** The bootstraps of this folder. */
  readonly runtime: string
}

/** Programs of this machine that run functions. */
export interface Interpreters {
  readonly node: string
  readonly python: string
}

interface Launch {
  readonly command: readonly [string, ...string[]]
  readonly variables: Readonly<Record<string, string>>
}

/**
 * How a process of a runtime is started: Node.js and Python by the programs that this machine has,
 * `provided` by the function's own `bootstrap`.
 * @param memory MB
 * @throws FunctionNotRun for runtimes that are not run here
 */
export function launchOf(
  runtime: string,
  places: Places,
  memory: number,
  { node, python }: Interpreters,
): Launch {
  const { task, opt, scratch } = places
  const inOpt = (...paths: string[]) => (opt === undefined ? [] : paths.map((p) => join(opt, p)))
  const common = {
    LAMBDA_TASK_ROOT: task,
    LAMBDA_RUNTIME_DIR: places.runtime,
    PATH: ['/usr/local/bin', '/usr/bin', '/bin', '/usr/sbin', '/sbin', ...inOpt('bin')].join(':'),
    LD_LIBRARY_PATH: [task, join(task, 'lib'), ...inOpt('lib')].join(':'),
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    HOME: scratch,
    TMPDIR: scratch,
  }
  if (/^nodejs\d/.test(runtime)) {
    const major = runtime.replace(/\..*/, '').replace('nodejs', 'node')
    const heap = Math.max(64, Math.floor(memory * 0.9))
    return {
      command: [node, `--max-old-space-size=${heap}`, join(places.runtime, 'node.mjs')],
      variables: {
        ...common,
        AWS_EXECUTION_ENV: `AWS_Lambda_${runtime}`,
        NODE_PATH: inOpt(`nodejs/${major}/node_modules`, 'nodejs/node_modules').join(':'),
      },
    }
  }
  if (/^python3\./.test(runtime))
    return {
      command: [python, '-u', join(places.runtime, 'python.py')],
      variables: {
        ...common,
        AWS_EXECUTION_ENV: `AWS_Lambda_${runtime}`,
        PYTHONDONTWRITEBYTECODE: '1',
        PYTHONPATH: inOpt('python', `python/lib/${runtime}/site-packages`).join(':'),
      },
    }
  if (/^provided/.test(runtime)) return { command: [join(task, 'bootstrap')], variables: common }
  throw new FunctionNotRun('code', `functions of the runtime ${runtime} cannot be run here`)
}
