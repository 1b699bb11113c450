import { everywhere, onClient, onPool, type Pool, plain, pool } from './authorization-pools.ts'
import { document, type Making, type World } from './authorization-rows.ts'
import { threatRows } from './authorization-rows-cognito-threats.ts'

/** A row about something that is made first, by another operation on the same pool. */
const after = (
  name: string,
  make: readonly [string, object],
  more: object = {},
): [string, Making] => [
  name,
  onPool(name, async (p, w) => {
    const [maker, input] = make
    await w.people(maker, { ...p.id, ...input })
    return { ...p.id, ...more }
  }),
]

const Identifier = 'https://books.example.com'
const Name = 'books'
const server = ['CreateResourceServer', { Identifier, Name }] as const
const ProviderName = 'Search'
const provider = [
  'CreateIdentityProvider',
  {
    ProviderName,
    ProviderType: 'Google',
    IdpIdentifiers: ['search'],
    ProviderDetails: { client_id: 'a', client_secret: 'b', authorize_scopes: 'openid' },
  },
] as const

const LimitDefinition = {
  LimitClass: 'API_CATEGORY',
  Attributes: { Category: 'UserPoolRead' },
}

const RegionName = 'eu-west-1'
const replicated = {
  KeyConfiguration: {
    KeyType: 'CUSTOMER_MANAGED_KEY',
    KmsKeyArn: 'arn:aws:kms:us-east-1:000000000000:key/mrk-1234abcd12ab34cd56ef1234567890ab',
  },
  IssuerConfiguration: { Type: 'UPDATED' },
}

const onReplica = (name: string, more: object = {}): [string, Making] => [
  name,
  async (w) => {
    const p = await pool(w, replicated)
    await w.people('CreateUserPoolReplica', { ...p.id, RegionName })
    return { input: { ...p.id, ...more }, decides: [[`cognito-idp:${name}`, p.arn]] }
  },
]

const domainOf = (w: World) => `people-${w.account}`

const withDomain = (name: string, more: object = {}): [string, Making] => [
  name,
  onPool(name, async (p, w) => {
    const Domain = domainOf(w)
    await w.people('CreateUserPoolDomain', { ...p.id, Domain })
    return { ...p.id, Domain, ...more }
  }),
]

const onBranding = (name: string, by: 'id' | 'client' = 'id'): [string, Making] => [
  name,
  onPool(name, async (p, w) => {
    const client = await p.withClient()
    const { ManagedLoginBranding } = await w.people('CreateManagedLoginBranding', client)
    const { ManagedLoginBrandingId } = ManagedLoginBranding
    return by === 'client' ? client : { ...p.id, ManagedLoginBrandingId }
  }),
]

const someTerms = {
  TermsName: 'terms-of-use',
  TermsSource: 'LINK',
  Enforcement: 'NONE',
  Links: { 'cognito:default': 'https://example.com/terms' },
}

async function withTerms(p: Pool, w: World) {
  const client = await p.withClient()
  const { Terms } = await w.people('CreateTerms', { ...client, ...someTerms })
  return { client, byId: { ...p.id, TermsId: Terms.TermsId } }
}

const onTerms = (name: string): [string, Making] => [
  name,
  onPool(name, async (p, w) => (await withTerms(p, w)).byId),
]

/** A role to write the log of an import under; the row of its making is decided on it too. */
async function newImport(p: Pool, w: World) {
  const name = { RoleName: 'imports' }
  const service = { Service: 'cognito-idp.amazonaws.com' }
  const statement = { Effect: 'Allow', Principal: service, Action: 'sts:AssumeRole' }
  await w.send('CreateRole', { ...name, AssumeRolePolicyDocument: document(statement) })
  const CloudWatchLogsRoleArn = `arn:aws:iam::${w.account}:role/imports`
  return { ...p.id, JobName: 'move', CloudWatchLogsRoleArn }
}

/** A row about an import job that waits for its file. */
const onImport = (name: string, answers?: string): [string, Making] => [
  name,
  async (w) => {
    const row = await onPool(name, async (p) => {
      const { UserImportJob } = await w.people('CreateUserImportJob', await newImport(p, w))
      return { ...p.id, JobId: UserImportJob.JobId }
    })(w)
    return { ...row, answers }
  },
]

