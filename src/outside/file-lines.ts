import { closeSync, openSync, readSync } from 'node:fs'

const piece = 1 << 20
/** Characters; a longer line is not of a table that we know. */
const longest = 10_000

/** The lines of a file, without their ends, a megabyte at a time: files may be larger than memory. */
export function* linesOf(path: string): Generator<string> {
  const file = openSync(path, 'r')
  const bytes = Buffer.allocUnsafe(piece)
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for (;;) {
      const length = readSync(file, bytes, 0, piece, null)
      rest += decoder.decode(bytes.subarray(0, length), { stream: length > 0 })
      const lines = rest.split('\n')
      rest = lines.pop()!
      if (rest.length > longest) throw new Error('a line is longer than 10,000 characters')
      for (const line of lines) yield line.endsWith('\r') ? line.slice(0, -1) : line
      if (length === 0) break
    }
    if (rest !== '') yield rest
  } finally {
    closeSync(file)
  }
}
