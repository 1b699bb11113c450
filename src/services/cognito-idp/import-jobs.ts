import type { UserImportJobType } from '@aws-sdk/client-cognito-identity-provider'
import { parseArn } from '../../kernel/arn.ts'
import type { CallContext } from '../../kernel/context.ts'
import { passedRole } from '../../kernel/pass-role.ts'
import { fail, invalid, operation } from './contract.ts'
import { foundJob, type ImportJobRecord, importJobs } from './import-records.ts'
import { csvHeader } from './import-rows.ts'
import { uploadUrl } from './import-upload.ts'
import { storePage } from './listing.ts'
import { foundPool, livingPool, onPool, poolTarget } from './pool-targets.ts'

/** Jobs that a pool keeps. */
const quota = 1_000
/** A job that is not started within a day is gone with its file. */
const unstarted = 86_400_000
const algorithms = new Set<string>(['ARGON2ID', 'BCRYPT', 'PBKDF2_SHA256', 'SCRYPT'])

/** A job as the API tells it. */
export const jobShape = async (
  job: ImportJobRecord,
  ctx: Pick<CallContext, 'ports' | 'baseUrl'>,
): Promise<UserImportJobType> => ({
  JobName: job.name,
  JobId: job.id,
  UserPoolId: job.pool,
  PreSignedUrl: await uploadUrl(job, ctx),
  CreationDate: job.createdAt,
  StartDate: job.startedAt,
  CompletionDate: job.endedAt,
  Status: job.status,
  CloudWatchLogsRoleArn: job.role,
  ImportedUsers: job.imported,
  SkippedUsers: job.skipped,
  FailedUsers: job.failed,
  CompletionMessage: job.message,
  PasswordHashingAlgorithm: job.algorithm,
})

export const GetCSVHeader = operation('GetCSVHeader', {
  access: onPool,
  async handle(input, _ctx, [target]) {
    const pool = foundPool(target, input)
    return { UserPoolId: pool.id, CSVHeader: csvHeader(pool) }
  },
})

export const CreateUserImportJob = operation('CreateUserImportJob', {
  access: {
    kind: 'iam',
    targets: async (input, read) =>
      [
        await poolTarget(input, read),
        await passedRole(input.CloudWatchLogsRoleArn, 'cognito-idp.amazonaws.com', read),
      ] as const,
  },
  async handle(input, ctx, [target, role]) {
    const { id: pool } = foundPool(target, input)
    const { CloudWatchLogsRoleArn: arn, PasswordHashingAlgorithm: algorithm } = input
    if (parseArn(arn)?.account !== ctx.account)
      throw fail('NotAuthorizedException', 'Cross-account pass role is not allowed.')
    if (role.record === undefined)
      throw invalid(`The role ${arn} does not exist or cannot be assumed.`)
    if (algorithm !== undefined && !algorithms.has(algorithm))
      throw invalid(
        `1 validation error detected: Value '${algorithm}' at 'passwordHashingAlgorithm' failed to satisfy constraint: Member must satisfy enum value set: [ARGON2ID, BCRYPT, PBKDF2_SHA256, SCRYPT]`,
      )
    const now = ctx.now()
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
    const job: ImportJobRecord = {
      pool,
      id: `import-${ctx.random.text(10, letters)}`,
      order: Number.MAX_SAFE_INTEGER - now.getTime(),
      name: input.JobName,
      role: arn,
      algorithm,
      status: 'Created',
      createdAt: now,
      imported: 0,
      skipped: 0,
      failed: 0,
      unlogged: [],
    }
    await ctx.store.transaction(async (tx) => {
      await livingPool(tx, pool)
      const { records } = await tx.of(importJobs).list({ prefix: [pool], limit: quota })
      if (records.length >= quota)
        throw fail('LimitExceededException', `A user pool has at most ${quota} user import jobs.`)
      await tx.of(importJobs).create(job)
      const detail = { pool, job: job.id }
      const dueAt = now.getTime() + unstarted
      tx.schedule({ type: 'cognito-idp.ExpireImport', key: job.id, dueAt, detail })
    })
    return { UserImportJob: await jobShape(job, ctx) }
  },
})

export const DescribeUserImportJob = operation('DescribeUserImportJob', {
  access: onPool,
  async handle(input, ctx, [target]) {
    foundPool(target, input)
    return { UserImportJob: await jobShape(await foundJob(ctx.store, input), ctx) }
  },
})

export const ListUserImportJobs = operation('ListUserImportJobs', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const { id: pool } = foundPool(target, input)
    const { records, next } = await storePage(
      (from) => ctx.store.of(importJobs).list({ ...from, prefix: [pool] }),
      { mark: input.PaginationToken, limit: input.MaxResults || 1 },
      ctx,
      `imports/${pool}`,
    )
    const UserImportJobs = await Promise.all(records.map((job) => jobShape(job, ctx)))
    return { UserImportJobs, ...(next !== undefined && { PaginationToken: next }) }
  },
})
