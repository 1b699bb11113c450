/**
 * `npm test`; with `clients`, `npm run test:clients`; or the files that are named. A few processes take
 * one file after the other: starting a process costs more than most files take, and whoever is free takes
 * the next, so that all end together.
 */
import { fork } from 'node:child_process'
import { chmodSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const [asked, ...more] = process.argv.slice(2)
const isQuick = asked === undefined
const found = (...patterns: string[]): string[] => globSync(patterns, { cwd: root }).sort()
const usual = found(
  'src/**/*.test.ts',
  'test/{parity,vectors,journeys}/**/*.test.ts',
  'test/*.test.ts',
)
/** What tries more cases when there is time does so beside the clients. */
const atLength = usual.filter((file) => /\/runs\.ts'/.test(readFileSync(join(root, file), 'utf8')))
const files = isQuick
  ? usual
  : asked === 'clients'
    ? [...found('test/clients/**/*.test.ts', 'test/storage/*.test.ts'), ...atLength]
    : [asked, ...more]
/** What takes long begins first: at the end, all others would wait for it. */
const long = ['test/journeys/authorization-truth.test.ts', 'src/services/lambda/runtimes.test.ts']
const queue = [
  ...long.filter((file) => files.includes(file)),
  ...files.filter((file) => !long.includes(file)),
]
/** They wait now and then, for a process or a disk: one more than there are cores keeps these busy. */
const processes = isQuick ? availableParallelism() + 1 : 1

/** What tests leave in the system's folder of temporary files lies here, and goes with it. */
const folder = mkdtempSync(join(tmpdir(), 'sallyport-tests-'))
// PostgreSQL runs as a user of its own, who must find its folder within.
chmodSync(folder, 0o711)
process.on('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1))

interface Ended {
  readonly good: boolean
  readonly out: string
}

function run(): Promise<Ended> {
  const stream = isQuick ? 'pipe' : 'inherit'
  const child = fork(fileURLToPath(new URL('test-worker.ts', import.meta.url)), {
    cwd: root,
    env: {
      ...process.env,
      TMPDIR: folder,
      NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/sallyport-tests'),
      ...(!isQuick && { SALLYPORT_TESTS: 'at length' }),
    },
    execArgv: [`--test-reporter=${isQuick ? 'dot' : 'spec'}`],
    stdio: ['ignore', stream, stream, 'ipc'],
  })
  let file: string | undefined
  child.on('message', () => {
    file = queue.shift()
    child.send({ file })
  })
  let out = ''
  for (const text of [child.stdout, child.stderr])
    text?.on('data', (chunk) => {
      out += chunk
    })
  return new Promise((resolve) => {
    child.on('close', (code, signal) => {
      const broken = file === undefined ? '' : `ended by ${signal ?? `code ${code}`} in ${file}\n`
      resolve({ good: code === 0 && file === undefined, out: out + broken })
    })
  })
}

const started = performance.now()
const ended = await Promise.all(Array.from({ length: processes }, run))
// A process tells its story when all have ended: several at once could not be read.
for (const { good, out } of ended) if (!good) console.log(out)
const good = ended.every((one) => one.good)
const seconds = ((performance.now() - started) / 1_000).toFixed(0)
console.log(`${files.length} files ${good ? 'passed' : 'FAILED'} after ${seconds} s`)
if (!good) process.exitCode = 1
