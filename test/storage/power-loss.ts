import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What of the unsynced writes reached the disk. */
export type Survivors = 'none' | 'some'

interface Operation {
  readonly kind: string
  readonly file: number
  readonly offset: number
  readonly data: Buffer
}

const names = ['', 'sallyport.db', 'sallyport.db-wal']

/** Compiles the shim; undefined where there is no C compiler. */
export function compileShim(directory: string): string | undefined {
  const library = join(directory, 'unsynced-shim.so')
  const source = join(import.meta.dirname, 'unsynced-shim.c')
  try {
    execFileSync('gcc', ['-shared', '-fPIC', '-O1', '-o', library, source, '-ldl', '-lpthread'])
    return library
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw cause
  }
}

/** The database files before a run, to which the journal of the run is applied. */
export function readFiles(data: string): (Buffer | undefined)[] {
  return names.map((name) => {
    const path = join(data, name)
    return name && existsSync(path) ? readFileSync(path) : undefined
  })
}

/**
 * Replaces the database files by what a machine that lost power would have: everything that was
 * synced, and of the rest nothing or any part of it.
 * @returns how many writes were lost
 */
export function losePower(
  data: string,
  before: readonly (Buffer | undefined)[],
  journal: string,
  survivors: Survivors,
): number {
  const operations = parse(existsSync(journal) ? readFileSync(journal) : Buffer.alloc(0))
  let lost = 0
  for (const file of [1, 2]) {
    const own = operations.filter((operation) => operation.file === file)
    const lastSync = own.findLastIndex(({ kind }) => kind === 'S')
    const content = new Content(before[file], own)
    for (const [i, operation] of own.entries()) {
      const kept = i <= lastSync || (survivors === 'some' && Math.random() < 0.5)
      if (kept) content.apply(operation)
      else if (operation.kind === 'W') lost++
    }
    const path = join(data, names[file]!)
    rmSync(path, { force: true })
    if (before[file] || isLinked(operations, file)) writeFileSync(path, content.all)
  }
  // The index of the log lives in shared memory: it is gone.
  rmSync(join(data, 'sallyport.db-shm'), { force: true })
  rmSync(journal, { force: true })
  return lost
}

/** A new file has its name for good only once its directory has been synced. */
function isLinked(operations: readonly Operation[], file: number): boolean {
  const created = operations.findIndex(
    (operation) => operation.kind === 'O' && operation.file === file,
  )
  return created >= 0 && operations.slice(created).some(({ kind }) => kind === 'D')
}

/** A file's content while operations are applied to it. */
class Content {
  private bytes: Buffer
  private length: number

  constructor(before: Buffer | undefined, operations: readonly Operation[]) {
    const ends = operations.map(({ offset, data }) => offset + data.length)
    this.length = before?.length ?? 0
    this.bytes = Buffer.alloc(Math.max(this.length, ...ends))
    before?.copy(this.bytes)
  }

  apply({ kind, offset, data }: Operation): void {
    if (kind === 'T') {
      this.bytes.fill(0, offset)
      this.length = offset
    } else if (kind === 'W') {
      data.copy(this.bytes, offset)
      this.length = Math.max(this.length, offset + data.length)
    }
  }

  get all(): Buffer {
    return this.bytes.subarray(0, this.length)
  }
}

function parse(journal: Buffer): Operation[] {
  const operations: Operation[] = []
  for (let at = 0; at + 18 <= journal.length; ) {
    const length = Number(journal.readBigInt64LE(at + 10))
    const end = at + 18 + length
    // The process was killed while it noted this.
    if (end > journal.length) break
    operations.push({
      kind: String.fromCharCode(journal[at]!),
      file: journal[at + 1]!,
      offset: Number(journal.readBigInt64LE(at + 2)),
      data: journal.subarray(at + 18, end),
    })
    at = end
  }
  return operations
}
