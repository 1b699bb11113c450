import { isDeepStrictEqual } from 'node:util'
import { fail, operation } from './contract.ts'
import { checkDryRun } from './dry-run.ts'
import { countGrant, type GrantRecord, grants } from './grant-records.ts'
import { checkOperations, checkPassedOn, limitsOf } from './grant-rules.ts'
import { grantToken } from './grant-tokens.ts'
import { checkUsable } from './key-states.ts'
import { foundKey, keyTarget } from './key-targets.ts'

const quota = 50_000

/** What makes two grants the same, but for who asks when. */
const contentOf = ({ id: _id, createdAt: _at, ...content }: GrantRecord) => content

export const CreateGrant = operation('CreateGrant', {
  access: {
    kind: 'iam',
    async targets(input, read) {
      const { Constraints: limits } = input
      const kinds = [
        ...(limits?.EncryptionContextEquals ? ['EncryptionContextEquals'] : []),
        ...(limits?.EncryptionContextSubset ? ['EncryptionContextSubset'] : []),
      ]
      return [
        await keyTarget(input.KeyId, read, {
          forms: 'no-alias',
          grantTokens: input.GrantTokens,
          context: {
            'kms:GrantOperations': input.Operations,
            'kms:GrantConstraintType': kinds[0],
            'kms:GrantConstraintSourceArn': limits?.SourceArn,
            'kms:GranteePrincipal': input.GranteePrincipal,
            'kms:GranteeServicePrincipal': input.GranteeServicePrincipal,
            'kms:RetiringPrincipal': input.RetiringPrincipal,
            'kms:GrantIsForAWSResource': String(read.source.calledVia !== undefined),
          },
        }),
      ]
    },
  },
  async handle(input, ctx, [target]) {
    const key = foundKey(target)
    checkUsable(key)
    checkOperations(key, input.Operations)
    const limits = limitsOf(key, input.Constraints)
    checkPassedOn(target, key, { operations: input.Operations, limits }, ctx)
    const grantee = one(input.GranteePrincipal, input.GranteeServicePrincipal, 'Grantee')
    if (grantee === undefined)
      throw fail('ValidationException', 'A grantee principal must be specified.')
    const retiring = one(input.RetiringPrincipal, input.RetiringServicePrincipal, 'Retiring')
    const grant: GrantRecord = {
      id: Buffer.from(ctx.random.bytes(32)).toString('hex'),
      keyId: key.id,
      createdAt: ctx.now(),
      grantee,
      issuer: `arn:aws:iam::${ctx.caller.principal.account || key.account}:root`,
      operations: [...new Set(input.Operations)],
      ...(input.Name !== undefined && { name: input.Name }),
      ...(retiring !== undefined && { retiring }),
      ...(input.GranteeServicePrincipal !== undefined && { granteeIsService: true }),
      ...(input.RetiringServicePrincipal !== undefined && { retiringIsService: true }),
      ...(limits !== undefined && { constraints: limits }),
    }
    checkDryRun(input)
    const kept = await ctx.store.transaction(async (tx) => {
      if (grant.name !== undefined) {
        const named = await tx.of(grants).find('name', `${key.id} ${grant.name}`, { limit: 100 })
        const same = named.records.find((old) =>
          isDeepStrictEqual(contentOf(old), contentOf(grant)),
        )
        if (same !== undefined) return same
      }
      if ((await countGrant(tx, key.id, 1)) > quota)
        throw fail('LimitExceededException', `A key can have at most ${quota} grants.`)
      await tx.of(grants).create(grant)
      return grant
    })
    const { account, region, id: keyId } = key
    return {
      GrantToken: await grantToken({ account, region, keyId, grantId: kept.id }, ctx),
      GrantId: kept.id,
    }
  },
})

/** A principal or a service principal, not both. */
function one(
  principal: string | undefined,
  service: string | undefined,
  what: string,
): string | undefined {
  if (principal !== undefined && service !== undefined)
    throw fail(
      'ValidationException',
      `${what}Principal and ${what}ServicePrincipal cannot both be specified.`,
    )
  const isArn = /^arn:aws[a-z-]*:(iam|sts)::\d{12}:/.test(principal ?? '')
  if (principal !== undefined && !isArn && !/^\d{12}$/.test(principal))
    throw fail('InvalidArnException', `${what} principal ${principal} is not valid.`)
  return principal !== undefined && /^\d{12}$/.test(principal)
    ? `arn:aws:iam::${principal}:root`
    : (principal ?? service)
}
