import { createHash } from 'node:crypto'
import type { Policy } from '../../kernel/authorization.ts'
import type { ReadContext } from '../../kernel/context.ts'
import { everything } from '../../kernel/paging.ts'
import { collection } from '../../kernel/store.ts'
import { fail, invalid, operation } from './contract.ts'
import { listPage } from './listing.ts'

/** A policy that lets other services write logs of the account. */
interface PolicyRecord {
  readonly name: string
  readonly document: string
  readonly updatedAt: Date
}

export const resourcePolicies = collection<PolicyRecord>('logs.resource-policies')({
  scope: 'region',
  version: 1,
  key: ({ name }) => [name],
})

/**
 * What the account's policies say, as one policy on its groups. They speak for other services alone:
 * principals of the account have policies of their own.
 */
export async function policyForServices({
  store,
  caller,
  account,
  region,
}: Pick<ReadContext, 'store' | 'caller' | 'account' | 'region'>): Promise<Policy | undefined> {
  if (caller.principal.kind !== 'service') return undefined
  const all = await everything((options) => store.of(resourcePolicies).list(options))
  if (all.length === 0) return undefined
  const statements = all.flatMap(({ document }) => [JSON.parse(document).Statement].flat())
  const document = JSON.stringify({ Version: '2012-10-17', Statement: statements })
  const id = `arn:aws:logs:${region}:${account}:resource-policies`
  const hash = createHash('sha256').update(document).digest('hex')
  return { id, kind: 'resource', document, hash }
}

const quota = 10
/** Characters of a document. */
const largest = 5_120

const anywhere = {
  kind: 'iam' as const,
  targets: (): readonly [{ resource: '*'; record: undefined }] => [
    { resource: '*', record: undefined },
  ],
}

export const PutResourcePolicy = operation('PutResourcePolicy', {
  access: anywhere,
  async handle(input, ctx) {
    const { policyName: name = 'default', policyDocument: document = '' } = input
    if (input.resourceArn !== undefined)
      throw invalid('Policies of single log groups are not kept here.')
    if (document.length === 0 || document.length > largest)
      throw invalid(`The policy document must have between 1 and ${largest} characters.`)
    try {
      if (!Array.isArray([JSON.parse(document).Statement].flat())) throw new TypeError('no list')
    } catch {
      throw invalid('The policy document is not valid JSON.')
    }
    const policy = { name, document, updatedAt: ctx.now() }
    await ctx.store.transaction(async (tx) => {
      const all = await everything((options) => tx.of(resourcePolicies).list(options))
      if (all.length >= quota && !all.some((one) => one.name === name))
        throw fail('LimitExceededException', 'Resource limit exceeded.')
      await tx.of(resourcePolicies).put(policy)
    })
    return { resourcePolicy: told(policy) }
  },
})

const told = ({ name, document, updatedAt }: PolicyRecord) => ({
  policyName: name,
  policyDocument: document,
  lastUpdatedTime: updatedAt.getTime(),
})

export const DeleteResourcePolicy = operation('DeleteResourcePolicy', {
  access: anywhere,
  async handle(input, ctx) {
    const name = input.policyName ?? 'default'
    if (!(await ctx.store.transaction((tx) => tx.of(resourcePolicies).delete([name]))))
      throw fail('ResourceNotFoundException', `Policy with name [${name}] does not exist`)
    return {}
  },
})

export const DescribeResourcePolicies = operation('DescribeResourcePolicies', {
  access: anywhere,
  async handle(input, ctx) {
    const all = await everything((options) => ctx.store.of(resourcePolicies).list(options))
    const { items, ...more } = await listPage(all, ({ name }) => name, input, ctx, 'policies')
    return { resourcePolicies: items.map(told), ...more }
  },
})
