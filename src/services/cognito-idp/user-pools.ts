import type { UserPoolType } from '@aws-sdk/client-cognito-identity-provider'
import type { CallContext } from '../../kernel/context.ts'
import { tagContext } from '../../kernel/tags.ts'
import { levelNames } from './authentication-levels.ts'
import { fail, invalid, operation } from './contract.ts'
import { grantSenderKey } from './custom-senders.ts'
import { domainsOf } from './domain-records.ts'
import { checkFirstFactors } from './first-factors.ts'
import { checkNoImport } from './import-records.ts'
import { storePage } from './listing.ts'
import { type PoolRecord, places, pools } from './pool-records.ts'
import { poolSettings } from './pool-settings.ts'
import { foundPool, livingPool, onPool, poolArn, poolTarget } from './pool-targets.ts'
import { newSchema, withCustom } from './schema.ts'
import { newTags } from './tag-rules.ts'
import { users } from './user-records.ts'

const poolQuota = 1_000
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

const unless = <T>(list: readonly T[]): T[] | undefined =>
  list.length === 0 ? undefined : [...list]

function poolShape(pool: PoolRecord, { account, region }: CallContext): UserPoolType {
  return {
    Id: pool.id,
    Name: pool.name,
    Arn: poolArn(region, account, pool.id),
    CreationDate: pool.createdAt,
    LastModifiedDate: pool.modifiedAt,
    ...pool.settings,
    AcrConfiguration: levelNames(pool.settings),
    SchemaAttributes: [...pool.schema],
    AliasAttributes: unless(pool.aliasAttributes),
    UsernameAttributes: unless(pool.usernameAttributes),
    MfaConfiguration: pool.mfa.mode,
    UserPoolTags: { ...pool.tags },
    ...(pool.caseSensitive !== undefined && {
      UsernameConfiguration: { CaseSensitive: pool.caseSensitive },
    }),
  }
}

/** How many users there are, up to where counting is worth its price. */
async function estimatedUsers(pool: PoolRecord, ctx: CallContext): Promise<number> {
  const { records } = await ctx.store.of(users).list({ prefix: [pool.id], limit: 1_000 })
  return records.length
}

export const CreateUserPool = operation('CreateUserPool', {
  access: {
    kind: 'iam',
    targets: (input) => [
      { resource: '*', record: undefined, context: tagContext(input.UserPoolTags) },
    ],
  },
  async handle(input, ctx) {
    const { UsernameAttributes = [], AliasAttributes = [], MfaConfiguration = 'OFF' } = input
    if (UsernameAttributes.length > 0 && AliasAttributes.length > 0)
      throw invalid(
        'Only one of the aliasAttributes or usernameAttributes can be set in a user pool.',
      )
    checkSms(input)
    const now = ctx.now()
    const pool: PoolRecord = {
      id: `${ctx.region}_${ctx.random.text(9, alphabet)}`,
      name: input.PoolName,
      createdAt: now,
      modifiedAt: now,
      tags: newTags(input.UserPoolTags),
      schema: newSchema(input.Schema),
      usernameAttributes: [...UsernameAttributes],
      aliasAttributes: [...AliasAttributes],
      caseSensitive: input.UsernameConfiguration?.CaseSensitive,
      settings: poolSettings(input),
      pretence: Buffer.from(ctx.random.bytes(32)).toString('hex'),
      mfa: { mode: MfaConfiguration, softwareToken: false, ...smsFactor(input) },
    }
    checkFirstFactors(pool)
    await grantSenderKey(pool.settings, undefined, ctx)
    await ctx.store.transaction(async (tx) => {
      const { records } = await tx.of(pools).list({ limit: poolQuota })
      if (records.length >= poolQuota)
        throw fail('LimitExceededException', `Exceeded the limit of ${poolQuota} user pools.`)
      await tx.of(pools).create(pool)
      const { account, region } = ctx
      await tx.of(places).create({ id: pool.id, pool: pool.id, account, region })
    })
    return { UserPool: { ...poolShape(pool, ctx), EstimatedNumberOfUsers: 0 } }
  },
})

