import type { IdentityProviderType } from '@aws-sdk/client-cognito-identity-provider'
import type { CallContext } from '../../kernel/context.ts'
import { AlreadyExists, type Readable } from '../../kernel/store.ts'
import { fail, invalid, operation } from './contract.ts'
import { type IdentityProviderRecord, identityProviders } from './identity-provider-records.ts'
import { storePage } from './listing.ts'
import type { PoolRecord } from './pool-records.ts'
import { foundPool, livingPool, onPool } from './pool-targets.ts'
import { completeDetails, kinds } from './provider-details.ts'
import { samlEncryption, samlEncryptionOf } from './saml-encryption.ts'

/** At most so many in a pool. */
const quota = 300

const shape = (provider: IdentityProviderRecord): IdentityProviderType => ({
  UserPoolId: provider.pool,
  ProviderName: provider.name,
  ProviderType: provider.type,
  ProviderDetails: { ...provider.details },
  AttributeMapping: { ...provider.mapping },
  IdpIdentifiers: [...provider.identifiers],
  ...(provider.acr !== undefined && { AcrMapping: { ...provider.acr } }),
  LastModifiedDate: provider.modifiedAt,
  CreationDate: provider.createdAt,
})

/** The provider that a call names. */
export async function foundProvider(
  store: Readable,
  { UserPoolId, ProviderName }: { readonly UserPoolId: string; readonly ProviderName: string },
): Promise<IdentityProviderRecord> {
  const provider = await store.of(identityProviders).get([UserPoolId, ProviderName])
  if (provider === undefined)
    throw fail('ResourceNotFoundException', `Identity provider ${ProviderName} does not exist.`)
  return provider
}

/** Names of all providers of a pool. */
export async function providerNames(store: Readable, pool: string): Promise<ReadonlySet<string>> {
  const { records } = await store.of(identityProviders).list({ prefix: [pool], limit: quota })
  return new Set(records.map(({ name }) => name))
}

/** Only attributes that can change are mapped: they are written anew at every sign-in. */
function checkMapping(pool: PoolRecord, mapping: Readonly<Record<string, string>>): void {
  for (const name of Object.keys(mapping)) {
    if (name === 'username') continue
    const known = pool.schema.find((attribute) => attribute.Name === name)
    if (known === undefined) throw invalid(`Invalid attribute mapping: ${name} does not exist.`)
    if (known.Mutable === false)
      throw invalid(`Invalid attribute mapping: ${name} cannot be changed.`)
  }
}

function checkIdentifiers(identifiers: readonly string[]): readonly string[] {
  if (new Set(identifiers).size < identifiers.length)
    throw invalid('Identifiers of an identity provider must differ.')
  return identifiers
}

/** The details of a provider, with the certificate for which it encrypts where it is to. */
async function detailsOf(
  { pool, name, type }: Pick<IdentityProviderRecord, 'pool' | 'name' | 'type'>,
  given: Readonly<Record<string, string>>,
  ctx: CallContext,
): Promise<Readonly<Record<string, string>>> {
  const { ActiveEncryptionCertificate: _, ...own } = given
  const details = await completeDetails(type, own, ctx.ports.egress)
  if (type !== 'SAML' || details.EncryptedResponses !== 'true') return details
  const { certificate } = await samlEncryptionOf(pool, name, ctx)
  return {
    ...details,
    ActiveEncryptionCertificate: Buffer.from(certificate).toString('base64'),
  }
}

const clash = (error: unknown): never => {
  if (!(error instanceof AlreadyExists)) throw error
  throw fail('DuplicateProviderException', 'An identifier is of another identity provider already.')
}

