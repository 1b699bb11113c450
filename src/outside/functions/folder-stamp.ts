import { type Dirent, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** How many files are looked at. */
const most = 2_000

/** A text that changes when a file in the folder does; dependencies (node_modules) are not looked at. */
export function stampOf(folder: string): string {
  const pending = [folder]
  let newest = 0
  let count = 0
  while (pending.length > 0 && count < most) {
    const at = pending.pop()!
    for (const entry of entriesOf(at)) {
      const path = join(at, entry.name)
      if (entry.isDirectory()) {
        if (entry.name !== 'node_modules' && !entry.name.startsWith('.')) pending.push(path)
        continue
      }
      count++
      newest = Math.max(newest, statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0)
    }
  }
  return `${newest}/${count}`
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    return []
  }
}
