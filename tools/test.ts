/**
 * Runs the tests of `npm test` in two processes, one a core: the units beside the code, and the stories
 * in `test/`. Within a process all files share one loop, because starting a process costs more than most
 * files take.
 */
import { spawn } from 'node:child_process'

const suites = {
  units: ['src/**/*.test.ts', 'test/{parity,vectors}/**/*.test.ts'],
  stories: ['test/*.test.ts', 'test/journeys/**/*.test.ts'],
}

interface Ended {
  readonly name: string
  readonly code: number
  readonly out: string
}

function run(name: string, files: readonly string[]): Promise<Ended> {
  const args = ['--test', '--test-isolation=none', '--test-reporter=dot', ...files]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let out = ''
  child.stdout.on('data', (chunk) => {
    out += chunk
  })
  child.stderr.on('data', (chunk) => {
    out += chunk
  })
  return new Promise((resolve) => {
    child.on('exit', (code, signal) => {
      const ended = signal === null ? '' : `ended by ${signal}\n`
      resolve({ name, code: code ?? 1, out: out + ended })
    })
  })
}

const started = performance.now()
// A suite tells its story when it has ended: two at once could not be read.
const ended = await Promise.all(
  Object.entries(suites).map(async ([name, files]) => {
    const result = await run(name, files)
    const seconds = ((performance.now() - started) / 1_000).toFixed(0)
    console.log(
      `${name}: ${result.code === 0 ? 'passed' : 'FAILED'} after ${seconds} s\n${result.out}`,
    )
    return result
  }),
)
if (ended.some(({ code }) => code !== 0)) process.exitCode = 1
