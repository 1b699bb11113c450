import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Keeps the keyring that is about to be replaced beside the data. It is sealed as it was, and
 * opens with the slots that it had.
 */
export const keepPrevious =
  (directory: string) =>
  (envelope: Uint8Array): void => {
    const path = join(directory, 'keyring.bak')
    const file = openSync(`${path}.new`, 'w', 0o600)
    try {
      writeSync(file, envelope)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(`${path}.new`, path)
    const folder = openSync(directory, 'r')
    fsyncSync(folder)
    closeSync(folder)
  }
