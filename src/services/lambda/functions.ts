import type { CallContext } from '../../kernel/context.ts'
import { everything } from '../../kernel/paging.ts'
import { passedRole } from '../../kernel/pass-role.ts'
import { AlreadyExists } from '../../kernel/store.ts'
import { tagContext } from '../../kernel/tags.ts'
import { checkCode, dropCode, keepCode } from './code.ts'
import { configurationOf } from './configuration.ts'
import { fail, invalid, operation } from './contract.ts'
import { eventConfigs } from './event-invoke-configs.ts'
import { assumeExecutionRole, checkRoleAccount } from './execution-role.ts'
import { functionName } from './function-names.ts'
import {
  aliases,
  functionArn,
  functions,
  policies,
  type VersionRecord,
  versions,
} from './function-records.ts'
import { found, functionTarget, notFound, versionOf } from './function-targets.ts'
import { keepLayers, layerContext, layerTargets, usedLayers } from './layer-use.ts'
import { listPage } from './listing.ts'
import { mergedSettings } from './settings.ts'
import { mergedTags } from './tag-rules.ts'
import { publish } from './versions.ts'

export const CreateFunction = operation('CreateFunction', {
  access: {
    kind: 'iam',
    async targets(input, read) {
      const { name } = functionName(input.FunctionName, undefined, read)
      const resource = functionArn(read, name)
      return [
        {
          resource,
          record: undefined,
          context: { ...tagContext(input.Tags), ...layerContext(input.Layers) },
        },
        await passedRole(input.Role, 'lambda.amazonaws.com', read, resource),
        ...(await layerTargets(input.Layers, read)),
      ] as const
    },
  },
  async handle(input, ctx, targets) {
    const [, passed] = targets
    const { name, account, qualifier } = functionName(input.FunctionName, undefined, ctx)
    if (account !== ctx.account || qualifier !== undefined)
      throw invalid('A function is made under a name of this account, without a qualifier.')
    const arn = functionArn(ctx, name)
    checkRoleAccount(input.Role, ctx.account)
    if (input.PackageType === 'Image')
      throw invalid('Functions from container images are not run here. Upload a .zip archive.')
    if (input.CodeSigningConfigArn !== undefined)
      throw invalid('Code signing configurations are not kept here.')
    const settings = mergedSettings({ ...input, FunctionName: name }, {})
    const tags = mergedTags({}, input.Tags)
    const checked = checkCode(input.Code, ctx)
    await assumeExecutionRole(input.Role, name, arn, ctx, passed.record?.id)
    const taken = await usedLayers(targets, checked.code, ctx, checked.archive)
    const version: VersionRecord = {
      ...settings,
      functionName: name,
      number: 0,
      layers: taken.map(({ used }) => used),
      architectures: input.Architectures ?? ['x86_64'],
      code: checked.code,
      lastModified: ctx.now(),
      revisionId: ctx.random.uuid(),
    }
    const record = { name, createdAt: ctx.now(), tags, nextNumber: 1 }
    try {
      await ctx.store.transaction(async (tx) => {
        await tx.of(functions).create(record)
        await tx.of(versions).put(version)
        await keepCode(tx, holderOf(name), checked)
        await keepLayers(tx, holderOf(name), taken)
      })
    } catch (error) {
      if (!(error instanceof AlreadyExists)) throw error
      throw fail('ResourceConflictException', `Function already exist: ${name}`)
    }
    if (input.Publish) return publish(name, ctx, { target: { resource: arn } })
    return configurationOf(version, ctx, { fresh: 'created' })
  },
})

/** Under which name a function's code is kept. */
export const holderOf = (name: string): string => `function/${name}`

export const GetFunctionConfiguration = operation('GetFunctionConfiguration', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [
      await functionTarget(input.FunctionName, read, { qualifier: input.Qualifier }),
    ],
  },
  async handle(_input, ctx, [target]) {
    const version = await versionOf(ctx.store, target)
    return configurationOf(version, ctx, { qualifier: target.named.qualifier })
  },
})

