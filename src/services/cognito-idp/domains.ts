import type { DomainDescriptionType } from '@aws-sdk/client-cognito-identity-provider'
import { parseArn } from '../../kernel/arn.ts'
import type { CallContext } from '../../kernel/context.ts'
import { AlreadyExists, type Readable } from '../../kernel/store.ts'
import { fail, invalid, operation } from './contract.ts'
import { type DomainRecord, domains, domainsOf } from './domain-records.ts'
import type { PoolRecord } from './pool-records.ts'
import { foundPool, livingPool, onPool } from './pool-targets.ts'

const reserved = ['aws', 'amazon', 'cognito']

interface Asked {
  readonly Domain: string
  readonly CustomDomainConfig?: DomainRecord['custom'] | undefined
  readonly ManagedLoginVersion?: number | undefined
  readonly Routing?: DomainRecord['routing'] | undefined
}

const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/

function checkDomain({
  Domain: domain,
  CustomDomainConfig: custom,
  Routing: routing,
}: Asked): void {
  if (custom === undefined) {
    if (routing !== undefined) throw invalid('Routing is for custom domains only.')
    if (!label.test(domain)) throw invalid(`${domain} is not a valid domain prefix.`)
    const word = reserved.find((one) => domain.includes(one))
    if (word !== undefined) throw invalid(`Domain cannot contain reserved word: ${word}`)
    return
  }
  const parts = domain.split('.')
  if (parts.length < 2 || !parts.every((part) => label.test(part)))
    throw invalid(`${domain} is not a valid custom domain.`)
  const arn = parseArn(custom.CertificateArn ?? '')
  if (arn?.service !== 'acm' || !arn.resource?.startsWith('certificate/'))
    throw invalid('The certificate of a custom domain must be of AWS Certificate Manager.')
  if (arn.region !== 'us-east-1')
    throw invalid('The certificate of a custom domain must be in us-east-1.')
}

function checkVersion(version: number | undefined, pool: PoolRecord): number {
  if (version !== undefined && version !== 1 && version !== 2)
    throw invalid('ManagedLoginVersion must be 1 or 2.')
  if (version === 2 && pool.settings.UserPoolTier === 'LITE')
    throw fail(
      'FeatureUnavailableInTierException',
      'Managed login is not available in the LITE tier.',
    )
  return version ?? 1
}

/** The installation's own name is nobody's to take: its pages and its API are there. */
function checkForeign(
  { Domain, CustomDomainConfig: custom }: Asked,
  { baseUrl }: CallContext,
): void {
  if (custom === undefined) return
  if (Domain === new URL(baseUrl).hostname)
    throw invalid(`${Domain} is where this installation itself is reached.`)
}

/** The name under which a custom domain is served: what its owner's DNS points to. */
const distribution = ({ registration }: Pick<DomainRecord, 'registration'>) =>
  `${registration}.cloudfront.net`

const made = (record: DomainRecord) => ({
  ManagedLoginVersion: record.version,
  ...(record.custom !== undefined && { CloudFrontDomain: distribution(record) }),
  ...(record.routing !== undefined && { Routing: record.routing }),
})

/** A domain of the pool, by its name. */
async function found(
  store: Readable,
  { Domain, UserPoolId }: { readonly Domain: string; readonly UserPoolId: string },
): Promise<DomainRecord> {
  const record = await store.of(domains).get([Domain])
  if (record?.pool !== UserPoolId) throw invalid('No such domain or user pool exists.')
  return record
}

const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789'

const newRegistration = ({ random }: CallContext) => `d${random.text(13, alphabet)}`

export const CreateUserPoolDomain = operation('CreateUserPoolDomain', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const pool = foundPool(target, input)
    checkDomain(input)
    checkForeign(input, ctx)
    const record: DomainRecord = {
      domain: input.Domain,
      pool: pool.id,
      account: ctx.account,
      region: ctx.region,
      custom: input.CustomDomainConfig,
      routing: input.Routing,
      version: checkVersion(input.ManagedLoginVersion, pool),
      registration: newRegistration(ctx),
    }
    await ctx.store
      .transaction(async (tx) => {
        await livingPool(tx, pool.id)
        const { prefix, custom } = await domainsOf(tx, pool.id)
        if ((record.custom === undefined ? prefix : custom) !== undefined)
          throw invalid('User pool already has a domain configured.')
        await tx.of(domains).create(record)
      })
      .catch((error) => {
        if (!(error instanceof AlreadyExists)) throw error
        throw invalid('Domain already associated with another user pool.')
      })
    return made(record)
  },
})

export const UpdateUserPoolDomain = operation('UpdateUserPoolDomain', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const pool = foundPool(target, input)
    const record = await ctx.store.transaction(async (tx) => {
      const old = await found(tx, input)
      const next: DomainRecord = {
        ...old,
        custom: input.CustomDomainConfig ?? old.custom,
        routing: input.Routing ?? old.routing,
        version:
          input.ManagedLoginVersion === undefined
            ? old.version
            : checkVersion(input.ManagedLoginVersion, pool),
      }
      if (old.custom === undefined && next.custom !== undefined)
        throw invalid('A prefix domain has no certificate.')
      checkDomain({ Domain: old.domain, CustomDomainConfig: next.custom, Routing: next.routing })
      await tx.of(domains).put(next)
      return next
    })
    return made(record)
  },
})

export const DeleteUserPoolDomain = operation('DeleteUserPoolDomain', {
  access: onPool,
  async handle(input, ctx, [target]) {
    foundPool(target, input)
    await ctx.store.transaction(async (tx) => {
      await found(tx, input)
      await tx.of(domains).delete([input.Domain])
    })
    return {}
  },
})

function description(record: DomainRecord, account: string): DomainDescriptionType {
  return {
    UserPoolId: record.pool,
    AWSAccountId: account,
    Domain: record.domain,
    S3Bucket: `aws-cognito-prod-${record.region}-assets`,
    CloudFrontDistribution: distribution(record),
    Version: record.registration,
    Status: 'ACTIVE',
    CustomDomainConfig: record.custom ?? {},
    ManagedLoginVersion: record.version,
    ...(record.routing !== undefined && { Routing: record.routing }),
  } as DomainDescriptionType
}

export const DescribeUserPoolDomain = operation('DescribeUserPoolDomain', {
  access: { kind: 'iam', targets: () => [{ resource: '*', record: undefined }] },
  async handle(input, ctx) {
    const { account, region } = ctx
    const record = await ctx.store.of(domains).get([input.Domain])
    // What others own is told like what nobody owns: with an empty description.
    const own = record?.account === account && record.region === region
    return { DomainDescription: own ? description(record, account) : {} }
  },
})
