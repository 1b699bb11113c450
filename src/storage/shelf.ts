import { createHash } from 'node:crypto'
import type { Owner, Scope } from '../kernel/store.ts'
import type { Shelf } from './driver.ts'
import { encodeKey } from './tuple.ts'

const numbers = new Map<string, number>()
const names = new Map<number, string>()

/**
 * The number of a name, the same in every process, so that no table of names is needed. Two names
 * with one number are found when the second is first used; rename it.
 */
export function numberOf(name: string): number {
  const known = numbers.get(name)
  if (known !== undefined) return known
  const number = createHash('sha256').update(name).digest().readUInt32BE(0) >>> 1
  const other = names.get(number)
  if (other !== undefined)
    throw new Error(`'${name}' needs another name: it collides with '${other}'`)
  names.set(number, name)
  numbers.set(name, number)
  return number
}

/** The owner's part of a collection. */
export function shelfOf(collection: string, scope: Scope, owner: Owner): Shelf {
  const parts =
    scope === 'region' ? [owner.account, owner.region] : scope === 'account' ? [owner.account] : []
  return {
    id: `${collection}/${parts.join('/')}`,
    owner: encodeKey(parts),
    collection: numberOf(collection),
  }
}
