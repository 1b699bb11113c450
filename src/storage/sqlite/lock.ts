import { DatabaseSync } from 'node:sqlite'

/**
 * Keeps other processes out of a data directory: an exclusive SQLite lock on a file of its own,
 * which the kernel lets go when the process ends, however it ends.
 */
export class Lock {
  private readonly database: DatabaseSync

  constructor(path: string, directory: string) {
    this.database = new DatabaseSync(path, { timeout: 0 })
    try {
      this.database.exec('BEGIN EXCLUSIVE')
    } catch (cause) {
      this.database.close()
      throw new Error(
        `another process has the data in ${directory} open: stop it, or choose another directory`,
        { cause },
      )
    }
  }

  release(): void {
    this.database.close()
  }
}
