import type { Row, World } from './authorization-rows.ts'

/** What every operation of organizations asks for. */

type Making = (w: World) => Row | Promise<Row>

const blue = [{ Key: 'team', Value: 'blue' }]
const service = { ServicePrincipal: 'guardduty.amazonaws.com' }
const tagPolicy = JSON.stringify({ tags: { a: { tag_key: { '@@assign': 'a' } } } })
const denyNothing = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Deny', Action: 's3:*', Resource: '*' }],
})
const now = new Date()
/** The first of the next month, in seconds, as the protocol writes it. */
const nextMonth = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1) / 1_000

const nothing = (operation: string): [action: string, arn: string] => [
  `organizations:${operation}`,
  '*',
]

/** An organization of the world's account, with its root tagged and tag policies enabled. */
async function found(w: World, FeatureSet = 'ALL') {
  const { Organization } = await w.organize('CreateOrganization', { FeatureSet })
  const { Roots } = await w.organize('ListRoots', {})
  const id: string = Organization.Id
  const root: string = Roots[0].Id
  const arn = (path: string): string => `arn:aws:organizations::${w.account}:${path}`
  await w.organize('TagResource', { ResourceId: root, Tags: blue })
  return {
    id,
    root,
    rootArn: arn(`root/${id}/${root}`),
    accountArn: (account: string) => arn(`account/${id}/${account}`),
    arn,
    async unit() {
      const { OrganizationalUnit } = await w.organize('CreateOrganizationalUnit', {
        ParentId: root,
        Name: 'u',
        Tags: blue,
      })
      return OrganizationalUnit as { Id: string; Arn: string }
    },
    async policy(Type = 'TAG_POLICY', Content = tagPolicy) {
      const made = await w.organize('CreatePolicy', {
        Type,
        Content,
        Name: 'p',
        Description: '',
        Tags: blue,
      })
      return made.Policy.PolicySummary as { Id: string; Arn: string }
    },
    /** A member, tagged. */
    async member() {
      const member = await w.neighbour()
      const { Handshake } = await w.organize('InviteAccountToOrganization', {
        Target: { Type: 'ACCOUNT', Id: member.account },
        Tags: blue,
      })
      await member.organize('AcceptHandshake', { HandshakeId: Handshake.Id })
      return member
    },
  }
}

type Org = Awaited<ReturnType<typeof found>>

const about =
  (
    operation: string,
    make: (org: Org, w: World) => Promise<readonly [input: object, arn: string]>,
    featureSet?: string,
  ): Making =>
  async (w) => {
    const [input, arn] = await make(await found(w, featureSet), w)
    return {
      input: input as Row['input'],
      decides: [[`organizations:${operation}`, arn]],
      tagged: true,
    }
  }

const plain =
  (
    operation: string,
    input: object = {},
    make: (org: Org, w: World) => Promise<unknown> = async () => undefined,
    featureSet?: string,
  ): Making =>
  async (w) => {
    await make(await found(w, featureSet), w)
    return { input: input as Row['input'], decides: [nothing(operation)] }
  }

const onUnit = (operation: string, more: object = {}): [string, Making] => [
  operation,
  about(operation, async (org) => {
    const { Id, Arn } = await org.unit()
    return [{ OrganizationalUnitId: Id, ...more }, Arn]
  }),
]

const onParent = (operation: string, more: object = {}): [string, Making] => [
  operation,
  about(operation, async (org) => [{ ParentId: org.root, ...more }, org.rootArn]),
]

const onPolicy = (operation: string, more: object = {}): [string, Making] => [
  operation,
  about(operation, async (org) => {
    const { Id, Arn } = await org.policy()
    return [{ PolicyId: Id, ...more }, Arn]
  }),
]

const onMember = (
  operation: string,
  more: object = {},
  key = 'AccountId',
  prepare: (org: Org, w: World, account: string) => Promise<unknown> = async () => undefined,
): [string, Making] => [
  operation,
  about(operation, async (org, w) => {
    const { account } = await org.member()
    await prepare(org, w, account)
    return [{ [key]: account, ...more }, org.accountArn(account)]
  }),
]

