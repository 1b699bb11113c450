import type { GrantListEntry } from '@aws-sdk/client-kms'
import type { CallContext } from '../../kernel/context.ts'
import type { Key } from '../../kernel/store.ts'
import { fail, operation } from './contract.ts'
import { type GrantRecord, granteeKey, grants } from './grant-records.ts'
import { keyArn } from './key-records.ts'
import { foundKey, managed } from './key-targets.ts'
import { keyPage } from './listing.ts'

function entryOf(
  grant: GrantRecord,
  { account, region }: Pick<CallContext, 'account' | 'region'>,
): GrantListEntry {
  const { constraints: limits } = grant
  return {
    KeyId: keyArn({ account, region, id: grant.keyId }),
    GrantId: grant.id,
    Name: grant.name ?? '',
    CreationDate: grant.createdAt,
    [grant.granteeIsService ? 'GranteeServicePrincipal' : 'GranteePrincipal']: grant.grantee,
    ...(grant.retiring !== undefined && {
      [grant.retiringIsService ? 'RetiringServicePrincipal' : 'RetiringPrincipal']: grant.retiring,
    }),
    IssuingAccount: grant.issuer,
    Operations: [...grant.operations],
    ...(limits !== undefined && {
      Constraints: {
        ...(limits.encryptionContextEquals && {
          EncryptionContextEquals: limits.encryptionContextEquals,
        }),
        ...(limits.encryptionContextSubset && {
          EncryptionContextSubset: limits.encryptionContextSubset,
        }),
        ...(limits.sourceArn && { SourceArn: limits.sourceArn }),
      },
    }),
  }
}

/** All grants that an answer may tell of; a grant id or a grantee narrows them by index. */
async function grantsOfKey(
  keyId: string,
  {
    GrantId,
    GranteePrincipal,
    GranteeServicePrincipal,
  }: {
    readonly GrantId?: string | undefined
    readonly GranteePrincipal?: string | undefined
    readonly GranteeServicePrincipal?: string | undefined
  },
  ctx: CallContext,
): Promise<readonly GrantRecord[]> {
  const reader = ctx.store.of(grants)
  if (GrantId !== undefined) {
    const grant = await reader.get([keyId, GrantId])
    if (grant === undefined) throw fail('InvalidGrantIdException', `Grant ${GrantId} not found`)
    return [grant]
  }
  const grantee = GranteePrincipal ?? GranteeServicePrincipal
  const found: GrantRecord[] = []
  let after: Key | undefined
  do {
    const options = { after, limit: 1_000 }
    const page =
      grantee === undefined
        ? await reader.list({ ...options, prefix: [keyId] })
        : await reader.find('grantee', granteeKey(keyId, grantee), options)
    found.push(...page.records)
    after = page.after
  } while (after !== undefined)
  return found
}

export const ListGrants = operation('ListGrants', {
  access: managed,
  async handle(input, ctx, [target]) {
    const key = foundKey(target)
    const found = await grantsOfKey(key.id, input, ctx)
    const sized = { Marker: input.Marker, Limit: input.Limit ?? 50 }
    const { items, ...more } = await keyPage(
      found.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
      ({ id }) => id,
      sized,
      ctx,
      `grants/${key.id}`,
    )
    return { Grants: items.map((grant) => entryOf(grant, ctx)), ...more }
  },
})

export const ListRetirableGrants = operation('ListRetirableGrants', {
  access: { kind: 'iam', targets: () => [{ resource: '*', record: undefined }] },
  async handle(input, ctx) {
    const retiring = input.RetiringPrincipal ?? input.RetiringServicePrincipal
    if (retiring === undefined)
      throw fail('ValidationException', 'A retiring principal must be specified.')
    const page = await ctx.store.of(grants).find('retiring', retiring, { limit: 1_000 })
    const order = ({ keyId, id }: GrantRecord) => `${keyId} ${id}`
    const sized = { Marker: input.Marker, Limit: input.Limit ?? 50 }
    const { items, ...more } = await keyPage(page.records, order, sized, ctx, 'retirable')
    return { Grants: items.map((grant) => entryOf(grant, ctx)), ...more }
  },
})
