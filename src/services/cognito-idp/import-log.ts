import type { CallContext } from '../../kernel/context.ts'
import { ServiceError } from '../../kernel/errors.ts'
import type { ImportJobRecord } from './import-records.ts'
import type { PoolRecord } from './pool-records.ts'
import { poolArn } from './pool-targets.ts'

/** Whether an installation has a service at all, or not yet the operation. */
const isMissing = (error: unknown): boolean =>
  error instanceof ServiceError
    ? (error.status ?? 400) === 501
    : error instanceof Error && error.message === 'there is no service logs'

const isThere = (error: unknown): boolean =>
  error instanceof ServiceError && error.code === 'ResourceAlreadyExistsException'

/**
 * Writes lines to CloudWatch Logs under the job's role. Nothing is written where the installation has no
 * such service; the role must be one to assume all the same.
 * @returns false when the role may not
 */
export async function logLines(
  job: ImportJobRecord,
  pool: Pick<PoolRecord, 'id' | 'name'>,
  ctx: CallContext,
): Promise<boolean> {
  const sourceArn = poolArn(ctx.region, ctx.account, pool.id)
  const as = { role: job.role, sessionName: 'cognito-idp' }
  const logGroupName = `/aws/cognito/userpools/${pool.id}/${pool.name}`
  const logStreamName = `${job.id}/${job.name}`
  const call = (operation: string, input: object) =>
    ctx.call('logs', operation, input, { as, sourceArn })
  const makeSure = async (operation: string, input: object) => {
    try {
      await call(operation, input)
    } catch (error) {
      if (!isThere(error)) throw error
    }
  }
  const timestamp = ctx.now().getTime()
  try {
    if (job.status === 'Pending') {
      const role = { RoleArn: job.role, RoleSessionName: 'cognito-idp' }
      await ctx.call('sts', 'AssumeRole', role, { as: 'service', sourceArn })
      await makeSure('CreateLogGroup', { logGroupName })
      await makeSure('CreateLogStream', { logGroupName, logStreamName })
    }
    const logEvents = job.unlogged.map((message) => ({ timestamp, message }))
    if (logEvents.length > 0) await call('PutLogEvents', { logGroupName, logStreamName, logEvents })
    return true
  } catch (error) {
    if (isMissing(error)) return true
    if (error instanceof ServiceError && (error.status ?? 400) < 500) return false
    throw error
  }
}
