import type { Architecture, GetLayerVersionResponse, Runtime } from '@aws-sdk/client-lambda'
import type { ReadContext } from '../../kernel/context.ts'
import { everything } from '../../kernel/paging.ts'
import type { Owner } from '../../kernel/store.ts'
import { checkArchive, dropCode, keepCode } from './code.ts'
import { invalid, operation } from './contract.ts'
import { spokenTime } from './function-records.ts'
import {
  type LayerRecord,
  layerArn,
  layerHolder,
  layerNumbers,
  layers,
  layerVersionArn,
} from './layer-records.ts'
import {
  foundLayer,
  type LayerTarget,
  layerName,
  layerTarget,
  layerTargetOf,
} from './layer-targets.ts'
import { listPage } from './listing.ts'

const summary = (layer: LayerRecord, owner: Owner) => ({
  LayerVersionArn: layerVersionArn(owner, layer.name, layer.number),
  Version: layer.number,
  Description: layer.description,
  CreatedDate: spokenTime(layer.createdAt),
  ...(layer.runtimes.length > 0 && { CompatibleRuntimes: [...layer.runtimes] as Runtime[] }),
  ...(layer.architectures.length > 0 && {
    CompatibleArchitectures: [...layer.architectures] as Architecture[],
  }),
  ...(layer.license !== undefined && { LicenseInfo: layer.license }),
})

const told = (layer: LayerRecord, owner: Owner): GetLayerVersionResponse => ({
  Content: {
    CodeSha256: Buffer.from(layer.digest, 'hex').toString('base64'),
    CodeSize: layer.size,
  },
  LayerArn: layerArn(owner, layer.name),
  ...summary(layer, owner),
})

const named = (input: { readonly LayerName: string }, read: ReadContext) => {
  const owner = layerName(input.LayerName, read)
  const { account, region } = owner
  return [{ resource: layerArn(owner, owner.name), account, region, record: undefined }] as const
}

export const PublishLayerVersion = operation('PublishLayerVersion', {
  access: { kind: 'iam', targets: named },
  async handle(input, ctx) {
    const { name } = layerName(input.LayerName, ctx)
    const { ZipFile } = input.Content
    if (ZipFile === undefined)
      throw invalid('Code cannot be read from S3 here. Upload the .zip archive itself (ZipFile).')
    const checked = checkArchive(ZipFile, ctx)
    const layer = await ctx.store.transaction(async (tx) => {
      const number = ((await tx.of(layerNumbers).get([name]))?.last ?? 0) + 1
      const made: LayerRecord = {
        name,
        number,
        description: input.Description ?? '',
        license: input.LicenseInfo,
        runtimes: input.CompatibleRuntimes ?? [],
        architectures: input.CompatibleArchitectures ?? [],
        createdAt: ctx.now(),
        digest: checked.code.digest,
        size: checked.code.size,
        statements: [],
        revisionId: '',
      }
      await tx.of(layers).create(made)
      await tx.of(layerNumbers).put({ name, last: number })
      await keepCode(tx, layerHolder(name, number), checked)
      return made
    })
    return told(layer, ctx)
  },
})

const version = async (
  input: { readonly LayerName: string; readonly VersionNumber: number },
  read: ReadContext,
): Promise<readonly [LayerTarget]> => [
  await layerTarget(input.LayerName, input.VersionNumber, read),
]

export const GetLayerVersion = operation('GetLayerVersion', {
  access: { kind: 'iam', targets: version },
  handle: (_input, _ctx, [target]) => told(foundLayer(target), target.owner),
})

export const GetLayerVersionByArn = operation('GetLayerVersionByArn', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [
      await layerTargetOf(input.Arn, read, 'lambda:GetLayerVersion'),
    ],
  },
  handle: (_input, _ctx, [target]) => told(foundLayer(target), target.owner),
})

export const DeleteLayerVersion = operation('DeleteLayerVersion', {
  access: { kind: 'iam', targets: version },
  async handle(_input, ctx, [{ name, number }]) {
    // As AWS: one that is not there is deleted all the same.
    await ctx.store.transaction(async (tx) => {
      await tx.of(layers).delete([name, number])
      await dropCode(tx, layerHolder(name, number))
    })
    return {}
  },
})

interface Wanted {
  readonly CompatibleRuntime?: string | undefined
  readonly CompatibleArchitecture?: string | undefined
}

const fits =
  ({ CompatibleRuntime: runtime, CompatibleArchitecture: machine }: Wanted) =>
  (layer: LayerRecord): boolean =>
    (runtime === undefined || layer.runtimes.includes(runtime)) &&
    (machine === undefined || layer.architectures.includes(machine))

export const ListLayerVersions = operation('ListLayerVersions', {
  access: { kind: 'iam', targets: named },
  async handle(input, ctx) {
    const { name } = layerName(input.LayerName, ctx)
    const all = await everything((o) => ctx.store.of(layers).list({ prefix: [name], ...o }))
    // The newest come first.
    const orderOf = ({ number }: LayerRecord) => String(1e9 - number).padStart(10, '0')
    const list = `layers/${name}/${JSON.stringify([input.CompatibleRuntime, input.CompatibleArchitecture])}`
    const { items, ...more } = await listPage(all.filter(fits(input)), orderOf, input, ctx, list)
    return { LayerVersions: items.map((layer) => summary(layer, ctx)), ...more }
  },
})

export const ListLayers = operation('ListLayers', {
  access: { kind: 'iam', targets: () => [{ resource: '*', record: undefined }] },
  async handle(input, ctx) {
    const all = await everything((options) => ctx.store.of(layers).list(options))
    const newest = new Map(all.filter(fits(input)).map((layer) => [layer.name, layer]))
    const list = `layers//${JSON.stringify([input.CompatibleRuntime, input.CompatibleArchitecture])}`
    const { items, ...more } = await listPage(
      [...newest.values()],
      (one) => one.name,
      input,
      ctx,
      list,
    )
    return {
      Layers: items.map((layer) => ({
        LayerName: layer.name,
        LayerArn: layerArn(ctx, layer.name),
        LatestMatchingVersion: summary(layer, ctx),
      })),
      ...more,
    }
  },
})
