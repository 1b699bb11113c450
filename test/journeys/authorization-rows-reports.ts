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
      return {
        input: { DeletionTaskId: /<DeletionTaskId>(.*?)</.exec(text)![1] },
        decides: [['iam:GetServiceLinkedRoleDeletionStatus', arn(w, linked)]],
      }
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
