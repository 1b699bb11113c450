import { setTimeout } from 'node:timers/promises'
import { mapped } from '../raw-calls.ts'
import { arn, type Making, type Row, type World } from './authorization-rows.ts'

/** Service-linked roles, reports, delegation and role templates of iam. */

const linked = 'role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS'
const AWSServiceName = 'ecs.amazonaws.com'

const template = 'arn:aws:iam::aws:role-template/iam.amazonaws.com/PowerUserRoleTemplate:1'

const onAccount = (operation: string, input: object = {}): Row => ({
  input: { ...input },
  decides: [[`iam:${operation}`, '*']],
})

const jobRow = (operation: string, more: object = {}): Row => ({
  ...onAccount(operation, { JobId: '01234567-0123-4123-8123-0123456789ab', ...more }),
  answers: 'NoSuchEntity',
})

const topic = 'arn:aws:sns:us-east-1:111122223333:partner'

/** A request of the account to itself, as far on its way as these operations take it. */
async function delegation(w: World, ...steps: readonly string[]): Promise<string> {
  const text = await w.send('CreateDelegationRequest', {
    OwnerAccountId: w.account,
    Description: 'set up',
    Permissions: { PolicyTemplateArn: arn(w, 'policy/p') },
    RequestorWorkflowId: 'workflow-1',
    NotificationChannel: topic,
    SessionDuration: 3_600,
  })
  const DelegationRequestId = /<DelegationRequestId>(.*?)</.exec(text)![1]!
  for (const step of steps) await w.send(step, { DelegationRequestId })
  return DelegationRequestId
}

const onDelegation = (operation: string, ...steps: readonly string[]): [string, Making] => [
  operation,
  async (w) => {
    const DelegationRequestId = await delegation(w, ...steps)
    return {
      input: { DelegationRequestId },
      decides: [[`iam:${operation}`, arn(w, `delegation-request/${DelegationRequestId}`)]],
    }
  },
]

export const delegationStsRows: ReadonlyMap<string, Making> = new Map([
  [
    'GetDelegatedAccessToken',
    async (w: World) => {
      await delegation(
        w,
        'AssociateDelegationRequest',
        'AcceptDelegationRequest',
        'SendDelegationToken',
      )
      const messages = w.app.house.inbox(topic) as readonly { text: string }[]
      const { ExchangeToken } = JSON.parse(messages.at(-1)!.text)
      return {
        input: { TradeInToken: ExchangeToken },
        decides: [['sts:GetDelegatedAccessToken', '*']] as const,
      }
    },
  ],
])

export const reportRows: ReadonlyMap<string, Making> = new Map<
  string,
  (w: World) => Row | Promise<Row>
