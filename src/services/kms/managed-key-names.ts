import { createHash } from 'node:crypto'
import type { KeyRecord } from './key-records.ts'

/** Services that have a key of their own in every account, and the name that they call KMS by. */
const services: Readonly<Record<string, string>> = {
  acm: 'acm',
  backup: 'backup',
  codecommit: 'codecommit',
  dms: 'dms',
  dynamodb: 'dynamodb',
  ebs: 'ec2',
  elasticfilesystem: 'elasticfilesystem',
  es: 'es',
  fsx: 'fsx',
  glue: 'glue',
  kinesis: 'kinesis',
  kinesisvideo: 'kinesisvideo',
  lambda: 'lambda',
  lightsail: 'lightsail',
  rds: 'rds',
  redshift: 'redshift',
  s3: 's3',
  secretsmanager: 'secretsmanager',
  sns: 'sns',
  sqs: 'sqs',
  ssm: 'ssm',
  workmail: 'workmail',
  workspaces: 'workspaces',
  xray: 'xray',
}

const prefix = 'alias/aws/'

/** Aliases that every account has, whether there are keys behind them or not; in order. */
export const managedAliases: readonly string[] = Object.keys(services)
  .map((name) => prefix + name)
  .sort()

/** Ids of managed keys follow from their names, so that a key can be decided upon before it is made. */
function idOf(account: string, region: string, alias: string): string {
  const hex = createHash('sha256').update(`${account}/${region}/${alias}`).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** The AWS managed key behind an alias as it will be when somebody uses it; undefined for others. */
export function unmadeKey(
  alias: string,
  { account, region }: { readonly account: string; readonly region: string },
  now: Date,
): KeyRecord | undefined {
  const name = alias.slice(prefix.length)
  if (!alias.startsWith(prefix) || !Object.hasOwn(services, name)) return undefined
  return {
    id: idOf(account, region, alias),
    account,
    region,
    spec: 'SYMMETRIC_DEFAULT',
    usage: 'ENCRYPT_DECRYPT',
    origin: 'AWS_KMS',
    manager: 'AWS',
    description: descriptionOf(name),
    policy: fixedPolicy(name, account, region),
    tags: {},
    createdAt: now,
    enabled: true,
    material: undefined,
    materialIds: [],
  }
}

const descriptionOf = (name: string): string =>
  `Default key that protects my ${name} data when no other key is defined`

/** Whether a managed key is one that nobody has used yet. */
export const isUnmade = ({ manager, materialIds }: KeyRecord): boolean =>
  manager === 'AWS' && materialIds.length === 0

/** The alias of a managed key. */
export const managedAliasOf = ({ id, account, region }: KeyRecord): string =>
  managedAliases.find((alias) => idOf(account, region, alias) === id)!

/** Only the service may use the key, for callers of the account; the account may look at it. */
const fixedPolicy = (name: string, account: string, region: string): string =>
  JSON.stringify(
    {
      Version: '2012-10-17',
      Id: `auto-${name}-1`,
      Statement: [
        {
          Sid: `Allow access through ${name} for all principals in the account that are authorized to use ${name}`,
          Effect: 'Allow',
          Principal: { AWS: '*' },
          Action: [
            'kms:Encrypt',
            'kms:Decrypt',
            'kms:ReEncrypt*',
            'kms:GenerateDataKey*',
            'kms:CreateGrant',
            'kms:DescribeKey',
          ],
          Resource: '*',
          Condition: {
            StringEquals: {
              'kms:CallerAccount': account,
              'kms:ViaService': `${services[name]}.${region}.amazonaws.com`,
            },
          },
        },
        {
          Sid: 'Allow direct access to key metadata to the account',
          Effect: 'Allow',
          Principal: { AWS: `arn:aws:iam::${account}:root` },
          Action: ['kms:Describe*', 'kms:Get*', 'kms:List*', 'kms:RevokeGrant'],
          Resource: '*',
        },
      ],
    },
    null,
    2,
  )
