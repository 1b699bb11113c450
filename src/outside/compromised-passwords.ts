import { statSync } from 'node:fs'
import type { CompromisedPasswords } from '../kernel/ports.ts'
import { BloomFilter, sha1 } from './bloom-filter.ts'
import { isCommon } from './common-passwords.ts'
import { linesOf } from './file-lines.ts'

/** `5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8:52256179`, as Pwned Passwords has its lines. */
const hashed = /^([0-9a-f]{40})(?::\d+)?$/i

/** Lines that say how long a line is; the file is not read twice to count them. */
const sample = 10_000

function entriesIn(path: string): number {
  let lines = 0
  let characters = 0
  for (const line of linesOf(path)) {
    lines++
    characters += line.length + 1
    if (lines === sample) return Math.ceil((statSync(path).size / (characters / lines)) * 1.1)
  }
  return lines
}

/**
 * The passwords that everybody knows, and those of a file: one a line, as it is or as its SHA-1 in
 * hexadecimal. What is kept takes 2.4 bytes for each.
 * @throws Error when the file cannot be read
 */
export function readCompromised(path: string | undefined): CompromisedPasswords {
  if (path === undefined) return { has: isCommon }
  const filter = new BloomFilter(entriesIn(path))
  for (const line of linesOf(path)) {
    const hash = hashed.exec(line)?.[1]
    if (line !== '') filter.add(hash === undefined ? sha1(line) : Buffer.from(hash, 'hex'))
  }
  return { has: (password) => isCommon(password) || filter.has(sha1(password)) }
}