const enableService = (_: Org, w: World) => w.organize('EnableAWSServiceAccess', service)

const register = async (org: Org, w: World, AccountId: string) => {
  await enableService(org, w)
  await w.organize('RegisterDelegatedAdministrator', { AccountId, ...service })
}

/** A member of somebody else's organization, or somebody invited to it. */
async function invited(w: World) {
  const host = await w.neighbour()
  const org = await found(host)
  const { Handshake } = await host.organize('InviteAccountToOrganization', {
    Target: { Type: 'ACCOUNT', Id: w.account },
  })
  return { org, HandshakeId: Handshake.Id as string, arn: Handshake.Arn as string }
}

const answering =
  (operation: string): Making =>
  async (w) => {
    const { HandshakeId, arn } = await invited(w)
    return { input: { HandshakeId }, decides: [[`organizations:${operation}`, arn]] }
  }

async function transfer(org: Org, w: World, accepted = false) {
  const other = await w.neighbour()
  await found(other)
  const { Handshake } = await w.organize('InviteOrganizationToTransferResponsibility', {
    Type: 'BILLING',
    Target: { Type: 'ACCOUNT', Id: other.account },
    StartTimestamp: nextMonth,
    SourceName: 'theirs',
    Tags: blue,
  })
  if (accepted) await other.organize('AcceptHandshake', { HandshakeId: Handshake.Id })
  const Id = Handshake.Resources.find(
    ({ Type }: { Type: string }) => Type === 'RESPONSIBILITY_TRANSFER',
  ).Value as string
  return { Id, arn: org.arn(`transfer/${org.id}/billing/inbound/${Id}`) }
}

const onTransfer = (operation: string, more: object = {}, accepted = false): [string, Making] => [
  operation,
  about(operation, async (org, w) => {
    const { Id, arn } = await transfer(org, w, accepted)
    return [{ Id, ...more }, arn]
  }),
]

const creation = { Email: 'new@example.com', AccountName: 'new' }

const pair = (operation: string, attached: boolean): [string, Making] => [
  operation,
  async (w) => {
    const org = await found(w)
    await w.organize('EnablePolicyType', { RootId: org.root, PolicyType: 'TAG_POLICY' })
    const { Id: PolicyId, Arn } = await org.policy()
    const input = { PolicyId, TargetId: org.root }
    if (attached) await w.organize('AttachPolicy', input)
    return {
      input,
      decides: [
        [`organizations:${operation}`, Arn],
        [`organizations:${operation}`, org.rootArn],
      ],
      tagged: true,
    }
  },
]

