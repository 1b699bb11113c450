import { collection } from '../../kernel/store.ts'

/** The deletion of a service-linked role, on its way or done. */
export interface DeletionTaskRecord {
  /** `task/aws-service-role/<service>/<role>/<uuid>`. */
  readonly id: string
  readonly roleId: string
  readonly roleName: string
  readonly status: 'IN_PROGRESS' | 'SUCCEEDED' | 'FAILED'
  readonly reason?: string | undefined
  readonly startedAt: Date
}

export const deletionTasks = collection<DeletionTaskRecord>('iam.deletion-tasks')({
  scope: 'account',
  version: 1,
  key: (task) => [task.id],
  indexes: {
    role: {
      kind: 'clear',
      why: 'unique ids of roles say nothing about persons',
      of: (task: DeletionTaskRecord) => [task.roleId],
    },
  },
})
