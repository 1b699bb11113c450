import type { CallContext } from '../../kernel/context.ts'
import type { AccessJobRecord, LastTry, ReportedEntity } from './access-job-records.ts'
import { askerId, keepJob, lastTries, ownJob, reachable } from './access-jobs.ts'
import { allowedActions } from './allowed-services.ts'
import { iamArn } from './arns.ts'
import { fail, operation } from './contract.ts'
import { paged } from './listing.ts'
import {
  actingFor,
  documentsOf,
  foundSubject,
  type Subject,
  subjectTarget,
} from './report-subjects.ts'

const onAccount = { kind: 'iam', targets: () => [{ resource: '*', record: undefined }] } as const

async function entitiesOf(subject: Subject, ctx: CallContext): Promise<ReportedEntity[]> {
  const entities: ReportedEntity[] = []
  for (const { type, record } of await actingFor(subject, ctx.store))
    entities.push({
      id: record.id,
      arn: iamArn(ctx.account, type === 'USER' ? 'user' : 'role', record.name, record.path),
      name: record.name,
      path: record.path,
      type,
      ...(await lastTries(ctx.account, record.id, ctx)),
    })
  return entities
}

export const GenerateServiceLastAccessedDetails = operation('GenerateServiceLastAccessedDetails', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [await subjectTarget(input.Arn, read)],
  },
  async handle(input, ctx, [target]) {
    const subject = foundSubject(target.record, input.Arn)
    const granularity = input.Granularity ?? 'SERVICE_LEVEL'
    const allowed = await allowedActions(await documentsOf(subject, ctx.store))
    const job: AccessJobRecord = {
      kind: 'entity',
      id: ctx.random.uuid(),
      by: askerId(ctx.caller.principal),
      createdAt: ctx.now(),
      granularity,
      services: await reachable(allowed, granularity === 'ACTION_LEVEL'),
      entities: await entitiesOf(subject, ctx),
    }
    return { JobId: await keepJob(job, ctx) }
  },
})

/** The last of several tries, with who made it. */
function latest(
  entities: readonly ReportedEntity[],
  tryOf: (entity: ReportedEntity) => LastTry | undefined,
) {
  let last: { readonly entity: ReportedEntity; readonly at: LastTry } | undefined
  for (const entity of entities) {
    const at = tryOf(entity)
    if (at !== undefined && !((last?.at.time ?? 0) > at.time)) last = { entity, at }
  }
  return last
}

const seconds = (time: number): Date => new Date(Math.floor(time / 1_000) * 1_000)

const actionShape = (
  entities: readonly ReportedEntity[],
  namespace: string,
  ActionName: string,
) => {
  const last = latest(entities, ({ actions }) => actions[`${namespace}:${ActionName}`])
  return {
    ActionName,
    ...(last !== undefined && {
      LastAccessedEntity: last.entity.arn,
      LastAccessedTime: seconds(last.at.time),
      LastAccessedRegion: last.at.region,
    }),
  }
}

export const GetServiceLastAccessedDetails = operation('GetServiceLastAccessedDetails', {
  access: onAccount,
  async handle(input, ctx) {
    const job = await ownJob(input.JobId, 'entity', ctx)
    const list = `last-accessed/${job.id}`
    const order = ({ namespace }: { namespace: string }) => namespace
    const { items, ...more } = await paged(job.services, order, input, ctx, list)
    return {
      JobStatus: 'COMPLETED' as const,
      JobType: job.granularity,
      JobCreationDate: job.createdAt,
      JobCompletionDate: job.createdAt,
      ServicesLastAccessed: items.map(({ namespace, title, actions }) => {
        const used = job.entities.filter(({ services }) => services[namespace] !== undefined)
        const last = latest(used, ({ services }) => services[namespace])
        return {
          ServiceName: title,
          ServiceNamespace: namespace,
          ...(last !== undefined && {
            LastAuthenticated: seconds(last.at.time),
            LastAuthenticatedEntity: last.entity.arn,
            LastAuthenticatedRegion: last.at.region,
          }),
          TotalAuthenticatedEntities: used.length,
          ...(actions !== undefined && {
            TrackedActionsLastAccessed: actions.map((name) =>
              actionShape(job.entities, namespace, name),
            ),
          }),
        }
      }),
      ...more,
    }
  },
})

export const GetServiceLastAccessedDetailsWithEntities = operation(
  'GetServiceLastAccessedDetailsWithEntities',
  {
    access: onAccount,
    async handle(input, ctx) {
      const { JobId, ServiceNamespace: namespace } = input
      const job = await ownJob(JobId, 'entity', ctx)
      if (!job.services.some((service) => service.namespace === namespace))
        throw fail(
          'NoSuchEntityException',
          `The service ${namespace} is not in the report with id ${JobId}.`,
        )
      // The newest first, and those who never came last.
      const order = ({ services, arn }: ReportedEntity) =>
        `${String(Number.MAX_SAFE_INTEGER - (services[namespace]?.time ?? 0)).padStart(16, '0')} ${arn}`
      const list = `last-accessed/${job.id}/${namespace}`
      const { items, ...more } = await paged(job.entities, order, input, ctx, list)
      return {
        JobStatus: 'COMPLETED' as const,
        JobCreationDate: job.createdAt,
        JobCompletionDate: job.createdAt,
        EntityDetailsList: items.map(({ arn, name, type, id, path, services }) => ({
          EntityInfo: { Arn: arn, Name: name, Type: type, Id: id, Path: path },
          ...(services[namespace] !== undefined && {
            LastAuthenticated: seconds(services[namespace].time),
          }),
        })),
        ...more,
      }
    },
  },
)
