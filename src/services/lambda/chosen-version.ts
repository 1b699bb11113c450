import type { CallContext } from '../../kernel/context.ts'
import type { VersionRecord } from './function-records.ts'
import { type FoundFunction, findFunction } from './function-targets.ts'

/**
 * The version that works: an alias may send a share of the invocations to another one. Undefined when
 * there is none.
 */
export async function chosenVersion(
  { version, alias, record }: FoundFunction,
  ctx: Pick<CallContext, 'store' | 'random'>,
): Promise<VersionRecord | undefined> {
  if (version !== undefined || alias === undefined) return version
  const { other } = alias
  const draw = new DataView(ctx.random.bytes(4).slice().buffer).getUint32(0) / 2 ** 32
  const qualifier = other !== undefined && draw < other.weight ? other.version : alias.version
  return (await findFunction(ctx.store, { name: record.name, qualifier }))?.version
}
