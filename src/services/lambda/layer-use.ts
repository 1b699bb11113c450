import type { ContextValue } from '../../kernel/authorization.ts'
import type { CallContext, ReadContext } from '../../kernel/context.ts'
import type { Transaction } from '../../kernel/store.ts'
import type { Target } from '../../kernel/target.ts'
import { keepCode, largestUnzipped, storedArchive, unzippedSize } from './code.ts'
import { invalid } from './contract.ts'
import type { Code, UsedLayer } from './function-records.ts'
import { layerHolder } from './layer-records.ts'
import { type LayerTarget, layerTargetOf } from './layer-targets.ts'

const mostLayers = 5

/** What a function takes from a layer, with the archive that is copied to the function's code. */
interface TakenLayer {
  readonly used: UsedLayer
  readonly archive: Uint8Array
}

/** Condition keys of the layers of a function. */
export const layerContext = (arns: readonly string[] | undefined): Record<string, ContextValue> =>
  arns?.length ? { 'lambda:Layer': arns } : {}

/** The decisions on layers that a function is to use: GetLayerVersion on each. */
export async function layerTargets(
  arns: readonly string[] | undefined,
  read: ReadContext,
): Promise<LayerTarget[]> {
  const targets: LayerTarget[] = []
  for (const arn of arns ?? [])
    targets.push(await layerTargetOf(arn, read, 'lambda:GetLayerVersion'))
  return targets
}

/** Reads the layers among the decided targets; they are kept although they may be deleted later. */
export async function usedLayers(
  targets: readonly Target[],
  code: Code,
  ctx: CallContext,
  archive?: Uint8Array,
): Promise<TakenLayer[]> {
  const decided = targets.filter((target): target is LayerTarget => 'number' in target)
  if (decided.length > mostLayers) throw invalid(`Cannot reference more than ${mostLayers} layers.`)
  const names = new Set(decided.map(({ owner, name }) => `${owner.account}/${name}`))
  if (names.size < decided.length)
    throw invalid(
      'Two different versions of the same layer are not allowed to be referenced in the same function.',
    )
  const taken: TakenLayer[] = []
  let unzipped = archive === undefined ? 0 : unzippedSize(archive, ctx)
  if (archive === undefined && code.kind === 'archive' && decided.length > 0) {
    const own = decidedFunction(targets)
    const stored = storedArchive(ctx.store, `function/${own}`, code.digest)
    unzipped = unzippedSize(await stored.load(), ctx)
  }
  for (const target of decided) {
    const { record, name, number, resource } = target
    if (record === undefined) throw invalid(`Layer version ${resource} does not exist.`)
    const holder = layerHolder(name, number)
    const bytes = await storedArchive(ctx.storeOf(target), holder, record.digest).load()
    unzipped += unzippedSize(bytes, ctx)
    taken.push({
      used: { arn: resource, size: record.size, digest: record.digest },
      archive: bytes,
    })
  }
  if (unzipped > largestUnzipped)
    throw invalid(
      `Function code combined with layers exceeds the maximum allowed size of ${largestUnzipped} bytes. The actual size is ${unzipped} bytes.`,
    )
  return taken
}

const decidedFunction = ([first]: readonly Target[]): string =>
  (first as unknown as { readonly named: { readonly name: string } }).named.name

/** Stores layers with the code of the function. */
export async function keepLayers(
  tx: Transaction,
  holder: string,
  taken: readonly TakenLayer[],
): Promise<void> {
  for (const { used, archive } of taken) {
    const { digest, size } = used
    await keepCode(tx, holder, { code: { kind: 'archive', digest, size }, archive })
  }
}
