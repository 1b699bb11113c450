import type { AliasConfiguration } from '@aws-sdk/client-lambda'
import type { CallContext, ReadContext } from '../../kernel/context.ts'
import { everything } from '../../kernel/paging.ts'
import { AlreadyExists, type Owner, type Transaction } from '../../kernel/store.ts'
import { fail, invalid, operation } from './contract.ts'
import {
  type AliasRecord,
  aliases,
  functionArn,
  functions,
  policies,
  versions,
} from './function-records.ts'
import { type FunctionTarget, functionTarget, notFound } from './function-targets.ts'
import { listPage } from './listing.ts'
import { checkRevision } from './settings.ts'

type Routing = { readonly AdditionalVersionWeights?: Readonly<Record<string, number>> | undefined }

const aliasTarget = (
  input: { readonly FunctionName: string; readonly Name: string },
  read: ReadContext,
): Promise<FunctionTarget> => functionTarget(input.FunctionName, read, { qualifier: input.Name })

function told(alias: AliasRecord, owner: Owner): AliasConfiguration {
  const { functionName, name, version, description, other, revisionId } = alias
  return {
    AliasArn: functionArn(owner, functionName, name),
    Name: name,
    FunctionVersion: version,
    Description: description,
    RevisionId: revisionId,
    ...(other !== undefined && {
      RoutingConfig: { AdditionalVersionWeights: { [other.version]: other.weight } },
    }),
  }
}

/** Another version's share of the invocations; undefined when all go to the alias's own. */
function routingOf(routing: Routing | undefined, version: string): AliasRecord['other'] {
  const weights = Object.entries(routing?.AdditionalVersionWeights ?? {})
  if (weights.length === 0) return undefined
  const [[other, weight]] = weights as [[string, number]]
  if (weights.length > 1)
    throw invalid('Number of items in AdditionalVersionWeights cannot be greater than 1')
  if (version === '$LATEST' || other === '$LATEST')
    throw invalid('$LATEST is not supported for an alias pointing to more than 1 version')
  if (other === version)
    throw invalid(
      `Invalid function version ${other}. Function version ${other} is already included in routing configuration.`,
    )
  return { version: other, weight }
}

async function checkVersions(
  tx: Transaction,
  name: string,
  { version, other }: Pick<AliasRecord, 'version' | 'other'>,
  ctx: Owner,
): Promise<void> {
  for (const one of [version, ...(other === undefined ? [] : [other.version])]) {
    const number = one === '$LATEST' ? 0 : Number(one)
    if ((await tx.of(versions).get([name, number])) === undefined)
      throw fail('ResourceNotFoundException', `Function not found: ${functionArn(ctx, name, one)}`)
  }
}

export const CreateAlias = operation('CreateAlias', {
  access: { kind: 'iam', targets: async (input, read) => [await aliasTarget(input, read)] },
  async handle(input, ctx, [target]) {
    const { name } = target.named
    if (/^\d+$/.test(input.Name)) throw invalid('An alias name cannot be a number.')
    const alias: AliasRecord = {
      functionName: name,
      name: input.Name,
      version: input.FunctionVersion,
      description: input.Description ?? '',
      other: routingOf(input.RoutingConfig, input.FunctionVersion),
      revisionId: ctx.random.uuid(),
    }
    try {
      await ctx.store.transaction(async (tx) => {
        if ((await tx.of(functions).get([name])) === undefined)
          throw notFound({ ...target, resource: functionArn(ctx, name) })
        await checkVersions(tx, name, alias, ctx)
        await tx.of(aliases).create(alias)
      })
    } catch (error) {
      if (!(error instanceof AlreadyExists)) throw error
      throw fail(
        'ResourceConflictException',
        `Alias already exists: ${functionArn(ctx, name, input.Name)}`,
      )
    }
    return told(alias, ctx)
  },
})

function foundAlias(target: FunctionTarget): AliasRecord {
  const alias = target.record?.alias
  if (alias === undefined) throw missing(target)
  return alias
}

const missing = ({ resource }: FunctionTarget) =>
  fail('ResourceNotFoundException', `Cannot find alias arn: ${resource}`)

export const GetAlias = operation('GetAlias', {
  access: { kind: 'iam', targets: async (input, read) => [await aliasTarget(input, read)] },
  handle: (_input, ctx, [target]) => told(foundAlias(target), ctx),
})

export const UpdateAlias = operation('UpdateAlias', {
  access: { kind: 'iam', targets: async (input, read) => [await aliasTarget(input, read)] },
  async handle(input, ctx, [target]) {
    const { functionName, name } = foundAlias(target)
    const changed = await ctx.store.transaction(async (tx) => {
      const old = await tx.of(aliases).get([functionName, name])
      if (old === undefined) throw missing(target)
      checkRevision(old.revisionId, input.RevisionId, 'GetFunction/GetAlias')
      const version = input.FunctionVersion ?? old.version
      const next: AliasRecord = {
        ...old,
        version,
        description: input.Description ?? old.description,
        other: input.RoutingConfig ? routingOf(input.RoutingConfig, version) : old.other,
        revisionId: ctx.random.uuid(),
      }
      await checkVersions(tx, functionName, next, ctx)
      await tx.of(aliases).put(next)
      return next
    })
    return told(changed, ctx)
  },
})

export const DeleteAlias = operation('DeleteAlias', {
  access: { kind: 'iam', targets: async (input, read) => [await aliasTarget(input, read)] },
  async handle(input, ctx, [target]) {
    // As AWS: an alias that is not there is deleted all the same.
    await removeAlias(target.named.name, input.Name, ctx)
    return {}
  },
})

async function removeAlias(name: string, alias: string, ctx: CallContext): Promise<void> {
  await ctx.store.transaction(async (tx) => {
    await tx.of(aliases).delete([name, alias])
    await tx.of(policies).delete([name, alias])
  })
}

export const ListAliases = operation('ListAliases', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [await functionTarget(input.FunctionName, read)],
  },
  async handle(input, ctx, [target]) {
    if (target.record === undefined) throw notFound(target)
    const { name } = target.record.record
    const all = await everything((o) => ctx.store.of(aliases).list({ prefix: [name], ...o }))
    const { FunctionVersion: version } = input
    const asked = all.filter((one) => version === undefined || one.version === version)
    const list = `aliases/${name}/${version ?? ''}`
    const { items, ...more } = await listPage(asked, (one) => one.name, input, ctx, list)
    return { Aliases: items.map((one) => told(one, ctx)), ...more }
  },
})