export const GetFunction = operation('GetFunction', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [
      await functionTarget(input.FunctionName, read, { qualifier: input.Qualifier }),
    ],
  },
  async handle(_input, ctx, [target]) {
    const version = await versionOf(ctx.store, target)
    const { record } = found(target)
    const { reservedConcurrency, tags } = record
    return {
      Configuration: configurationOf(version, ctx, { qualifier: target.named.qualifier }),
      Code: { RepositoryType: 'S3' },
      ...(Object.keys(tags).length > 0 && { Tags: { ...tags } }),
      ...(reservedConcurrency !== undefined && {
        Concurrency: { ReservedConcurrentExecutions: reservedConcurrency },
      }),
    }
  },
})

export const ListFunctions = operation('ListFunctions', {
  access: { kind: 'iam', targets: () => [{ resource: '*', record: undefined }] },
  async handle(input, ctx) {
    const all = await everything((options) => ctx.store.of(versions).list(options))
    const listed = all.filter(({ number }) => number === 0 || input.FunctionVersion === 'ALL')
    const { items, ...more } = await listPage(listed, orderOf, input, ctx, 'functions')
    const qualified = input.FunctionVersion === 'ALL'
    return {
      Functions: items.map((version) =>
        configurationOf(version, ctx, { qualifier: qualified ? versionText(version) : undefined }),
      ),
      ...more,
    }
  },
})

const versionText = ({ number }: VersionRecord) => (number === 0 ? '$LATEST' : String(number))
const orderOf = ({ functionName: name, number }: VersionRecord): string =>
  `${name}/${String(number).padStart(10, '0')}`

export const DeleteFunction = operation('DeleteFunction', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [
      await functionTarget(input.FunctionName, read, { qualifier: input.Qualifier }),
    ],
  },
  async handle(_input, ctx, [target]) {
    const { record } = found(target)
    const { qualifier } = target.named
    if (qualifier !== undefined) await deleteVersion(record.name, qualifier, ctx)
    else await deleteWhole(record.name, ctx, notFound(target))
    return {}
  },
})

async function deleteWhole(name: string, ctx: CallContext, missing: Error): Promise<void> {
  await ctx.store.transaction(async (tx) => {
    if (!(await tx.of(functions).delete([name]))) throw missing
    const own = { prefix: [name] }
    for (const { number } of await everything((o) => tx.of(versions).list({ ...own, ...o })))
      await tx.of(versions).delete([name, number])
    for (const alias of await everything((o) => tx.of(aliases).list({ ...own, ...o })))
      await tx.of(aliases).delete([name, alias.name])
    for (const policy of await everything((o) => tx.of(policies).list({ ...own, ...o })))
      await tx.of(policies).delete([name, policy.qualifier])
    for (const one of await everything((o) => tx.of(eventConfigs).list({ ...own, ...o })))
      await tx.of(eventConfigs).delete([name, one.qualifier])
    await dropCode(tx, holderOf(name))
  })
  const { account, region } = ctx
  ctx.ports.functions.retire([account, region, name].join('/'))
}

async function deleteVersion(name: string, qualifier: string, ctx: CallContext): Promise<void> {
  if (qualifier === '$LATEST')
    throw invalid('$LATEST version cannot be deleted without deleting the function.')
  await ctx.store.transaction(async (tx) => {
    const naming = await everything((o) => tx.of(aliases).list({ prefix: [name], ...o }))
    const used = naming.filter(
      ({ version, other }) => version === qualifier || other?.version === qualifier,
    )
    if (used.length > 0)
      throw fail(
        'ResourceConflictException',
        `Unable to delete version because the following aliases reference it: [${used.map((one) => one.name).join(', ')}]`,
      )
    await tx.of(versions).delete([name, Number(qualifier)])
    await tx.of(policies).delete([name, qualifier])
  })
}
