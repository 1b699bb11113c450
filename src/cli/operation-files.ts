import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Where a service's operations stand, read off its source: no contract is loaded for it. */
export interface OperationFiles {
  readonly handled: ReadonlyMap<string, { readonly file: string; readonly line: number }>
  /** The reason that `service.ts` gives. */
  notYet(operation: string): string | undefined
}

const folder = fileURLToPath(new URL('../services/', import.meta.url))

/** False in the bundled package. */
export const sourceIsHere = existsSync(`${folder}index.ts`)

/** Undefined when there is no such service. */
export function operationFiles(service: string): OperationFiles | undefined {
  if (!/^[a-z0-9-]+$/.test(service) || !existsSync(`${folder}${service}/service.ts`))
    return undefined
  const handled = new Map<string, { file: string; line: number }>()
  for (const file of sources(`${folder}${service}`)) {
    const text = readFileSync(file, 'utf8')
    for (const match of text.matchAll(/^export const (\w+) = operation\(\s*'(\w+)'/gm))
      handled.set(match[2]!, {
        file: `src/services/${file.slice(folder.length)}`,
        line: text.slice(0, match.index).split('\n').length,
      })
  }
  const sorted = new Map([...handled].sort(([a], [b]) => (a < b ? -1 : 1)))
  const declared = readFileSync(`${folder}${service}/service.ts`, 'utf8')
  const section = declared.slice(declared.indexOf('notYet: {'))
  return {
    handled: sorted,
    notYet(operation) {
      const own = new RegExp(`${operation}:\\s*['"\`]([^'"\`]+)`).exec(section)
      return own?.[1] ?? /others:\s*['"`]([^'"`]+)/.exec(section)?.[1]
    },
  }
}

function sources(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /(?<!\.test)\.ts$/.test(entry.name))
    .map((entry) => `${entry.parentPath}/${entry.name}`)
}
