import { openSync, readdirSync, readFileSync } from 'node:fs'

/** Files that whoever started Sallyport left open, and which every process that it starts would have. */
const inherited: readonly number[] = (() => {
  try {
    return readdirSync('/proc/self/fdinfo')
      .map(Number)
      .filter((file) => file > 3 && !closesOnExec(file))
  } catch {
    // Only Linux tells them.
    return []
  }
})()

function closesOnExec(file: number): boolean {
  try {
    const [, flags = '0'] = /^flags:\s+(\d+)$/m.exec(
      readFileSync(`/proc/self/fdinfo/${file}`, 'utf8'),
    )!
    return (Number.parseInt(flags, 8) & 0o2000000) !== 0
  } catch {
    return true
  }
}

let nothing: number | undefined

/**
 * The files of a function's process: no input, output and errors as pipes, and a pipe for its log. What
 * Sallyport itself was given stays with Sallyport.
 */
export function ownFiles(): ('ignore' | 'pipe' | number)[] {
  const files: ('ignore' | 'pipe' | number)[] = ['ignore', 'pipe', 'pipe', 'pipe']
  for (const file of inherited) {
    nothing ??= openSync('/dev/null', 'r')
    while (files.length < file) files.push('ignore')
    files[file] = nothing
  }
  return files
}
