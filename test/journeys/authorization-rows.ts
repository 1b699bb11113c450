import type { App } from '../../src/app.ts'

/** What an operation is called with, and which decisions it must ask for. */
export interface Row {
  readonly input: Readonly<Record<string, unknown>>
  /** Action and ARN of every decision, in any order. */
  readonly decides: readonly (readonly [action: string, arn: string])[]
  /** The first decision's resource carries the tag `team=blue`. */
  readonly tagged?: boolean
  /** Authenticated callers may, whatever policies say. */
  readonly everybody?: boolean
  /** May succeed on what was decided although its name has moved on; see the races. */
  readonly outlives?: boolean
  /** The error when what was decided on is gone meanwhile; default: NoSuchEntity. */
  readonly gone?: string
  /** Another account may have what is asked for, and would keep it from this one. */
  readonly firstComes?: boolean
  /** A credential in the request decides; the row's is not good, and no policy makes up for it. */
  readonly credential?: boolean
  /** Tells about other accounts on purpose. */
  readonly anyAccount?: boolean
  /** The error that it answers for reasons of its own, to who may. */
  readonly answers?: string
}

/** An account, with one of everything of iam in it unless its suite is bare. */
export interface World {
  readonly account: string
  readonly app: App
  /** An access key of the user `u`. */
  keyOfU(): Promise<string>
  authorizationMessage(): Promise<string>
  send(operation: string, input: object): Promise<string>
  /** The answer of an operation of organizations. */
  // biome-ignore lint/suspicious/noExplicitAny: rows say what they expect of it
  organize(operation: string, input: object): Promise<any>
  /** The answer of an operation of Access Analyzer. */
  // biome-ignore lint/suspicious/noExplicitAny: rows say what they expect of it
  analyze(operation: string, input: object): Promise<any>
  /** The answer of an operation of KMS; bytes go and come in Base64. */
  // biome-ignore lint/suspicious/noExplicitAny: rows say what they expect of it
  kms(operation: string, input: object): Promise<any>
  /** The answer of an operation of Lambda. */
  // biome-ignore lint/suspicious/noExplicitAny: rows say what they expect of it
  functions(operation: string, input: object): Promise<any>
  /** The answer of an operation of CloudWatch Logs. */
  // biome-ignore lint/suspicious/noExplicitAny: rows say what they expect of it
  logs(operation: string, input: object): Promise<any>
  /** The answer of an operation of Cognito user pools. */
  // biome-ignore lint/suspicious/noExplicitAny: rows say what they expect of it
  people(operation: string, input: object): Promise<any>
  /** Another account, furnished alike. */
  neighbour(): Promise<World>
}

export type Making = (w: World) => Row | Promise<Row>

export const blue = [{ Key: 'team', Value: 'blue' }]

export const document = (...statements: object[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements })

const anything = document({ Effect: 'Allow', Action: 's3:*', Resource: '*' })

