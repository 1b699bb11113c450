import { createPrivateKey } from 'node:crypto'
import { readMetadata } from '../../crypto/saml/metadata.ts'
import { XmlRefused } from '../../crypto/saml/xml.ts'
import type { CallContext, ReadContext } from '../../kernel/context.ts'
import { AlreadyExists } from '../../kernel/store.ts'
import { tagsToList } from '../../kernel/tags.ts'
import type { Target } from '../../kernel/target.ts'
import { iamArn } from './arns.ts'
import { fail, operation } from './contract.ts'
import { all } from './listing.ts'
import { tagOperations } from './resource-tags.ts'
import { type SamlProviderRecord, samlProviders } from './saml-provider-records.ts'
import { newTags, tagContext } from './tag-rules.ts'

const providerQuota = 100
const keyQuota = 2
/** How long a document counts that sets no end itself. */
const years = 100

type Named = { readonly SAMLProviderArn: string }

const arnOf = (provider: Pick<SamlProviderRecord, 'name'>, account: string): string =>
  iamArn(account, 'saml-provider', provider.name)

async function providerTarget(
  { SAMLProviderArn: arn }: Named,
  read: ReadContext,
): Promise<Target<SamlProviderRecord | undefined>> {
  const [, account, name] = /^arn:aws:iam::(\d{12}):saml-provider\/([\w._-]+)$/.exec(arn) ?? []
  if (name === undefined) throw fail('InvalidInputException', `Invalid SAML provider ARN: ${arn}`)
  const record =
    account === read.account
      ? await read.store.of(samlProviders).findOne('name', name.toLowerCase())
      : undefined
  return { resource: arn, account, record, tags: record?.tags }
}

function found(record: SamlProviderRecord | undefined, { SAMLProviderArn: arn }: Named) {
  if (record === undefined) throw fail('NoSuchEntityException', `Manifest not found for arn ${arn}`)
  return record
}

/** The document's parts that a record keeps. */
function metadataOf(text: string, now: Date): Pick<SamlProviderRecord, 'metadata' | 'validUntil'> {
  try {
    const { validUntil } = readMetadata(text)
    const end = new Date(now)
    end.setUTCFullYear(end.getUTCFullYear() + years)
    return { metadata: text, validUntil: validUntil === undefined ? end : new Date(validUntil) }
  } catch (error) {
    if (!(error instanceof XmlRefused)) throw error
    throw fail('InvalidInputException', `Could not parse metadata`)
  }
}