export const CreateIdentityProvider = operation('CreateIdentityProvider', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const pool = foundPool(target, input)
    const { ProviderName: name, ProviderType: type } = input
    if (name === 'COGNITO') throw invalid('COGNITO is a reserved provider name.')
    const { subject } = kinds[type]
    const mapping = {
      ...(subject !== undefined && { username: subject }),
      ...input.AttributeMapping,
    }
    checkMapping(pool, mapping)
    const provider: IdentityProviderRecord = {
      pool: pool.id,
      name,
      type,
      details: await detailsOf({ pool: pool.id, name, type }, input.ProviderDetails, ctx),
      mapping,
      identifiers: checkIdentifiers(input.IdpIdentifiers ?? []),
      acr: input.AcrMapping,
      createdAt: ctx.now(),
      modifiedAt: ctx.now(),
    }
    await ctx.store
      .transaction(async (tx) => {
        await livingPool(tx, pool.id)
        const names = await providerNames(tx, pool.id)
        if (names.has(name))
          throw fail(
            'DuplicateProviderException',
            `A provider with the name ${name} already exists in this user pool.`,
          )
        if (names.size >= quota)
          throw fail(
            'LimitExceededException',
            `A user pool has at most ${quota} identity providers.`,
          )
        await tx.of(identityProviders).create(provider)
      })
      .catch(clash)
    return { IdentityProvider: shape(provider) }
  },
})

export const DescribeIdentityProvider = operation('DescribeIdentityProvider', {
  access: onPool,
  async handle(input, ctx, [target]) {
    foundPool(target, input)
    return { IdentityProvider: shape(await foundProvider(ctx.store, input)) }
  },
})

export const GetIdentityProviderByIdentifier = operation('GetIdentityProviderByIdentifier', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const { id } = foundPool(target, input)
    const entry = `${id}|${input.IdpIdentifier}`
    const provider = await ctx.store.of(identityProviders).findOne('identifier', entry)
    if (provider === undefined)
      throw fail(
        'ResourceNotFoundException',
        `Identity provider with the identifier ${input.IdpIdentifier} does not exist.`,
      )
    return { IdentityProvider: shape(provider) }
  },
})

export const UpdateIdentityProvider = operation('UpdateIdentityProvider', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const pool = foundPool(target, input)
    const before = await foundProvider(ctx.store, input)
    const { ProviderDetails: given, AttributeMapping, IdpIdentifiers, AcrMapping } = input
    if (AttributeMapping !== undefined) checkMapping(pool, AttributeMapping)
    const details = given && (await detailsOf(before, given, ctx))
    const { subject } = kinds[before.type]
    const provider = await ctx.store
      .transaction(async (tx) => {
        const old = await foundProvider(tx, input)
        const next: IdentityProviderRecord = {
          ...old,
          details: details ?? old.details,
          mapping:
            AttributeMapping === undefined
              ? old.mapping
              : { ...(subject !== undefined && { username: subject }), ...AttributeMapping },
          identifiers:
            IdpIdentifiers === undefined ? old.identifiers : checkIdentifiers(IdpIdentifiers),
          acr: AcrMapping ?? old.acr,
          modifiedAt: ctx.now(),
        }
        await tx.of(identityProviders).put(next)
        return next
      })
      .catch(clash)
    return { IdentityProvider: shape(provider) }
  },
})

export const DeleteIdentityProvider = operation('DeleteIdentityProvider', {
  access: onPool,
  async handle(input, ctx, [target]) {
    foundPool(target, input)
    await ctx.store.transaction(async (tx) => {
      await foundProvider(tx, input)
      await tx.of(identityProviders).delete([input.UserPoolId, input.ProviderName])
      await tx.of(samlEncryption).delete([input.UserPoolId, input.ProviderName])
    })
    return {}
  },
})

export const ListIdentityProviders = operation('ListIdentityProviders', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const { id } = foundPool(target, input)
    const { records, next } = await storePage(
      (from) => ctx.store.of(identityProviders).list({ ...from, prefix: [id] }),
      { mark: input.NextToken, limit: input.MaxResults || 60 },
      ctx,
      `identity-providers/${id}`,
    )
    const Providers = records.map((provider) => ({
      ProviderName: provider.name,
      ProviderType: provider.type,
      LastModifiedDate: provider.modifiedAt,
      CreationDate: provider.createdAt,
    }))
    return { Providers, ...(next !== undefined && { NextToken: next }) }
  },
})
