import type { FunctionConfiguration } from '@aws-sdk/client-lambda'
import type { CallContext } from '../../kernel/context.ts'
import { everything } from '../../kernel/paging.ts'
import { configurationOf } from './configuration.ts'
import { invalid, operation } from './contract.ts'
import { functions, type VersionRecord, versions } from './function-records.ts'
import { type FunctionTarget, found, functionTarget, notFound } from './function-targets.ts'
import { listPage } from './listing.ts'
import { checkRevision } from './settings.ts'

interface Publication {
  /** Names the function in errors. */
  readonly target: Pick<FunctionTarget, 'resource'>
  readonly description?: string | undefined
  /** The archive's SHA-256 in Base64, when that very code must be published. */
  readonly sha256?: string | undefined
  readonly revisionId?: string | undefined
}

/** Keeps `$LATEST` as the next version; the newest one again when nothing has changed since. */
export async function publish(
  name: string,
  ctx: CallContext,
  { target, description, sha256, revisionId }: Publication,
): Promise<FunctionConfiguration> {
  const version = await ctx.store.transaction(async (tx) => {
    const record = await tx.of(functions).get([name])
    const latest = await tx.of(versions).get([name, 0])
    if (record === undefined || latest === undefined) throw notFound(target)
    checkRevision(latest.revisionId, revisionId, 'GetFunction/GetAlias')
    const { code } = latest
    const own = code.kind === 'archive' ? Buffer.from(code.digest, 'hex').toString('base64') : ''
    if (sha256 !== undefined && sha256 !== own)
      throw invalid(
        `CodeSHA256 (${sha256}) is different from current CodeSHA256 in $LATEST (${own}). Please try again with the CodeSHA256 in $LATEST.`,
      )
    const newest =
      record.nextNumber > 1 ? await tx.of(versions).get([name, record.nextNumber - 1]) : undefined
    if (newest !== undefined && contentOf(newest) === contentOf(latest)) return newest
    const next: VersionRecord = {
      ...latest,
      number: record.nextNumber,
      description: description ?? latest.description,
      lastModified: latest.lastModified,
      revisionId: ctx.random.uuid(),
    }
    await tx.of(versions).create(next)
    await tx.of(functions).put({ ...record, nextNumber: record.nextNumber + 1 })
    return next
  })
  return configurationOf(version, ctx, { qualifier: String(version.number) })
}

/** What makes one version differ from another. */
function contentOf(version: VersionRecord): string {
  const { number: _, revisionId: __, lastModified: ___, description: ____, ...rest } = version
  return JSON.stringify(rest, (_key, value) =>
    value && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  )
}

export const PublishVersion = operation('PublishVersion', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [await functionTarget(input.FunctionName, read)],
  },
  async handle(input, ctx, [target]) {
    const { record } = found(target)
    return publish(record.name, ctx, {
      target,
      description: input.Description,
      sha256: input.CodeSha256,
      revisionId: input.RevisionId,
    })
  },
})

export const ListVersionsByFunction = operation('ListVersionsByFunction', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [await functionTarget(input.FunctionName, read)],
  },
  async handle(input, ctx, [target]) {
    const { name } = found(target).record
    const all = await everything((o) => ctx.store.of(versions).list({ prefix: [name], ...o }))
    const orderOf = ({ number }: VersionRecord) => String(number).padStart(10, '0')
    const { items, ...more } = await listPage(all, orderOf, input, ctx, `versions/${name}`)
    return {
      Versions: items.map((version) =>
        configurationOf(version, ctx, {
          qualifier: version.number === 0 ? '$LATEST' : String(version.number),
        }),
      ),
      ...more,
    }
  },
})
