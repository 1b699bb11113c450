import type { AnalyzerConfiguration, Type } from '@aws-sdk/client-accessanalyzer'
import { parseArn } from '../../kernel/arn.ts'
import type { ContextValue } from '../../kernel/authorization.ts'
import type { CallContext, ReadContext } from '../../kernel/context.ts'
import type { Validated } from '../../kernel/contract.ts'
import { collection, type Owner, type Readable } from '../../kernel/store.ts'
import type { Target } from '../../kernel/target.ts'
import { noSuch } from './refusals.ts'

/** A configuration as a request brings it. */
export type Given = Validated<AnalyzerConfiguration>

/** What an analyzer of unused or internal access has been told; the members of the SDK's union. */
export interface Configuration {
  readonly unusedAccess?: NonNullable<Given['unusedAccess']> | undefined
  readonly internalAccess?: NonNullable<Given['internalAccess']> | undefined
}

export interface AnalyzerRecord {
  readonly id: string
  readonly name: string
  readonly type: Type
  readonly createdAt: Date
  readonly tags: Readonly<Record<string, string>>
  readonly configuration?: Configuration | undefined
  /** The request that made it: the same one again finds it made. */
  readonly clientToken?: string | undefined
  readonly lastResource?: string | undefined
  readonly lastResourceAt?: Date | undefined
}

/** Analyzers by an id of their own; their names are chosen by people. */
export const analyzers = collection<AnalyzerRecord>('accessanalyzer.analyzers')({
  scope: 'region',
  version: 1,
  key: ({ id }) => [id],
  indexes: { name: { kind: 'blind', unique: true, of: ({ name }: AnalyzerRecord) => name } },
})

export const analyzerArn = ({ account, region }: Owner, name: string): string =>
  `arn:aws:access-analyzer:${region}:${account}:analyzer/${name}`

/** Of a target: an analyzer that the call is about. */
export type OnAnalyzer = Target<AnalyzerRecord | undefined>

interface More {
  readonly action?: string
  readonly context?: Readonly<Record<string, ContextValue | undefined>>
}

/** The decision on an analyzer of the caller's account and Region. */
export async function named(name: string, read: ReadContext, more: More = {}): Promise<OnAnalyzer> {
  const record = await read.store.of(analyzers).findOne('name', name)
  return { ...more, resource: analyzerArn(read, name), record, tags: record?.tags }
}

/** The decision on an analyzer by its ARN; those of another Region are not found here. */
export async function byArn(arn: string, read: ReadContext, more: More = {}): Promise<OnAnalyzer> {
  const { account, region, resource } = parseArn(arn) ?? { account: read.account }
  const name = region === read.region ? resource?.match(/^analyzer\/(.+)$/)?.[1] : undefined
  const owner = { account, region: read.region }
  const record =
    name === undefined ? undefined : await read.storeOf(owner).of(analyzers).findOne('name', name)
  return { ...more, resource: arn, account, record, tags: record?.tags }
}

/** @throws ResourceNotFoundException */
export function found({ record, resource }: OnAnalyzer): AnalyzerRecord {
  if (record === undefined) throw noSuch('Analyzer', resource)
  return record
}

/**
 * The analyzer as it is within the transaction.
 * @throws ResourceNotFoundException
 */
export async function current(
  tx: Readable,
  { id, name }: AnalyzerRecord,
  ctx: Pick<CallContext, 'account' | 'region'>,
): Promise<AnalyzerRecord> {
  const record = await tx.of(analyzers).get([id])
  if (record === undefined) throw noSuch('Analyzer', analyzerArn(ctx, name))
  return record
}

const external = new Set<Type>(['ACCOUNT', 'ORGANIZATION'])

/** What kind of access the analyzer looks for. */
export const purpose = ({
  type,
}: Pick<AnalyzerRecord, 'type'>): 'external' | 'internal' | 'unused' =>
  external.has(type) ? 'external' : type.endsWith('INTERNAL_ACCESS') ? 'internal' : 'unused'

/** Whether it looks at the whole organization. */
export const ofOrganization = ({ type }: Pick<AnalyzerRecord, 'type'>): boolean =>
  type.startsWith('ORGANIZATION')
