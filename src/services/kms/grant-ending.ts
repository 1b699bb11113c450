import type { Grant } from '../../kernel/authorization.ts'
import type { ReadContext } from '../../kernel/context.ts'
import { fail, operation } from './contract.ts'
import { checkDryRun } from './dry-run.ts'
import { type GrantRecord, grants, removeGrant } from './grant-records.ts'
import { openGrantToken } from './grant-tokens.ts'
import { loadKey } from './key-names.ts'
import { keyArn } from './key-records.ts'
import { foundKey, keyTarget, targetOf } from './key-targets.ts'

const notFound = (id: string | undefined) =>
  fail('NotFoundException', `Grant ${id ?? ''} does not exist`)

/** Those whom the grant itself lets retire it. */
function retirers({ id, grantee, retiring, operations }: GrantRecord): readonly Grant[] {
  const names = [retiring, operations.includes('RetireGrant') ? grantee : undefined]
  return names
    .filter((name) => name !== undefined)
    .map((name, i) => ({ id: `${id}/${i}`, grantee: name, operations: ['RetireGrant'] }))
}

/** The key and grant that a token, or a key and a grant id, name. */
async function named(
  input: {
    readonly GrantToken?: string | undefined
    readonly KeyId?: string | undefined
    readonly GrantId?: string | undefined
  },
  read: ReadContext,
) {
  if (input.GrantToken !== undefined) {
    const { account, region, keyId, grantId } = await openGrantToken(input.GrantToken, read)
    const key = await loadKey(account, region, keyId, read)
    const arn = keyArn({ account, region, id: keyId })
    const missing = `Key '${arn}' does not exist`
    return { target: await targetOf({ account, region, arn, key, missing }, read, {}), grantId }
  }
  const { KeyId, GrantId } = input
  if (KeyId === undefined || GrantId === undefined)
    throw fail('ValidationException', 'A grant token, or a key ARN and a grant id, must be given.')
  if (!KeyId.startsWith('arn:')) throw fail('InvalidArnException', `${KeyId} is not a key ARN.`)
  return { target: await keyTarget(KeyId, read, { forms: 'no-alias' }), grantId: GrantId }
}

export const RetireGrant = operation('RetireGrant', {
  access: {
    kind: 'iam',
    async targets(input, read) {
      const { target, grantId } = await named(input, read)
      const { account = read.account, region = read.region, record: key } = target
      const store = read.storeOf({ account, region })
      const grant = key && (await store.of(grants).get([key.id, grantId]))
      return [{ ...target, grants: grant && retirers(grant), grant, grantId }]
    },
  },
  async handle(input, ctx, [target]) {
    const key = foundKey(target)
    if (target.grant === undefined) throw notFound(target.grantId)
    checkDryRun(input)
    if (!(await ctx.store.transaction((tx) => removeGrant(tx, key.id, target.grantId))))
      throw notFound(target.grantId)
    return {}
  },
})

export const RevokeGrant = operation('RevokeGrant', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [
      await keyTarget(input.KeyId, read, {
        forms: 'no-alias',
        context: { 'kms:GrantIsForAWSResource': String(read.source.calledVia !== undefined) },
      }),
    ],
  },
  async handle(input, ctx, [target]) {
    const key = foundKey(target)
    if ((await ctx.store.of(grants).get([key.id, input.GrantId])) === undefined)
      throw notFound(input.GrantId)
    checkDryRun(input)
    if (!(await ctx.store.transaction((tx) => removeGrant(tx, key.id, input.GrantId))))
      throw notFound(input.GrantId)
    return {}
  },
})