const trust = (account: string) =>
  document({
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${account}:root` },
    Action: ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'],
  })

/** User `u` in /team/, group `g`, role `r`, policy `p`, instance profile `i`; what can be is blue. */
export async function furnish({ send, account }: World): Promise<void> {
  await send('CreateUser', { UserName: 'u', Path: '/team/', Tags: blue })
  await send('CreateGroup', { GroupName: 'g' })
  const AssumeRolePolicyDocument = trust(account)
  await send('CreateRole', { RoleName: 'r', AssumeRolePolicyDocument, Tags: blue })
  await send('CreatePolicy', { PolicyName: 'p', PolicyDocument: anything, Tags: blue })
  await send('CreateInstanceProfile', { InstanceProfileName: 'i', Tags: blue })
}

/** The same operation on users, groups and roles. */
const holders = {
  User: { input: { UserName: 'u' }, path: 'user/team/u', tagged: true },
  Group: { input: { GroupName: 'g' }, path: 'group/g', tagged: false },
  Role: { input: { RoleName: 'r' }, path: 'role/r', tagged: true },
} as const

type Kind = keyof typeof holders

export const arn = (w: World, path: string): string => `arn:aws:iam::${w.account}:${path}`
const policyArn = (w: World): string => arn(w, 'policy/p')

export function on(
  kind: Kind,
  operation: string,
  more: (w: World) => object = () => ({}),
  prepare: (w: World) => Promise<unknown> | undefined = () => undefined,
): [string, Making] {
  const { input, path, tagged } = holders[kind]
  return [
    operation,
    async (w) => {
      await prepare(w)
      return {
        input: { ...input, ...more(w) },
        decides: [[`iam:${operation}`, arn(w, path)]],
        tagged,
      }
    },
  ]
}

function policyHolder(kind: Kind): [string, Making][] {
  const { input } = holders[kind]
  const inline = { PolicyName: 'inline', PolicyDocument: anything }
  const put = (w: World) => w.send(`Put${kind}Policy`, { ...input, ...inline })
  const attached = (w: World) => ({ PolicyArn: policyArn(w) })
  const attach = (w: World) => w.send(`Attach${kind}Policy`, { ...input, ...attached(w) })
  return [
    on(kind, `Attach${kind}Policy`, attached),
    on(kind, `Detach${kind}Policy`, attached, attach),
    on(kind, `ListAttached${kind}Policies`, undefined, attach),
    on(kind, `Put${kind}Policy`, () => inline),
    on(kind, `Get${kind}Policy`, () => ({ PolicyName: 'inline' }), put),
    on(kind, `Delete${kind}Policy`, () => ({ PolicyName: 'inline' }), put),
    on(kind, `List${kind}Policies`, undefined, put),
    on(kind, `Get${kind}`),
    on(kind, `Delete${kind}`),
  ]
}

function bounded(kind: 'User' | 'Role'): [string, Making][] {
  const { input } = holders[kind]
  const boundary = (w: World) => ({ PermissionsBoundary: policyArn(w) })
  const put = (w: World) => w.send(`Put${kind}PermissionsBoundary`, { ...input, ...boundary(w) })
  return [
    on(kind, `Put${kind}PermissionsBoundary`, boundary),
    on(kind, `Delete${kind}PermissionsBoundary`, undefined, put),
    on(kind, `Tag${kind}`, () => ({ Tags: [{ Key: 'more', Value: 'x' }] })),
    on(kind, `Untag${kind}`, () => ({ TagKeys: ['team'] })),
    on(kind, `List${kind}Tags`),
  ]
}

function onPolicy(
  operation: string,
  more: object = {},
  prepare: (w: World) => Promise<unknown> | undefined = () => undefined,
): [string, Making] {
  return [
    operation,
    async (w) => {
      await prepare(w)
      return {
        input: { PolicyArn: policyArn(w), ...more },
        decides: [[`iam:${operation}`, policyArn(w)]],
        tagged: true,
      }
    },
  ]
}

const secondVersion = (w: World) =>
  w.send('CreatePolicyVersion', { PolicyArn: policyArn(w), PolicyDocument: anything })

function onProfile(
  operation: string,
  more: object = {},
  prepare: (w: World) => Promise<unknown> | undefined = () => undefined,
): [string, Making] {
  return [
    operation,
    async (w) => {
      await prepare(w)
      return {
        input: { InstanceProfileName: 'i', ...more },
        decides: [[`iam:${operation}`, arn(w, 'instance-profile/i')]],
        tagged: true,
      }
    },
  ]
}

const inProfile = { InstanceProfileName: 'i', RoleName: 'r' }

function creating(what: string, type: string, input: object, tags = true): [string, Making] {
  return [
    `Create${what}`,
    (w) => ({
      input: { [`${what}Name`]: 'new', ...input, ...(tags && { Tags: blue }) },
      decides: [
        [`iam:Create${what}`, arn(w, `${type}/new`)],
        ...(tags ? ([[`iam:Tag${what}`, arn(w, `${type}/new`)]] as const) : []),
      ],
    }),
  ]
}

export const listing = (operation: string, type: string): [string, Making] => [
  operation,
  (w) => ({ input: {}, decides: [[`iam:${operation}`, arn(w, `${type}/`)]] }),
]

const onKey = (operation: string, more: object): [string, Making] => [
  operation,
  async (w) => ({
    input: { UserName: 'u', AccessKeyId: await w.keyOfU(), ...more },
    decides: [[`iam:${operation}`, arn(w, 'user/team/u')]],
    tagged: true,
    outlives: true,
  }),
]

function onAccount(
  operation: string,
  input: object = {},
  prepare: (w: World) => Promise<unknown> | undefined = () => undefined,
): [string, Making] {
  return [
    operation,
    async (w) => {
      await prepare(w)
      return { input: input as Row['input'], decides: [[`iam:${operation}`, '*']] }
    },
  ]
}

/** On the principal whose policies are looked at. */
const onSource = (operation: string, more: object = {}): [string, Making] => [
  operation,
  (w) => ({
    input: { PolicySourceArn: arn(w, 'user/team/u'), ...more },
    decides: [[`iam:${operation}`, arn(w, 'user/team/u')]],
    tagged: true,
  }),
]

export const iamRows = new Map<string, Making>([
  ...policyHolder('User'),
  ...policyHolder('Group'),
  ...policyHolder('Role'),
  ...bounded('User'),
  ...bounded('Role'),
  creating('User', 'user', {}),
  creating('Group', 'group', {}, false),
  creating('Role', 'role', { AssumeRolePolicyDocument: trust('000000000000') }),
  creating('Policy', 'policy', { PolicyDocument: anything }),
  creating('InstanceProfile', 'instance-profile', {}),
  listing('ListUsers', 'user'),
  listing('ListGroups', 'group'),
  listing('ListRoles', 'role'),
  listing('ListPolicies', 'policy'),
  listing('ListInstanceProfiles', 'instance-profile'),
  on('User', 'CreateAccessKey'),
  on('User', 'ListAccessKeys'),
  onKey('UpdateAccessKey', { Status: 'Inactive' }),
  onKey('DeleteAccessKey', {}),
  [
    'GetAccessKeyLastUsed',
    async (w) => ({
      input: { AccessKeyId: await w.keyOfU() },
      decides: [['iam:GetAccessKeyLastUsed', arn(w, 'user/team/u')]],
      tagged: true,
    }),
  ],
  on('Group', 'AddUserToGroup', () => ({ UserName: 'u' })),
  on(
    'Group',
    'RemoveUserFromGroup',
    () => ({ UserName: 'u' }),
    (w) => w.send('AddUserToGroup', { GroupName: 'g', UserName: 'u' }),
  ),
  on('User', 'ListGroupsForUser'),
  onSource('SimulatePrincipalPolicy', { ActionNames: ['s3:GetObject'] }),
  onSource('GetContextKeysForPrincipalPolicy'),
  onAccount('SimulateCustomPolicy', {
    PolicyInputList: [anything],
    ActionNames: ['s3:GetObject'],
  }),
  onAccount('GetContextKeysForCustomPolicy', { PolicyInputList: [anything] }),
  on('Role', 'UpdateRole', () => ({ Description: 'changed' })),
  on('Role', 'UpdateRoleDescription', () => ({ Description: 'changed' })),
  on('Role', 'UpdateAssumeRolePolicy', () => ({ PolicyDocument: trust('000000000000') })),
  on('Role', 'ListInstanceProfilesForRole'),
  [
    'UpdateUser',
    (w) => ({
      input: { UserName: 'u', NewUserName: 'new' },
      decides: [
        ['iam:UpdateUser', arn(w, 'user/team/u')],
        ['iam:UpdateUser', arn(w, 'user/team/new')],
      ],
      tagged: true,
    }),
  ],
  [
    'UpdateGroup',
    (w) => ({
      input: { GroupName: 'g', NewPath: '/moved/' },
      decides: [
        ['iam:UpdateGroup', arn(w, 'group/g')],
        ['iam:UpdateGroup', arn(w, 'group/moved/g')],
      ],
    }),
  ],
  onPolicy('GetPolicy'),
  onPolicy('DeletePolicy'),
  onPolicy('ListEntitiesForPolicy'),
  onPolicy('ListPolicyTags'),
  onPolicy('ListPolicyVersions'),
  onPolicy('TagPolicy', { Tags: [{ Key: 'more', Value: 'x' }] }),
  onPolicy('UntagPolicy', { TagKeys: ['team'] }),
  onPolicy('CreatePolicyVersion', { PolicyDocument: anything }),
  onPolicy('GetPolicyVersion', { VersionId: 'v1' }),
  onPolicy('SetDefaultPolicyVersion', { VersionId: 'v2' }, secondVersion),
  onPolicy('DeletePolicyVersion', { VersionId: 'v2' }, secondVersion),
  onProfile('GetInstanceProfile'),
  onProfile('DeleteInstanceProfile'),
  onProfile('ListInstanceProfileTags'),
  onProfile('TagInstanceProfile', { Tags: [{ Key: 'more', Value: 'x' }] }),
  onProfile('UntagInstanceProfile', { TagKeys: ['team'] }),
  onProfile('RemoveRoleFromInstanceProfile', { RoleName: 'r' }, (w) =>
    w.send('AddRoleToInstanceProfile', inProfile),
  ),
  [
    'AddRoleToInstanceProfile',
    (w) => ({
      input: inProfile,
      decides: [
        ['iam:AddRoleToInstanceProfile', arn(w, 'instance-profile/i')],
        ['iam:PassRole', arn(w, 'role/r')],
      ],
      tagged: true,
    }),
  ],
  [
    'CreateAccountAlias',
    (w) => ({
      input: { AccountAlias: `new-${w.account}` },
      decides: [['iam:CreateAccountAlias', '*']],
      firstComes: true,
    }),
  ],
  [
    'DeleteAccountAlias',
    async (w) => {
      const input = { AccountAlias: `taken-${w.account}` }
      await w.send('CreateAccountAlias', input)
      return { input, decides: [['iam:DeleteAccountAlias', '*']] }
    },
  ],
  onAccount('ListAccountAliases'),
  onAccount('GetAccountSummary'),
  onAccount('UpdateAccountPasswordPolicy', { MinimumPasswordLength: 20 }),
  onAccount('GetAccountPasswordPolicy', {}, (w) => w.send('UpdateAccountPasswordPolicy', {})),
  onAccount('DeleteAccountPasswordPolicy', {}, (w) => w.send('UpdateAccountPasswordPolicy', {})),
  [
    'GetAccountAuthorizationDetails',
    () => ({ input: {}, decides: [['iam:GetAccountAuthorizationDetails', '*']] }),
  ],
])

export const stsRows = new Map<string, Making>([
  ['GetCallerIdentity', () => ({ input: {}, decides: [], everybody: true })],
  ['GetSessionToken', () => ({ input: {}, decides: [], everybody: true })],
  [
    'AssumeRole',
    (w) => ({
      input: {
        RoleArn: arn(w, 'role/r'),
        RoleSessionName: 'session',
        SourceIdentity: 'somebody',
        Tags: [{ Key: 'a', Value: 'b' }],
      },
      decides: [
        ['sts:AssumeRole', arn(w, 'role/r')],
        ['sts:TagSession', arn(w, 'role/r')],
        ['sts:SetSourceIdentity', arn(w, 'role/r')],
      ],
      tagged: true,
      outlives: true,
    }),
  ],
  [
    'GetFederationToken',
    (w) => {
      const federated = `arn:aws:sts::${w.account}:federated-user/visitor`
      return {
        input: { Name: 'visitor', Tags: [{ Key: 'a', Value: 'b' }] },
        decides: [
          ['sts:GetFederationToken', federated],
          ['sts:TagSession', federated],
        ],
      }
    },
  ],
  [
    'GetAccessKeyInfo',
    async (w) => ({
      input: { AccessKeyId: await w.keyOfU() },
      decides: [['sts:GetAccessKeyInfo', '*']],
      anyAccount: true,
    }),
  ],
  [
    'DecodeAuthorizationMessage',
    async (w) => ({
      input: { EncodedMessage: await w.authorizationMessage() },
      decides: [['sts:DecodeAuthorizationMessage', '*']],
    }),
  ],
])

export const cloudtrailRows = new Map<string, Making>([
  ['LookupEvents', () => ({ input: {}, decides: [['cloudtrail:LookupEvents', '*']] })],
])
