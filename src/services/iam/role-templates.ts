import { fail } from './contract.ts'

/** A value that whoever makes a role from a template supplies. */
export interface TemplateParameter {
  readonly name: string
  readonly description: string
  /** Used when no value is supplied; a parameter without one is required. */
  readonly byDefault?: string
}

/** A blueprint of roles that AWS keeps; written from its documented purpose. */
export interface RoleTemplate {
  /** Service principal that manages it. */
  readonly owner: string
  readonly name: string
  readonly description: string
  readonly major: number
  readonly minor: number
  readonly parameters: readonly TemplateParameter[]
  /** Patterns and documents may hold `@{parameter}`. */
  readonly roleName: string
  readonly roleDescription: string
  readonly trust: string
  readonly inline: Readonly<Record<string, string>>
  readonly managed: readonly string[]
  /** Seconds. */
  readonly maxSessionDuration: number
}

const document = (...Statement: object[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement })

const trusting = (Service: string, Condition?: object): string =>
  document({
    Effect: 'Allow',
    Principal: { Service },
    Action: 'sts:AssumeRole',
    ...(Condition !== undefined && { Condition }),
  })

const roleName = (byDefault: string): TemplateParameter => ({
  name: 'RoleName',
  description: 'The name of the role.',
  byDefault,
})

const needed = (name: string, description: string): TemplateParameter => ({ name, description })

const common = { major: 1, minor: 0, roleName: '@{RoleName}', maxSessionDuration: 3_600 }

const templates: readonly RoleTemplate[] = [
  {
    ...common,
    owner: 'iam.amazonaws.com',
    name: 'PowerUserRoleTemplate',
    description: 'A role by which a service runs code with access to most of AWS.',
    parameters: [
      needed('AWSServiceName', 'The service principal that assumes the role.'),
      roleName('PowerUserRole'),
    ],
    roleDescription: 'Lets @{AWSServiceName} use AWS services.',
    trust: trusting('@{AWSServiceName}'),
    inline: {},
    managed: ['arn:aws:iam::aws:policy/PowerUserAccess'],
  },
  {
    ...common,
    owner: 'backup.amazonaws.com',
    name: 'AWSBackupDefaultServiceRoleTemplate',
    description: 'A role by which AWS Backup makes backups and restores them.',
    parameters: [
      needed('accountId', 'The account whose backups are made.'),
      roleName('AWSBackupDefaultServiceRole'),
    ],
    roleDescription: 'Lets AWS Backup make backups and restore them.',
    trust: trusting('backup.amazonaws.com', {
      StringEquals: { 'aws:SourceAccount': '@{accountId}' },
    }),
    inline: {},
    managed: [
      'arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup',
      'arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForRestores',
    ],
  },
  {
    ...common,
    owner: 'rum.amazonaws.com',
    name: 'AmazonCloudWatchRUMPutEventsRoleTemplate',
    description:
      'A role by which guests of an identity pool tell CloudWatch how an application does.',
    parameters: [
      needed('accountId', 'The account of the monitored application.'),
      needed('appMonitor', 'The name of the application monitor.'),
      needed('identityPool', 'The id of the identity pool.'),
      needed('region', 'The Region of the monitored application.'),
      roleName('RUM-Monitor'),
    ],
    roleDescription: 'Lets guests of @{identityPool} send events of @{appMonitor}.',
    trust: document({
      Effect: 'Allow',
      Principal: { Federated: 'cognito-identity.amazonaws.com' },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: {
        StringEquals: { 'cognito-identity.amazonaws.com:aud': '@{identityPool}' },
        'ForAnyValue:StringLike': { 'cognito-identity.amazonaws.com:amr': 'unauthenticated' },
      },
    }),
    inline: {
      PutRumEvents: document({
        Effect: 'Allow',
        Action: 'rum:PutRumEvents',
        Resource: 'arn:aws:rum:@{region}:@{accountId}:appmonitor/@{appMonitor}',
      }),
    },
    managed: [],
  },
  {
    ...common,
    owner: 'streams.metrics.cloudwatch.amazonaws.com',
    name: 'AmazonCloudWatchMetricStreamsFirehosePutRecordsRoleTemplate',
    description: 'A role by which metric streams write to a delivery stream.',
    parameters: [
      needed('accountId', 'The account of the metric stream.'),
      needed('deliveryStreamName', 'The delivery stream that metrics are written to.'),
      needed('region', 'The Region of the delivery stream.'),
      roleName('MetricStreams-FirehosePutRecords'),
    ],
    roleDescription: 'Lets metric streams write to @{deliveryStreamName}.',
    trust: trusting('streams.metrics.cloudwatch.amazonaws.com', {
      StringEquals: { 'aws:SourceAccount': '@{accountId}' },
    }),
    inline: {
      PutRecords: document({
        Effect: 'Allow',
        Action: ['firehose:PutRecord', 'firehose:PutRecordBatch'],
        Resource: 'arn:aws:firehose:@{region}:@{accountId}:deliverystream/@{deliveryStreamName}',
      }),
    },
    managed: [],
  },
]

export const templateArn = ({ owner, name, major }: RoleTemplate): string =>
  `arn:aws:iam::aws:role-template/${owner}/${name}:${major}`

const byArn = new Map(templates.map((template) => [templateArn(template), template]))

/** A version of a template; undefined when there is no such one. */
export function roleTemplate(arn: string, minor: number | undefined): RoleTemplate | undefined {
  const template = byArn.get(arn)
  return minor === undefined || minor === template?.minor ? template : undefined
}

export function foundTemplate(
  template: RoleTemplate | undefined,
  arn: string,
  minor: number | undefined,
): RoleTemplate {
  if (template !== undefined) return template
  const version = minor === undefined ? '' : ` with minor version ${minor}`
  throw fail('NoSuchEntityException', `Role template ${arn}${version} cannot be found.`)
}

type Replacements =
  | Readonly<Record<string, { readonly Values: readonly string[] } | undefined>>
  | undefined

/** A value for every parameter. */
export function valuesFor(
  template: RoleTemplate,
  given: Replacements,
): ReadonlyMap<string, string> {
  const known = new Set(template.parameters.map(({ name }) => name))
  const unknown = Object.keys(given ?? {}).find((name) => !known.has(name))
  if (unknown !== undefined)
    throw fail('InvalidInputException', `The template has no parameter ${unknown}.`)
  return new Map(
    template.parameters.map(({ name, byDefault }) => {
      const values = given?.[name]?.Values
      if (values !== undefined && values.length !== 1)
        throw fail('InvalidInputException', `The parameter ${name} takes one value.`)
      const value = values?.[0] ?? byDefault
      if (value === undefined)
        throw fail('InvalidInputException', `The parameter ${name} needs a value.`)
      return [name, value]
    }),
  )
}

/** The text with the values of its `@{parameter}` places. */
export const filled = (
  text: string,
  values: ReadonlyMap<string, string>,
  written: (value: string) => string = (value) => value,
): string =>
  text.replace(/@\{(\w+)\}/g, (place, name: string) => {
    const value = values.get(name)
    return value === undefined ? place : written(value)
  })

/** A JSON text with values that cannot leave the string that they stand in. */
export const filledJson = (text: string, values: ReadonlyMap<string, string>): string =>
  filled(text, values, (value) => JSON.stringify(value).slice(1, -1))
