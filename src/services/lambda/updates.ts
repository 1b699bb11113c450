import type { CallContext } from '../../kernel/context.ts'
import { everything } from '../../kernel/paging.ts'
import { passedRole } from '../../kernel/pass-role.ts'
import type { Transaction } from '../../kernel/store.ts'
import { checkCode, dropCode, keepCode } from './code.ts'
import { configurationOf } from './configuration.ts'
import { invalid, operation } from './contract.ts'
import { assumeExecutionRole, checkRoleAccount } from './execution-role.ts'
import { functionArn, type VersionRecord, versions } from './function-records.ts'
import { type FunctionTarget, found, functionTarget, notFound } from './function-targets.ts'
import { holderOf } from './functions.ts'
import { keepLayers, layerContext, layerTargets, usedLayers } from './layer-use.ts'
import { checkRevision, mergedSettings } from './settings.ts'
import { publish } from './versions.ts'

/** Changes `$LATEST`, on the revision that was asked for. */
async function change(
  target: FunctionTarget,
  ctx: CallContext,
  asked: string | undefined,
  next: (old: VersionRecord, tx: Transaction) => Promise<VersionRecord>,
): Promise<VersionRecord> {
  const { record } = found(target)
  const changed = await ctx.store.transaction(async (tx) => {
    const old = await tx.of(versions).get([record.name, 0])
    if (old === undefined) throw notFound(target)
    checkRevision(old.revisionId, asked, 'GetFunction/GetAlias')
    const version = {
      ...(await next(old, tx)),
      lastModified: ctx.now(),
      revisionId: ctx.random.uuid(),
    }
    await tx.of(versions).put(version)
    await dropUnused(tx, old)
    return version
  })
  const { account, region } = ctx
  ctx.ports.functions.retire([account, region, record.name, '$LATEST'].join('/'))
  return changed
}

/** Removes the archives of a version that was replaced, where no other uses them. */
async function dropUnused(tx: Transaction, { functionName, code, layers }: VersionRecord) {
  const all = await everything((o) => tx.of(versions).list({ prefix: [functionName], ...o }))
  const used = new Set(all.flatMap(digestsOf))
  for (const digest of digestsOf({ code, layers }))
    if (!used.has(digest)) await dropCode(tx, holderOf(functionName), digest)
}

const digestsOf = ({ code, layers }: Pick<VersionRecord, 'code' | 'layers'>): string[] => [
  ...(code.kind === 'archive' ? [code.digest] : []),
  ...layers.map(({ digest }) => digest),
]

/** Published versions and aliases do not change. */
function checkUnqualified(target: FunctionTarget): void {
  const { qualifier } = target.named
  if (qualifier !== undefined && qualifier !== '$LATEST')
    throw invalid('Only $LATEST can be changed: name the function without a version or alias.')
}

export const UpdateFunctionCode = operation('UpdateFunctionCode', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [await functionTarget(input.FunctionName, read)],
  },
  async handle(input, ctx, [target]) {
    checkUnqualified(target)
    const checked = checkCode(input, ctx)
    const { record, version } = found(target)
    if (input.DryRun) {
      checkRevision(version!.revisionId, input.RevisionId, 'GetFunction/GetAlias')
      return configurationOf({ ...version!, code: checked.code }, ctx)
    }
    const changed = await change(target, ctx, input.RevisionId, async (old, tx) => {
      await keepCode(tx, holderOf(record.name), checked)
      return {
        ...old,
        code: checked.code,
        architectures: input.Architectures ?? old.architectures,
      }
    })
    if (input.Publish) return publish(record.name, ctx, { target })
    return configurationOf(changed, ctx, { fresh: 'updated' })
  },
})

export const UpdateFunctionConfiguration = operation('UpdateFunctionConfiguration', {
  access: {
    kind: 'iam',
    async targets(input, read) {
      const context = layerContext(input.Layers)
      const target = await functionTarget(input.FunctionName, read, { context })
      const { name } = target.named
      const passed =
        input.Role === undefined
          ? undefined
          : await passedRole(
              input.Role,
              'lambda.amazonaws.com',
              read,
              functionArn(target.named, name),
            )
      const layers = await layerTargets(input.Layers, read)
      return [target, ...(passed === undefined ? [] : [passed]), ...layers]
    },
  },
  async handle(input, ctx, targets) {
    const [target] = targets as readonly [FunctionTarget]
    checkUnqualified(target)
    const { record, version } = found(target)
    const { name } = record
    if (input.Role !== undefined) {
      checkRoleAccount(input.Role, ctx.account)
      const { id } = (targets[1]!.record ?? {}) as { id?: string }
      await assumeExecutionRole(input.Role, name, functionArn(ctx, name), ctx, id)
    }
    const settings = { ...input, FunctionName: name }
    mergedSettings(settings, version!)
    const layers = input.Layers && (await usedLayers(targets, version!.code, ctx))
    const changed = await change(target, ctx, input.RevisionId, async (old, tx) => {
      if (layers) await keepLayers(tx, holderOf(name), layers)
      return {
        ...old,
        ...mergedSettings(settings, old),
        layers: layers?.map(({ used }) => used) ?? old.layers,
      }
    })
    return configurationOf(changed, ctx, { fresh: 'updated' })
  },
})
