import { arn, type Making, type Row, type World } from './authorization-rows.ts'

/** Service-linked roles, reports, delegation and role templates of iam. */

const linked = 'role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS'
const AWSServiceName = 'ecs.amazonaws.com'

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
])
