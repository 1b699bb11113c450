import type { CallContext } from '../../kernel/context.ts'
import { uniqueId } from '../../kernel/ids.ts'
import type { Job } from '../../kernel/store.ts'
import { iamArn } from './arns.ts'
import { fail, operation } from './contract.ts'
import { type DeletionTaskRecord, deletionTasks } from './deletion-task-records.ts'
import { existing, found, holderTarget } from './holders.ts'
import { givePlaceBack, takePlace } from './quotas.ts'
import { type RoleRecord, roleKind, roles } from './role-records.ts'
import { detailed } from './roles.ts'
import { linkedService } from './service-linked-services.ts'

const pathOf = (service: string): string => `/aws-service-role/${service}/`

const nameOf = (prefix: string, suffix: string | undefined): string =>
  suffix === undefined ? prefix : `${prefix}_${suffix}`

const policyArn = (name: string): string => `arn:aws:iam::aws:policy/aws-service-role/${name}`

const trustOf = (service: string): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
  })

export const CreateServiceLinkedRole = operation('CreateServiceLinkedRole', {
  access: {
    kind: 'iam',
    targets({ AWSServiceName: service, CustomSuffix }, read) {
      const name = nameOf(linkedService(service)?.role ?? 'AWSServiceRoleFor*', CustomSuffix)
      const resource = iamArn(read.account, 'role', name, pathOf(service))
      return [{ resource, context: { 'iam:AWSServiceName': service }, record: undefined }]
    },
  },
  async handle({ AWSServiceName: service, CustomSuffix, Description }, ctx) {
    const linked = linkedService(service)
    if (linked === undefined)
      throw fail('InvalidInputException', `${service} has no service-linked role.`)
    if (CustomSuffix !== undefined && !linked.suffixed)
      throw fail('InvalidInputException', `Custom suffix is not allowed for ${service}`)
    const role: RoleRecord = {
      id: uniqueId('AROA', ctx.random),
      name: nameOf(linked.role, CustomSuffix),
      path: pathOf(service),
      createdAt: ctx.now(),
      attached: [policyArn(linked.policy)],
      inline: {},
      tags: {},
      trust: trustOf(service),
      description: Description,
      maxSessionDuration: 3_600,
      linkedTo: service,
    }
    if (role.name.length > 64)
      throw fail(
        'InvalidInputException',
        `The role name ${role.name} is longer than 64 characters.`,
      )
    await ctx.store.transaction(async (tx) => {
      if ((await tx.of(roles).findOne('name', role.name.toLowerCase())) !== undefined)
        throw fail(
          'InvalidInputException',
          `Service role name ${role.name} has been taken in this account, please try a different suffix.`,
        )
      await takePlace(tx, 'Roles')
      await tx.of(roles).create(role)
    })
    return { Role: await detailed(role, ctx) }
  },
})

export const DeleteServiceLinkedRole = operation('DeleteServiceLinkedRole', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [await holderTarget(roleKind, input.RoleName, read)],
  },
  async handle(input, ctx, [target]) {
    const role = target.record
    if (role?.linkedTo === undefined) throw noRole(input.RoleName)
    const task: DeletionTaskRecord = {
      id: `task/aws-service-role/${role.linkedTo}/${role.name}/${ctx.random.uuid()}`,
      roleId: role.id,
      roleName: role.name,
      status: 'IN_PROGRESS',
      startedAt: ctx.now(),
    }
    const DeletionTaskId = await ctx.store.transaction(async (tx) => {
      found(await tx.of(roles).get([role.id]), 'role', role.name)
      const { records } = await tx.of(deletionTasks).find('role', [role.id], { limit: 100 })
      const running = records.find(({ status }) => status === 'IN_PROGRESS')
      if (running !== undefined) return running.id
      for (const { id } of records) await tx.of(deletionTasks).delete([id])
      await tx.of(deletionTasks).create(task)
      tx.schedule({
        type: 'iam.DeleteLinkedRole',
        key: task.id,
        dueAt: ctx.now().getTime(),
        detail: { task: task.id },
      })
      return task.id
    })
    return { DeletionTaskId }
  },
})

const noRole = (name: string) =>
  fail('NoSuchEntityException', `The role with name ${name} cannot be found.`)

/** Deletes the role, unless its service still needs it: organizations do while one is a member. */
export async function deleteLinkedRole({ detail }: Job, ctx: CallContext): Promise<void> {
  const id = String(detail.task)
  const membership = await ctx.guardrails.membership(ctx.account)
  await ctx.store.transaction(async (tx) => {
    const task = await tx.of(deletionTasks).get([id])
    if (task?.status !== 'IN_PROGRESS') return
    const role = await tx.of(roles).get([task.roleId])
    const inUse = role?.linkedTo === 'organizations.amazonaws.com' && membership !== undefined
    if (role !== undefined && !inUse) {
      await givePlaceBack(tx, 'Roles')
      await tx.of(roles).delete([role.id])
    }
    await tx.of(deletionTasks).update([id], (old) => ({
      ...old,
      status: inUse ? 'FAILED' : 'SUCCEEDED',
      reason: inUse ? 'The account is a member of an organization.' : undefined,
    }))
  })
}

export const GetServiceLinkedRoleDeletionStatus = operation('GetServiceLinkedRoleDeletionStatus', {
  access: {
    kind: 'iam',
    async targets({ DeletionTaskId: id }, read) {
      const record = await read.store.of(deletionTasks).get([id])
      const [, , service = '*', name = '*'] = id.split('/')
      const place = { name, path: pathOf(service) }
      return [{ ...existing('role', place, name, read.account), record }]
    },
  },
  handle(input, ctx, [target]) {
    const task = target.record
    if (task === undefined)
      throw fail(
        'NoSuchEntityException',
        `Deletion Task Id ${input.DeletionTaskId} cannot be found.`,
      )
    return {
      Status: task.status,
      ...(task.reason !== undefined && {
        Reason: {
          Reason: task.reason,
          RoleUsageList: [{ Region: ctx.region, Resources: [`account ${ctx.account}`] }],
        },
      }),
    }
  },
})
