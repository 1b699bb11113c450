import type { Grant } from '../../kernel/authorization.ts'
import type { ReadContext } from '../../kernel/context.ts'
import type { KeyRecord } from './key-records.ts'

/** The grants of a key as the engine takes them. */
export async function grantsOf(
  _key: KeyRecord,
  _read: ReadContext,
  _tokens: readonly string[] | undefined,
): Promise<readonly Grant[] | undefined> {
  return undefined
}
