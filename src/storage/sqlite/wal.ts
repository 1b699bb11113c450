import { closeSync, fdatasync, fsyncSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { promisify } from 'node:util'

const syncData = promisify(fdatasync)

/**
 * Makes commits durable. SQLite's own `synchronous=FULL` would sync the write-ahead log inside
 * COMMIT and stop the whole process meanwhile; here COMMIT only writes, the sync happens off the
 * main thread, and nobody is told of a commit before it. SQLite itself (at `synchronous=NORMAL`)
 * still syncs where the order of writes matters: when it starts the log anew.
 */
export class Wal {
  private readonly path: string
  private log: number | undefined
  private main: number | undefined

  constructor(path: string) {
    this.path = path
  }

  /** Resolves when every commit so far survives the loss of power. */
  async sync(): Promise<void> {
    if (this.log === undefined) {
      this.log = openSync(`${this.path}-wal`, 'r')
      syncDirectory(dirname(this.path))
    }
    await syncData(this.log)
  }

  /** Resolves when what a checkpoint copied into the database file survives. */
  async syncMain(): Promise<void> {
    this.main ??= openSync(this.path, 'r')
    await syncData(this.main)
  }

  close(): void {
    if (this.log !== undefined) closeSync(this.log)
    if (this.main !== undefined) closeSync(this.main)
    this.log = undefined
    this.main = undefined
  }
}

/** Makes the names of new files durable. */
export function syncDirectory(path: string): void {
  const directory = openSync(path, 'r')
  try {
    fsyncSync(directory)
  } finally {
    closeSync(directory)
  }
}
