import { parseArn } from '../../kernel/arn.ts'
import type { ReadContext } from '../../kernel/context.ts'
import { AlreadyExists, type Transaction } from '../../kernel/store.ts'
import { tagsToList } from '../../kernel/tags.ts'
import type { Target } from '../../kernel/target.ts'
import { fail, operation } from './contract.ts'
import { all } from './listing.ts'
import {
  issuerName,
  type OidcProviderRecord,
  oidcArn,
  oidcProviders,
} from './oidc-provider-records.ts'
import { tagOperations } from './resource-tags.ts'
import { newTags, tagContext } from './tag-rules.ts'

const quotas = { providers: 100, clientIds: 100, thumbprints: 5 }

type Named = { readonly OpenIDConnectProviderArn: string }

async function providerTarget(
  { OpenIDConnectProviderArn: arn }: Named,
  read: ReadContext,
): Promise<Target<OidcProviderRecord | undefined>> {
  const name = /^arn:aws:iam::\d{12}:oidc-provider\/(.+)$/.exec(arn)?.[1]
  const ours = name !== undefined && arn.split(':')[4] === read.account
  const record = ours ? await read.store.of(oidcProviders).findOne('name', name) : undefined
  return { resource: arn, account: parseArn(arn)?.account, record, tags: record?.tags }
}

function found(record: OidcProviderRecord | undefined, { OpenIDConnectProviderArn: arn }: Named) {
  if (record === undefined)
    throw fail('NoSuchEntityException', `OpenIDConnect Provider not found for arn ${arn}`)
  return record
}

/**
 * An issuer must be reached over TLS. Without it only this machine's own may be registered, so that
 * an identity server on a laptop needs no certificate.
 */
function checkUrl(text: string): void {
  const url = URL.parse(text)
  const loopback = /^(localhost|127\.0\.0\.1|\[::1\])$/.test(url?.hostname ?? '')
  const secure = url?.protocol === 'https:' || (url?.protocol === 'http:' && loopback)
  if (url === null || !secure || url.search !== '' || url.hash !== '' || url.username !== '')
    throw fail('ValidationError', 'Invalid Open ID Connect Provider URL')
}

function checkClientIds(ids: readonly string[]): readonly string[] {
  const unique = [...new Set(ids)]
  if (unique.length > quotas.clientIds)
    throw fail(
      'LimitExceededException',
      `Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: ${quotas.clientIds}`,
    )
  return unique
}

function checkThumbprints(thumbprints: readonly string[]): readonly string[] {
  if (thumbprints.length > quotas.thumbprints)
    throw fail('InvalidInputException', 'Thumbprint list must contain fewer than 5 entries.')
  for (const print of thumbprints)
    if (!/^[0-9a-fA-F]{40}$/.test(print))
      throw fail('ValidationError', 'Thumbprint must be 40 hexadecimal characters.')
  return thumbprints.map((print) => print.toLowerCase())
}

export const CreateOpenIDConnectProvider = operation('CreateOpenIDConnectProvider', {
  access: {
    kind: 'iam',
    targets(input, read) {
      const resource = oidcArn(read.account, input.Url)
      const create = { resource, context: tagContext(input.Tags), record: undefined }
      if (!input.Tags?.length) return [create]
      return [create, { ...create, action: 'iam:TagOpenIDConnectProvider' }]
    },
  },
  async handle(input, ctx) {
    checkUrl(input.Url)
    const provider: OidcProviderRecord = {
      id: ctx.random.uuid(),
      url: input.Url,
      clientIds: checkClientIds(input.ClientIDList ?? []),
      thumbprints: checkThumbprints(input.ThumbprintList ?? []),
      createdAt: ctx.now(),
      tags: newTags(input.Tags),
    }
    try {
      await ctx.store.transaction(async (tx) => {
        if ((await all(tx, oidcProviders)).length >= quotas.providers)
          throw fail(
            'LimitExceededException',
            `Cannot exceed quota for OpenIdConnectProvidersPerAccount: ${quotas.providers}`,
          )
        await tx.of(oidcProviders).create(provider)
      })
    } catch (error) {
      if (!(error instanceof AlreadyExists)) throw error
      throw fail('EntityAlreadyExistsException', `Provider with url ${input.Url} already exists.`)
    }
    return {
      OpenIDConnectProviderArn: oidcArn(ctx.account, provider.url),
      ...(input.Tags?.length && { Tags: tagsToList(provider.tags) }),
    }
  },
})

