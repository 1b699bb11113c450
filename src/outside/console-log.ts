import type { Log } from '../kernel/ports.ts'

type Level = keyof Log
type Write = (line: string) => void

const colours: Readonly<Record<Level, string>> = {
  debug: '\x1b[90m',
  info: '\x1b[36m',
  warn: '\x1b[33m',
  error: '\x1b[31m',
}

/** One line an event on standard error: JSON for machines, colours for people. */
export function consoleLog(
  form: 'pretty' | 'json',
  write: Write = (line) => process.stderr.write(line),
): Log {
  const at =
    (level: Level) =>
    (message: string, fields: Record<string, unknown> = {}) => {
      if (form === 'json') {
        const time = new Date().toISOString()
        write(`${JSON.stringify({ time, level, message, ...fields })}\n`)
        return
      }
      const more = Object.entries(fields).map(([name, value]) => ` ${name}=${shown(value)}`)
      write(`${colours[level]}${level.padEnd(5)}\x1b[0m ${message}${more.join('')}\n`)
    }
  return { debug: () => undefined, info: at('info'), warn: at('warn'), error: at('error') }
}

const shown = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(value)
