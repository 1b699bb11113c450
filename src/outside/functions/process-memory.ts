import { readFileSync } from 'node:fs'

/**
 * MB that a process and all that it has started hold in memory; undefined where /proc does not tell.
 */
export function memoryOf(pid: number | undefined): number | undefined {
  if (pid === undefined) return undefined
  let pages = 0
  const pending = [pid]
  // Processes come and go while this reads: what is gone holds nothing.
  for (let seen = 0; pending.length > 0 && seen < 1_000; seen++) {
    const one = pending.pop()!
    const statm = read(`/proc/${one}/statm`)
    if (statm === undefined) continue
    pages += Number(statm.split(' ')[1] ?? 0)
    const children = read(`/proc/${one}/task/${one}/children`) ?? ''
    pending.push(...children.split(' ').filter(Boolean).map(Number))
  }
  return pages === 0 ? undefined : Math.ceil(pages / 256)
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
