import { ConfigError } from '../config.ts'
import { type Command, Complaint, Misunderstanding, type Terminal } from './command.ts'

/** Loaded one by one, so that a command costs only itself. */
const commands: Readonly<Record<string, () => Promise<{ readonly command: Command }>>> = {
  start: () => import('./start.ts'),
  env: () => import('./env.ts'),
  why: () => import('./why.ts'),
  'xks-credential': () => import('./xks-credential.ts'),
  where: () => import('./where.ts'),
  doctor: () => import('./doctor.ts'),
  clock: () => import('./clock.ts'),
  inbox: () => import('./inbox.ts'),
  backup: () => import('./backup.ts'),
  restore: () => import('./restore.ts'),
  export: () => import('./export.ts'),
  erase: () => import('./erase.ts'),
  seal: () => import('./seal.ts'),
  unseal: () => import('./unseal.ts'),
  'rotate-root': () => import('./rotate-root.ts'),
  'rotate-keyring': () => import('./rotate-keyring.ts'),
}

const process_: Terminal = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  interactive: process.stdout.isTTY === true,
}

/** Runs a command line; returns the exit code: 0 done, 1 it failed, 2 it was not understood. */
export async function run(args: readonly string[], terminal: Terminal = process_): Promise<number> {
  const [name, ...rest] = args
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    terminal.out(await overview())
    return name === undefined ? 2 : 0
  }
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (load === undefined) {
    terminal.err(`sallyport: there is no command "${name}"\n\n${await overview()}`)
    return 2
  }
  const { command } = await load()
  if (rest.includes('--help') || rest.includes('-h')) {
    terminal.out(command.help)
    return 0
  }
  try {
    return await command.run(rest, terminal)
  } catch (error) {
    if (error instanceof ConfigError) {
      terminal.err(`sallyport ${name}: ${error.message}\n  next: see sallyport ${name} --help\n`)
      return 2
    }
    if (error instanceof Complaint) {
      const misunderstood = error instanceof Misunderstanding
      const step = error.next ?? (misunderstood ? `see sallyport ${name} --help` : undefined)
      const next = step === undefined ? '' : `  next: ${step}\n`
      terminal.err(`sallyport ${name}: ${error.message}\n${next}`)
      return misunderstood ? 2 : 1
    }
    throw error
  }
}

async function overview(): Promise<string> {
  const all = await Promise.all(Object.values(commands).map(async (load) => (await load()).command))
  const lines = all.map(({ name, summary }) => `  ${name.padEnd(14)} ${summary}`)
  return `sallyport: AWS's identity and security layer as software that you run yourself\n\n${lines.join('\n')}\n\nEach command explains itself: sallyport <command> --help\n`
}
