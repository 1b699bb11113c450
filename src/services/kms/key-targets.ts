import { createHash } from 'node:crypto'
import type { ContextValue, Policy } from '../../kernel/authorization.ts'
import type { ReadContext } from '../../kernel/context.ts'
import type { Target } from '../../kernel/target.ts'
import type { EncryptionContext } from './ciphertext.ts'
import { fail } from './contract.ts'
import { grantsOf } from './grants.ts'
import { aliasNames, type NamedKey, namedKey } from './key-names.ts'
import { type KeyRecord, keyArn } from './key-records.ts'
import { type Recipient, recipientTarget } from './recipients/recipient.ts'

/** A decision on a key, with the key it was made on. */
export interface KeyTarget extends Target<KeyRecord | undefined> {
  /** What NotFoundException says when there is no such key. */
  readonly missing: string
  readonly recipient?: Recipient | undefined
}

interface Asked {
  readonly action?: string | undefined
  readonly context?: Readonly<Record<string, ContextValue | undefined>> | undefined
  readonly encryptionContext?: EncryptionContext | undefined
  readonly grantTokens?: readonly string[] | undefined
  /** Whom the answer is to be encrypted for. */
  readonly recipient?: Parameters<typeof recipientTarget>[0]
  readonly forms?: 'any' | 'no-alias'
}

/** The key that a request names as a target: its policy, grants, tags and condition keys. */
export function keyTarget(
  name: string,
  read: ReadContext,
  asked: Asked = {},
): KeyTarget | Promise<KeyTarget> {
  const named = namedKey(name, read, asked.forms)
  return named instanceof Promise
    ? named.then((found) => targetOf(found, read, asked))
    : targetOf(named, read, asked)
}

/**
 * Who may manage one key, which is named by id or ARN, never by an alias.
 * @param context condition keys that the input brings along
 */
export const managing = <In extends { readonly KeyId: string }>(
  context?: (input: In) => Asked['context'],
) => ({
  kind: 'iam' as const,
  targets: async (input: In, read: ReadContext) =>
    [await keyTarget(input.KeyId, read, { forms: 'no-alias', context: context?.(input) })] as const,
})

/** The same where the input brings no condition keys. */
export const managed = managing()

/** The same for a key that was found already (inside a ciphertext). */
export async function targetOf(
  named: NamedKey,
  read: ReadContext,
  asked: Asked,
): Promise<KeyTarget> {
  const { key, account, region, arn, missing } = named
  const common = { action: asked.action, resource: arn, account, region, missing }
  if (key === undefined) return { ...common, record: undefined, refusal: nothingHere(read, asked) }
  const foreign = account !== read.caller.principal.account
  const { attested, ...told } = recipientTarget(asked.recipient, read)
  return {
    ...common,
    ...told,
    record: key,
    tags: key.tags,
    policy: policyOf(key),
    policyMode: 'required',
    grants: await grantsOf(key, read, asked.grantTokens),
    context: {
      ...(await keyContext(key, named, read)),
      ...encryptionKeys(asked.encryptionContext),
      ...attested,
      ...asked.context,
    },
    ...(foreign && { refusal: nothingHere(read, asked) }),
  }
}

/** Somebody else's key and one that is not there are refused in the same words. */
function nothingHere({ caller }: ReadContext, { action }: Asked): string | undefined {
  if (action === undefined) return undefined
  return `User: ${caller.principal.arn} is not authorized to perform: ${action} on this resource because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access`
}

const policies = new WeakMap<object, Policy>()

/** The key policy as the engine takes it; hashed once per loaded record. */
export function policyOf(key: Pick<KeyRecord, 'id' | 'account' | 'region' | 'policy'>): Policy {
  let policy = policies.get(key)
  if (policy === undefined) {
    const hash = createHash('sha256').update(key.policy).digest('hex')
    policy = { id: keyArn(key), kind: 'resource', document: key.policy, hash }
    policies.set(key, policy)
  }
  return policy
}

async function keyContext(
  key: KeyRecord,
  { alias }: NamedKey,
  read: ReadContext,
): Promise<Record<string, ContextValue | undefined>> {
  const { multiRegion } = key
  const names = aliasNames(key, read)
  return {
    'kms:CallerAccount': read.caller.principal.account || undefined,
    'kms:ViaService': viaService(read),
    'kms:KeySpec': key.spec,
    'kms:KeyUsage': key.usage,
    'kms:KeyOrigin': key.origin,
    'kms:CustomerMasterKeySpec': key.spec,
    'kms:CustomerMasterKeyUsage': key.usage,
    'kms:MultiRegion': String(multiRegion !== undefined),
    'kms:MultiRegionKeyType': multiRegion?.type,
    'kms:PrimaryRegion': multiRegion?.primaryRegion,
    'kms:RequestAlias': alias,
    'kms:ResourceAliases': names instanceof Promise ? await names : names,
  }
}

/** `s3.us-east-1.amazonaws.com`, when a service uses the key for somebody. */
function viaService({ source, region }: ReadContext): string | undefined {
  const last = source.calledVia?.at(-1)
  return last?.replace(/\.amazonaws\.com$/, `.${region}.amazonaws.com`)
}

/** `kms:EncryptionContext:<key>` for each pair, and `kms:EncryptionContextKeys`. */
function encryptionKeys(
  context: EncryptionContext | undefined,
): Record<string, ContextValue | undefined> {
  if (context === undefined) return {}
  const keys: Record<string, ContextValue> = {}
  const names = Object.keys(context)
  if (names.length > 0) keys['kms:EncryptionContextKeys'] = names
  for (const [name, value = ''] of Object.entries(context))
    keys[`kms:EncryptionContext:${name}`] = value
  return keys
}

/** The key that was decided upon, or AWS's NotFoundException. */
export function foundKey(target: KeyTarget | undefined): KeyRecord {
  if (target?.record === undefined)
    throw fail('NotFoundException', target?.missing ?? 'The key does not exist')
  return target.record
}