const delegation = (w: World): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${w.account}:root` },
        Action: 'organizations:ListRoots',
        Resource: '*',
      },
    ],
  })

const putResourcePolicy = (_: Org, w: World) =>
  w.organize('PutResourcePolicy', { Content: delegation(w) })

export const organizationsRows = new Map<string, Making>([
  ['AcceptHandshake', answering('AcceptHandshake')],
  ['DeclineHandshake', answering('DeclineHandshake')],
  ['DescribeHandshake', answering('DescribeHandshake')],
  [
    'CancelHandshake',
    async (w) => {
      await found(w)
      const { Handshake } = await w.organize('InviteAccountToOrganization', {
        Target: { Type: 'ACCOUNT', Id: '900000000001' },
      })
      return {
        input: { HandshakeId: Handshake.Id },
        decides: [['organizations:CancelHandshake', Handshake.Arn]],
      }
    },
  ],
  pair('AttachPolicy', false),
  pair('DetachPolicy', true),
  onMember('CloseAccount'),
  [
    'CreateAccount',
    async (w) => {
      const { accountArn } = await found(w)
      return {
        input: { ...creation, Tags: blue },
        decides: [nothing('CreateAccount'), ['organizations:TagResource', accountArn('*')]],
      }
    },
  ],
  [
    'CreateGovCloudAccount',
    async (w) => ({
      ...(await plain('CreateGovCloudAccount', creation)(w)),
      answers: 'ConstraintViolationException',
    }),
  ],
  ['CreateOrganization', () => ({ input: {}, decides: [nothing('CreateOrganization')] })],
  [
    'CreateOrganizationalUnit',
    async (w) => {
      const { root, rootArn } = await found(w)
      return {
        input: { ParentId: root, Name: 'u', Tags: blue },
        decides: [
          ['organizations:CreateOrganizationalUnit', rootArn],
          ['organizations:TagResource', rootArn],
        ],
        tagged: true,
      }
    },
  ],
  [
    'CreatePolicy',
    async (w) => {
      const org = await found(w)
      const arn = org.arn(`policy/${org.id}/service_control_policy/*`)
      return {
        input: {
          Type: 'SERVICE_CONTROL_POLICY',
          Content: denyNothing,
          Name: 'n',
          Description: '',
          Tags: blue,
        },
        decides: [
          ['organizations:CreatePolicy', arn],
          ['organizations:TagResource', arn],
        ],
      }
    },
  ],
  ['DeleteOrganization', plain('DeleteOrganization')],
  onUnit('DeleteOrganizationalUnit'),
  onPolicy('DeletePolicy'),
  ['DeleteResourcePolicy', plain('DeleteResourcePolicy', {}, putResourcePolicy)],
  onMember('DeregisterDelegatedAdministrator', service, 'AccountId', register),
  onMember('DescribeAccount'),
  [
    'DescribeCreateAccountStatus',
    async (w) => {
      await found(w)
      const { CreateAccountStatus } = await w.organize('CreateAccount', creation)
      return {
        input: { CreateAccountRequestId: CreateAccountStatus.Id },
        decides: [nothing('DescribeCreateAccountStatus')],
      }
    },
  ],
  onMember('DescribeEffectivePolicy', { PolicyType: 'TAG_POLICY' }, 'TargetId', withTagPolicy),
  ['DescribeOrganization', plain('DescribeOrganization')],
  onUnit('DescribeOrganizationalUnit'),
  onPolicy('DescribePolicy'),
  ['DescribeResourcePolicy', plain('DescribeResourcePolicy', {}, putResourcePolicy)],
  onTransfer('DescribeResponsibilityTransfer'),
  ['DisableAWSServiceAccess', plain('DisableAWSServiceAccess', service, enableService)],
  [
    'DisablePolicyType',
    about('DisablePolicyType', async ({ root, rootArn }, w) => {
      const input = { RootId: root, PolicyType: 'TAG_POLICY' }
      await w.organize('EnablePolicyType', input)
      return [input, rootArn]
    }),
  ],
  ['EnableAllFeatures', plain('EnableAllFeatures', {}, undefined, 'CONSOLIDATED_BILLING')],
  ['EnableAWSServiceAccess', plain('EnableAWSServiceAccess', service)],
  [
    'EnablePolicyType',
    about('EnablePolicyType', async ({ root, rootArn }) => [
      { RootId: root, PolicyType: 'RESOURCE_CONTROL_POLICY' },
      rootArn,
    ]),
  ],
  [
    'InviteAccountToOrganization',
    async (w) => {
      const { accountArn } = await found(w)
      const arn = accountArn('*')
      return {
        input: { Target: { Type: 'EMAIL', Id: 'guest@example.com' }, Tags: blue },
        decides: [
          ['organizations:InviteAccountToOrganization', arn],
          ['organizations:TagResource', arn],
        ],
      }
    },
  ],
  [
    'InviteOrganizationToTransferResponsibility',
    async (w) => {
      const { accountArn } = await found(w)
      return {
        input: {
          Type: 'BILLING',
          Target: { Type: 'EMAIL', Id: 'payer@example.com' },
          StartTimestamp: nextMonth,
          SourceName: 'theirs',
        },
        decides: [['organizations:InviteOrganizationToTransferResponsibility', accountArn('*')]],
      }
    },
  ],
  [
    'LeaveOrganization',
    async (w) => {
      const { HandshakeId } = await invited(w)
      await w.organize('AcceptHandshake', { HandshakeId })
      return { input: {}, decides: [nothing('LeaveOrganization')] }
    },
  ],
  ['ListAccounts', plain('ListAccounts')],
  onParent('ListAccountsForParent'),
  [
    'ListAccountsWithInvalidEffectivePolicy',
    plain('ListAccountsWithInvalidEffectivePolicy', { PolicyType: 'BACKUP_POLICY' }),
  ],
  ['ListAWSServiceAccessForOrganization', plain('ListAWSServiceAccessForOrganization')],
  onParent('ListChildren', { ChildType: 'ACCOUNT' }),
  ['ListCreateAccountStatus', plain('ListCreateAccountStatus')],
  ['ListDelegatedAdministrators', plain('ListDelegatedAdministrators')],
  onMember('ListDelegatedServicesForAccount', {}, 'AccountId', register),
  onMember(
    'ListEffectivePolicyValidationErrors',
    { PolicyType: 'TAG_POLICY' },
    'AccountId',
    withTagPolicy,
  ),
  ['ListHandshakesForAccount', plain('ListHandshakesForAccount')],
  ['ListHandshakesForOrganization', plain('ListHandshakesForOrganization')],
  [
    'ListInboundResponsibilityTransfers',
    plain('ListInboundResponsibilityTransfers', { Type: 'BILLING' }),
  ],
  onParent('ListOrganizationalUnitsForParent'),
  [
    'ListOutboundResponsibilityTransfers',
    plain('ListOutboundResponsibilityTransfers', { Type: 'BILLING' }),
  ],
  onMember('ListParents', {}, 'ChildId'),
  ['ListPolicies', plain('ListPolicies', { Filter: 'SERVICE_CONTROL_POLICY' })],
  onMember('ListPoliciesForTarget', { Filter: 'SERVICE_CONTROL_POLICY' }, 'TargetId'),
  ['ListRoots', plain('ListRoots')],
  onMember('ListTagsForResource', {}, 'ResourceId'),
  onPolicy('ListTargetsForPolicy'),
  [
    'MoveAccount',
    async (w) => {
      const org = await found(w)
      const { account } = await org.member()
      const { Id, Arn } = await org.unit()
      return {
        input: { AccountId: account, SourceParentId: org.root, DestinationParentId: Id },
        decides: [org.accountArn(account), org.rootArn, Arn].map(
          (arn) => ['organizations:MoveAccount', arn] as const,
        ),
        tagged: true,
      }
    },
  ],
  [
    'PutResourcePolicy',
    async (w) => {
      const org = await found(w)
      const arn = org.arn(`resourcepolicy/${org.id}/*`)
      return {
        input: { Content: delegation({ ...w, account: '*' }).replace('arn:aws:iam::*:root', '*') },
        decides: [['organizations:PutResourcePolicy', arn]],
      }
    },
  ],
  onMember('RegisterDelegatedAdministrator', service, 'AccountId', enableService),
  onMember('RemoveAccountFromOrganization'),
  onMember('TagResource', { Tags: [{ Key: 'more', Value: 'x' }] }, 'ResourceId'),
  onTransfer('TerminateResponsibilityTransfer', {}, true),
  onMember('UntagResource', { TagKeys: ['team'] }, 'ResourceId'),
  onUnit('UpdateOrganizationalUnit', { Name: 'renamed' }),
  onPolicy('UpdatePolicy', { Name: 'renamed' }),
  onTransfer('UpdateResponsibilityTransfer', { Name: 'renamed' }),
])

async function withTagPolicy(org: Org, w: World): Promise<void> {
  await w.organize('EnablePolicyType', { RootId: org.root, PolicyType: 'TAG_POLICY' })
  const { Id: PolicyId } = await org.policy()
  await w.organize('AttachPolicy', { PolicyId, TargetId: org.root })
}