function newKey(pem: string, ctx: CallContext): SamlProviderRecord['keys'][number] {
  try {
    if (createPrivateKey(pem).asymmetricKeyType !== 'rsa') throw new Error('not RSA')
  } catch {
    throw fail('InvalidInputException', 'The private key must be an RSA key in PEM format.')
  }
  return {
    id: ctx.random.text(26, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'),
    pem,
    addedAt: ctx.now(),
  }
}

export const CreateSAMLProvider = operation('CreateSAMLProvider', {
  access: {
    kind: 'iam',
    targets(input, read) {
      const resource = arnOf({ name: input.Name }, read.account)
      const create = { resource, context: tagContext(input.Tags), record: undefined }
      return input.Tags?.length ? [create, { ...create, action: 'iam:TagSAMLProvider' }] : [create]
    },
  },
  async handle(input, ctx) {
    if (input.AssertionEncryptionMode === 'Required' && input.AddPrivateKey === undefined)
      throw fail('InvalidInputException', 'A private key is required to require encryption.')
    const provider: SamlProviderRecord = {
      id: ctx.random.uuid(),
      name: input.Name,
      ...metadataOf(input.SAMLMetadataDocument, ctx.now()),
      createdAt: ctx.now(),
      encryption: input.AssertionEncryptionMode,
      keys: input.AddPrivateKey === undefined ? [] : [newKey(input.AddPrivateKey, ctx)],
      tags: newTags(input.Tags),
    }
    try {
      await ctx.store.transaction(async (tx) => {
        if ((await all(tx, samlProviders)).length >= providerQuota)
          throw fail(
            'LimitExceededException',
            `Cannot exceed quota for SAMLProvidersPerAccount: ${providerQuota}`,
          )
        await tx.of(samlProviders).create(provider)
      })
    } catch (error) {
      if (!(error instanceof AlreadyExists)) throw error
      throw fail(
        'EntityAlreadyExistsException',
        `SAMLProvider with name ${input.Name} already exists.`,
      )
    }
    return {
      SAMLProviderArn: arnOf(provider, ctx.account),
      ...(input.Tags?.length && { Tags: tagsToList(provider.tags) }),
    }
  },
})

export const GetSAMLProvider = operation('GetSAMLProvider', {
  access: { kind: 'iam', targets: async (input, read) => [await providerTarget(input, read)] },
  handle(input, _ctx, [target]) {
    const provider = found(target.record, input)
    return {
      SAMLProviderUUID: provider.id,
      SAMLMetadataDocument: provider.metadata,
      CreateDate: provider.createdAt,
      ValidUntil: provider.validUntil,
      Tags: tagsToList(provider.tags),
      ...(provider.encryption !== undefined && { AssertionEncryptionMode: provider.encryption }),
      PrivateKeyList: provider.keys.map(({ id, addedAt }) => ({ KeyId: id, Timestamp: addedAt })),
    }
  },
})

export const ListSAMLProviders = operation('ListSAMLProviders', {
  access: { kind: 'iam', targets: () => [{ resource: '*', record: undefined }] },
  async handle(_input, ctx) {
    const providers = await all(ctx.store, samlProviders)
    const sorted = providers.toSorted((a, b) =>
      a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1,
    )
    return {
      SAMLProviderList: sorted.map((provider) => ({
        Arn: arnOf(provider, ctx.account),
        ValidUntil: provider.validUntil,
        CreateDate: provider.createdAt,
      })),
    }
  },
})

export const UpdateSAMLProvider = operation('UpdateSAMLProvider', {
  access: { kind: 'iam', targets: async (input, read) => [await providerTarget(input, read)] },
  async handle(input, ctx, [target]) {
    const { id } = found(target.record, input)
    const document = input.SAMLMetadataDocument
    const metadata = document === undefined ? {} : metadataOf(document, ctx.now())
    const added = input.AddPrivateKey === undefined ? [] : [newKey(input.AddPrivateKey, ctx)]
    await ctx.store.transaction(async (tx) => {
      const old = found(await tx.of(samlProviders).get([id]), input)
      const gone = input.RemovePrivateKey
      if (gone !== undefined && !old.keys.some((key) => key.id === gone))
        throw fail('NoSuchEntityException', `The private key with id ${gone} cannot be found.`)
      const keys = [...old.keys.filter((key) => key.id !== gone), ...added]
      if (keys.length > keyQuota)
        throw fail(
          'LimitExceededException',
          `Cannot exceed quota for PrivateKeysPerSAMLProvider: 2`,
        )
      const encryption = input.AssertionEncryptionMode ?? old.encryption
      if (encryption === 'Required' && keys.length === 0)
        throw fail('InvalidInputException', 'A private key is required to require encryption.')
      await tx.of(samlProviders).put({ ...old, ...metadata, keys, encryption })
    })
    return { SAMLProviderArn: input.SAMLProviderArn }
  },
})

export const DeleteSAMLProvider = operation('DeleteSAMLProvider', {
  access: { kind: 'iam', targets: async (input, read) => [await providerTarget(input, read)] },
  async handle(input, ctx, [target]) {
    const { id } = found(target.record, input)
    if (!(await ctx.store.transaction((tx) => tx.of(samlProviders).delete([id]))))
      found(undefined, input)
    return {}
  },
})

const tags = tagOperations<SamlProviderRecord, Named>({
  collection: samlProviders,
  target: providerTarget,
  found,
})

export const TagSAMLProvider = operation('TagSAMLProvider', tags.tag)
export const UntagSAMLProvider = operation('UntagSAMLProvider', tags.untag)
export const ListSAMLProviderTags = operation('ListSAMLProviderTags', tags.list)