>([
  [
    'CreateServiceLinkedRole',
    (w) => ({
      input: { AWSServiceName },
      decides: [['iam:CreateServiceLinkedRole', arn(w, linked)]],
    }),
  ],
  [
    'DeleteServiceLinkedRole',
    async (w) => {
      await w.send('CreateServiceLinkedRole', { AWSServiceName })
      return {
        input: { RoleName: 'AWSServiceRoleForECS' },
        decides: [['iam:DeleteServiceLinkedRole', arn(w, linked)]],
      }
    },
  ],
  [
    'GetServiceLinkedRoleDeletionStatus',
    async (w) => {
      await w.send('CreateServiceLinkedRole', { AWSServiceName })
      const text = await w.send('DeleteServiceLinkedRole', { RoleName: 'AWSServiceRoleForECS' })
      const input = { DeletionTaskId: /<DeletionTaskId>(.*?)</.exec(text)![1] }
      // The deletion is a job: until it is done, the account changes by itself.
      while (!(await w.send('GetServiceLinkedRoleDeletionStatus', input)).includes('SUCCEEDED'))
        await setTimeout(20)
      return {
        input,
        decides: [['iam:GetServiceLinkedRoleDeletionStatus', arn(w, linked)]],
      }
    },
  ],
  onDelegation('AcceptDelegationRequest', 'AssociateDelegationRequest'),
  onDelegation('AssociateDelegationRequest'),
  onDelegation('GetDelegationRequest'),
  onDelegation('RejectDelegationRequest', 'AssociateDelegationRequest'),
  onDelegation('SendDelegationToken', 'AssociateDelegationRequest', 'AcceptDelegationRequest'),
  onDelegation('UpdateDelegationRequest', 'AssociateDelegationRequest'),
  ['ListDelegationRequests', () => onAccount('ListDelegationRequests')],
  [
    'CreateDelegationRequest',
    (w) => ({
      input: {
        OwnerAccountId: '999999999999',
        Description: 'set up',
        Permissions: { PolicyTemplateArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' },
        RequestorWorkflowId: 'workflow-1',
        NotificationChannel: topic.replace('111122223333', '999999999999'),
        SessionDuration: 3_600,
      },
      decides: [['iam:CreateDelegationRequest', arn(w, 'delegation-request/*')]],
    }),
  ],
  [
    'GetHumanReadableSummary',
    async (w) => {
      const EntityArn = arn(w, `delegation-request/${await delegation(w)}`)
      return { input: { EntityArn }, decides: [['iam:GetHumanReadableSummary', EntityArn]] }
    },
  ],
  [
    'AcquireRole',
    (w) => ({
      input: {
        TemplateArn: template,
        ReplacementValues: mapped({ AWSServiceName: { Values: ['lambda.amazonaws.com'] } }),
      },
      decides: [
        ['iam:AttachRolePolicy', arn(w, 'role/PowerUserRole')],
        ['iam:CreateRole', arn(w, 'role/PowerUserRole')],
      ],
    }),
  ],
  [
    'GetRoleTemplateVersion',
    () => ({
      input: { TemplateArn: template },
      decides: [['iam:GetRoleTemplateVersion', template]],
    }),
  ],
  ['GetAccountProperties', () => onAccount('GetAccountProperties')],
  [
    'PutAccountProperties',
    () =>
      onAccount('PutAccountProperties', { Properties: mapped({ 'RoleManager/Enabled': 'true' }) }),
  ],
  ['GenerateCredentialReport', () => onAccount('GenerateCredentialReport')],
  [
    'GetCredentialReport',
    async (w) => {
      await w.send('GenerateCredentialReport', {})
      return onAccount('GetCredentialReport')
    },
  ],
  [
    'GenerateServiceLastAccessedDetails',
    (w) => ({
      input: { Arn: arn(w, 'user/team/u') },
      decides: [['iam:GenerateServiceLastAccessedDetails', arn(w, 'user/team/u')]],
      tagged: true,
    }),
  ],
  // Reports are told to nobody but who asked for them.
  ['GetServiceLastAccessedDetails', () => jobRow('GetServiceLastAccessedDetails')],
  [
    'GetServiceLastAccessedDetailsWithEntities',
    () => jobRow('GetServiceLastAccessedDetailsWithEntities', { ServiceNamespace: 's3' }),
  ],
  ['GetOrganizationsAccessReport', () => jobRow('GetOrganizationsAccessReport')],
  [
    'ListPoliciesGrantingServiceAccess',
    (w) => ({
      input: { Arn: arn(w, 'user/team/u'), ServiceNamespaces: ['s3'] },
      decides: [['iam:ListPoliciesGrantingServiceAccess', arn(w, 'user/team/u')]],
      tagged: true,
    }),
  ],
  [
    'GenerateOrganizationsAccessReport',
    async (w) => {
      const { Organization } = await w.organize('CreateOrganization', {})
      const { Roots } = await w.organize('ListRoots', {})
      const EntityPath = `${Organization.Id}/${Roots[0].Id}/`
      return {
        input: { EntityPath },
        decides: [['iam:GenerateOrganizationsAccessReport', arn(w, `access-report/${EntityPath}`)]],
        anyAccount: true,
      }
    },
  ],
])