/** A row about the user `ada` and an account at another provider. */
const onLinked = (name: string): [string, Making] => [
  name,
  onPool(name, async (p, w) => {
    await p.withUser()
    await w.people('CreateIdentityProvider', {
      ...p.id,
      ...provider[1],
      ProviderName: 'Google',
    })
    const DestinationUser = { ProviderName: 'Cognito', ProviderAttributeValue: 'ada' }
    const User = {
      ProviderName: 'Google',
      ProviderAttributeName: 'Cognito_Subject',
      ProviderAttributeValue: '1001',
    }
    const link = { ...p.id, DestinationUser, SourceUser: User }
    if (name === 'AdminLinkProviderForUser') return link
    await w.people('AdminLinkProviderForUser', link)
    return { ...p.id, User }
  }),
]

/** What belongs to a pool beside its users. */
export const poolSettingsRows: readonly [string, Making][] = [
  plain('CreateResourceServer', server[1]),
  after('DescribeResourceServer', server, { Identifier }),
  after('UpdateResourceServer', server, { Identifier, Name }),
  after('DeleteResourceServer', server, { Identifier }),
  plain('ListResourceServers'),
  plain('CreateIdentityProvider', provider[1]),
  after('DescribeIdentityProvider', provider, { ProviderName }),
  after('GetIdentityProviderByIdentifier', provider, { IdpIdentifier: 'search' }),
  after('UpdateIdentityProvider', provider, { ProviderName }),
  after('DeleteIdentityProvider', provider, { ProviderName }),
  plain('ListIdentityProviders'),
  [
    'CreateUserPoolDomain',
    onPool('CreateUserPoolDomain', (p, w) => ({ ...p.id, Domain: domainOf(w) })),
  ],
  [
    'UpdateUserPoolDomain',
    onPool('UpdateUserPoolDomain', async (p, w) => {
      const arn = 'arn:aws:acm:us-east-1:000000000000:certificate/1'
      const CustomDomainConfig = { CertificateArn: arn }
      const input = { ...p.id, Domain: `login.${domainOf(w)}.example.com`, CustomDomainConfig }
      await w.people('CreateUserPoolDomain', input)
      return input
    }),
  ],
  withDomain('DeleteUserPoolDomain'),
  everywhere('DescribeUserPoolDomain', { Domain: 'nobody' }),
  withDomain('SetUICustomization', { CSS: '.label-customizable { color: red; }' }),
  plain('GetUICustomization'),
  onClient('CreateManagedLoginBranding'),
  onBranding('DescribeManagedLoginBranding'),
  onBranding('DescribeManagedLoginBrandingByClient', 'client'),
  onBranding('UpdateManagedLoginBranding'),
  onBranding('DeleteManagedLoginBranding'),
  onClient('CreateTerms', someTerms),
  onTerms('DescribeTerms'),
  onTerms('UpdateTerms'),
  onTerms('DeleteTerms'),
  plain('ListTerms'),
  [
    'DescribeTermsByClient',
    onPool('DescribeTermsByClient', async (p, w) => {
      const { client } = await withTerms(p, w)
      return { ...client, TermsName: someTerms.TermsName }
    }),
  ],
  everywhere('GetProvisionedLimit', { LimitDefinition }),
  everywhere('UpdateProvisionedLimit', { LimitDefinition, RequestedLimitValue: 200 }),
  [
    'CreateUserPoolReplica',
    async (w) => {
      const p = await pool(w, replicated)
      const decides = [
        ['cognito-idp:CreateUserPoolReplica', p.arn],
        ['cognito-idp:CreateUserPool', '*'],
      ] as const
      return { input: { ...p.id, RegionName }, decides }
    },
  ],
  onReplica('UpdateUserPoolReplica', { RegionName, Status: 'ACTIVE' }),
  onReplica('DeleteUserPoolReplica', { RegionName }),
  onReplica('ListUserPoolReplicas'),
  plain('GetSigningCertificate'),
  plain('SetLogDeliveryConfiguration', { LogConfigurations: [] }),
  plain('GetLogDeliveryConfiguration'),
  ...threatRows,
  plain('GetCSVHeader'),
  [
    'CreateUserImportJob',
    async (w) => {
      const row = await onPool('CreateUserImportJob', newImport)(w)
      const role = String(row.input.CloudWatchLogsRoleArn)
      // The role is proven when the job runs.
      return { ...row, decides: [...row.decides, ['iam:PassRole', role]], outlives: true }
    },
  ],
  onLinked('AdminLinkProviderForUser'),
  onLinked('AdminDisableProviderForUser'),
  onImport('DescribeUserImportJob'),
  onImport('StartUserImportJob', 'PreconditionNotMetException'),
  onImport('StopUserImportJob', 'PreconditionNotMetException'),
  plain('ListUserImportJobs', { MaxResults: 10 }),
]