export const GetOpenIDConnectProvider = operation('GetOpenIDConnectProvider', {
  access: { kind: 'iam', targets: async (input, read) => [await providerTarget(input, read)] },
  handle(input, _ctx, [target]) {
    const provider = found(target.record, input)
    return {
      Url: issuerName(provider.url),
      ClientIDList: [...provider.clientIds],
      ThumbprintList: [...provider.thumbprints],
      CreateDate: provider.createdAt,
      Tags: tagsToList(provider.tags),
    }
  },
})

export const ListOpenIDConnectProviders = operation('ListOpenIDConnectProviders', {
  access: { kind: 'iam', targets: () => [{ resource: '*', record: undefined }] },
  async handle(_input, ctx) {
    const providers = await all(ctx.store, oidcProviders)
    const arns = providers.map(({ url }) => oidcArn(ctx.account, url)).sort()
    return { OpenIDConnectProviderList: arns.map((Arn) => ({ Arn })) }
  },
})

export const DeleteOpenIDConnectProvider = operation('DeleteOpenIDConnectProvider', {
  access: { kind: 'iam', targets: async (input, read) => [await providerTarget(input, read)] },
  async handle(_input, ctx, [{ record }]) {
    // To delete what is not there is no fault here.
    if (record !== undefined)
      await ctx.store.transaction((tx) => tx.of(oidcProviders).delete([record.id]))
    return {}
  },
})

async function change(
  tx: Transaction,
  input: Named,
  record: OidcProviderRecord | undefined,
  next: (old: OidcProviderRecord) => Partial<OidcProviderRecord>,
): Promise<void> {
  const { id } = found(record, input)
  const old = found(await tx.of(oidcProviders).get([id]), input)
  await tx.of(oidcProviders).put({ ...old, ...next(old) })
}

export const AddClientIDToOpenIDConnectProvider = operation('AddClientIDToOpenIDConnectProvider', {
  access: { kind: 'iam', targets: async (input, read) => [await providerTarget(input, read)] },
  async handle(input, ctx, [{ record }]) {
    await ctx.store.transaction((tx) =>
      change(tx, input, record, ({ clientIds }) => ({
        clientIds: checkClientIds([...clientIds, input.ClientID]),
      })),
    )
    return {}
  },
})

export const RemoveClientIDFromOpenIDConnectProvider = operation(
  'RemoveClientIDFromOpenIDConnectProvider',
  {
    access: { kind: 'iam', targets: async (input, read) => [await providerTarget(input, read)] },
    async handle(input, ctx, [{ record }]) {
      await ctx.store.transaction((tx) =>
        change(tx, input, record, ({ clientIds }) => ({
          clientIds: clientIds.filter((id) => id !== input.ClientID),
        })),
      )
      return {}
    },
  },
)

export const UpdateOpenIDConnectProviderThumbprint = operation(
  'UpdateOpenIDConnectProviderThumbprint',
  {
    access: { kind: 'iam', targets: async (input, read) => [await providerTarget(input, read)] },
    async handle(input, ctx, [{ record }]) {
      const thumbprints = checkThumbprints(input.ThumbprintList)
      await ctx.store.transaction((tx) => change(tx, input, record, () => ({ thumbprints })))
      return {}
    },
  },
)

const tags = tagOperations<OidcProviderRecord, Named>({
  collection: oidcProviders,
  target: providerTarget,
  found,
})

export const TagOpenIDConnectProvider = operation('TagOpenIDConnectProvider', tags.tag)
export const UntagOpenIDConnectProvider = operation('UntagOpenIDConnectProvider', tags.untag)
export const ListOpenIDConnectProviderTags = operation('ListOpenIDConnectProviderTags', tags.list)
