import { randomFillSync } from 'node:crypto'

const pool = Buffer.alloc(12 * 1024)
let used = pool.length

/** Random bytes drawn in blocks: nonces are needed for every record. */
export function randomNonce(): Buffer {
  if (used + 12 > pool.length) {
    randomFillSync(pool)
    used = 0
  }
  used += 12
  return pool.subarray(used - 12, used)
}
