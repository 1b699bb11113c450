import { createHash } from 'node:crypto'
import type { ContextValue, Policy } from '../../kernel/authorization.ts'
import type { ReadContext } from '../../kernel/context.ts'
import type { Owner, Readable } from '../../kernel/store.ts'
import type { Target } from '../../kernel/target.ts'
import { fail } from './contract.ts'
import { type FunctionName, functionName } from './function-names.ts'
import {
  type AliasRecord,
  aliases,
  type FunctionRecord,
  functionArn,
  functions,
  type PolicyRecord,
  policies,
  type VersionRecord,
  versions,
} from './function-records.ts'

/** A function as it was found for a decision. */
export interface FoundFunction {
  readonly record: FunctionRecord
  /** What the qualifier names; `$LATEST` without one. */
  readonly version: VersionRecord | undefined
  readonly alias: AliasRecord | undefined
}

export interface FunctionTarget extends Target<FoundFunction | undefined> {
  readonly named: FunctionName
}

interface Asked {
  readonly action?: string
  readonly qualifier?: string | undefined
  readonly context?: Readonly<Record<string, ContextValue | undefined>>
}

/** The function that a request names, as a decision with its policy. */
export async function functionTarget(
  text: string,
  read: ReadContext,
  { action, qualifier, context }: Asked = {},
): Promise<FunctionTarget> {
  const named = functionName(text, qualifier, read)
  const store = read.storeOf(named)
  const found = await findFunction(store, named)
  const policy = await store.of(policies).get([named.name, named.qualifier ?? ''])
  const resource = functionArn(named, named.name, named.qualifier)
  return {
    action,
    resource,
    account: named.account,
    region: named.region,
    record: found,
    named,
    tags: found?.record.tags,
    policy: policy && policyOf(policy, named),
    context: { 'lambda:FunctionArn': resource, ...context },
  }
}

/** What a store holds under a name and qualifier. */
export async function findFunction(
  store: Readable,
  { name, qualifier = '$LATEST' }: Pick<FunctionName, 'name' | 'qualifier'>,
): Promise<FoundFunction | undefined> {
  const record = await store.of(functions).get([name])
  if (record === undefined) return undefined
  const number = qualifier === '$LATEST' ? 0 : /^\d+$/.test(qualifier) ? Number(qualifier) : -1
  const alias = number < 0 ? await store.of(aliases).get([name, qualifier]) : undefined
  const version = number < 0 ? undefined : await store.of(versions).get([name, number])
  return { record, version, alias }
}

/** The policy document of stored statements. */
export const policyText = ({ statements }: Pick<PolicyRecord, 'statements'>): string =>
  JSON.stringify({ Version: '2012-10-17', Id: 'default', Statement: statements })

function policyOf(record: PolicyRecord, owner: Owner): Policy | undefined {
  if (record.statements.length === 0) return undefined
  const document = policyText(record)
  return {
    id: functionArn(owner, record.functionName, record.qualifier),
    kind: 'resource',
    document,
    hash: createHash('sha256').update(document).digest('hex'),
  }
}

/** The function of a target, or AWS's error when there is none. */
export function found(target: FunctionTarget | undefined): FoundFunction {
  if (target?.record === undefined) throw notFound(target)
  const { version, alias } = target.record
  if (version === undefined && alias === undefined) throw notFound(target)
  return target.record
}

export const notFound = (target: Pick<FunctionTarget, 'resource'> | undefined): Error =>
  fail('ResourceNotFoundException', `Function not found: ${target?.resource ?? ''}`)

/** The version that a found function stands for; an alias is followed by its main version. */
export async function versionOf(
  store: Readable,
  target: FunctionTarget | undefined,
): Promise<VersionRecord> {
  const { version, alias, record } = found(target)
  const behind =
    version ??
    (await findFunction(store, { name: record.name, qualifier: alias!.version }))?.version
  if (behind === undefined) throw notFound(target)
  return behind
}