interface Sms {
  readonly SmsConfiguration?: unknown
  readonly MfaConfiguration?: string | undefined
}

/** A pool whose second factor is chosen here has that of text messages, as it was before others came. */
const smsFactor = ({ SmsConfiguration, MfaConfiguration = 'OFF' }: Sms) =>
  SmsConfiguration !== undefined && MfaConfiguration !== 'OFF' ? { sms: {} } : {}

function checkSms({ SmsConfiguration, MfaConfiguration }: Sms): void {
  if (SmsConfiguration !== undefined) return
  if (MfaConfiguration !== undefined && MfaConfiguration !== 'OFF')
    throw invalid(
      'SMS configuration and Auto verification for phone_number are required when MFA is required/optional',
    )
}

export const DescribeUserPool = operation('DescribeUserPool', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const pool = foundPool(target, input)
    const EstimatedNumberOfUsers = await estimatedUsers(pool, ctx)
    const { prefix, custom } = await domainsOf(ctx.store, pool.id)
    return {
      UserPool: {
        ...poolShape(pool, ctx),
        EstimatedNumberOfUsers,
        ...(prefix !== undefined && { Domain: prefix.domain }),
        ...(custom !== undefined && { CustomDomain: custom.domain }),
      },
    }
  },
})

export const UpdateUserPool = operation('UpdateUserPool', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [await poolTarget(input, read, tagContext(input.UserPoolTags))],
  },
  async handle(input, ctx, [target]) {
    const { id, settings: before } = foundPool(target, input)
    const settings = poolSettings(input)
    await grantSenderKey(settings, before, ctx)
    const tags = input.UserPoolTags === undefined ? undefined : newTags(input.UserPoolTags)
    await ctx.store.transaction(async (tx) => {
      const old = await livingPool(tx, id)
      await checkNoImport(tx, id)
      const { MfaConfiguration: mode = 'OFF' } = input
      const offers = old.mfa.softwareToken || old.mfa.email !== undefined
      if (!offers) checkSms(input)
      const mfa =
        mode === 'OFF'
          ? { mode, softwareToken: old.mfa.softwareToken, webAuthn: old.mfa.webAuthn }
          : { ...old.mfa, mode, ...(old.mfa.sms === undefined && smsFactor(input)) }
      checkFirstFactors({ settings, mfa })
      await tx.of(pools).put({
        ...old,
        name: input.PoolName ?? old.name,
        modifiedAt: ctx.now(),
        settings,
        mfa,
        tags: tags ?? old.tags,
      })
    })
    return {}
  },
})

export const ListUserPools = operation('ListUserPools', {
  access: { kind: 'iam', targets: () => [{ resource: '*', record: undefined }] },
  async handle(input, ctx) {
    const { records, next } = await storePage(
      (from) => ctx.store.of(pools).list(from),
      { mark: input.NextToken, limit: input.MaxResults },
      ctx,
      'pools',
    )
    const UserPools = records.map(({ id, name, createdAt, modifiedAt, settings }) => ({
      Id: id,
      Name: name,
      LambdaConfig: settings.LambdaConfig,
      CreationDate: createdAt,
      LastModifiedDate: modifiedAt,
    }))
    return { UserPools, ...(next !== undefined && { NextToken: next }) }
  },
})

export const AddCustomAttributes = operation('AddCustomAttributes', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const { id } = foundPool(target, input)
    await ctx.store.transaction(async (tx) => {
      const pool = await livingPool(tx, id)
      await checkNoImport(tx, id)
      const schema = withCustom(pool.schema, input.CustomAttributes)
      await tx.of(pools).put({ ...pool, schema, modifiedAt: ctx.now() })
    })
    return {}
  },
})
