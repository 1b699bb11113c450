import { collection, type Owner } from '../../kernel/store.ts'

/** One version of a layer. Nothing of it changes but who may use it. */
export interface LayerRecord {
  readonly name: string
  readonly number: number
  readonly description: string
  readonly license?: string | undefined
  readonly runtimes: readonly string[]
  readonly architectures: readonly string[]
  readonly createdAt: Date
  /** Hex SHA-256 and bytes of the archive. */
  readonly digest: string
  readonly size: number
  readonly statements: readonly Readonly<Record<string, unknown>>[]
  readonly revisionId: string
}

export const layers = collection<LayerRecord>('lambda.layers')({
  scope: 'region',
  version: 1,
  key: ({ name, number }) => [name, number],
})

/** Numbers are never used again, also when a version is deleted. */
export const layerNumbers = collection<{ readonly name: string; readonly last: number }>(
  'lambda.layer-numbers',
)({ scope: 'region', version: 1, key: ({ name }) => [name] })

export const layerArn = ({ account, region }: Owner, name: string): string =>
  `arn:aws:lambda:${region}:${account}:layer:${name}`

export const layerVersionArn = (owner: Owner, name: string, number: number): string =>
  `${layerArn(owner, name)}:${number}`

/** Under which name a layer version's archive is kept. */
export const layerHolder = (name: string, number: number): string => `layer/${name}/${number}`
