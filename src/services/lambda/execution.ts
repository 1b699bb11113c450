import type { CallContext } from '../../kernel/context.ts'
import {
  type CodeArchive,
  type ExecutionEnvironment,
  FunctionNotRun,
  type FunctionOutcome,
} from '../../kernel/functions.ts'
import { EgressFailed } from '../../kernel/ports.ts'
import type { Owner } from '../../kernel/store.ts'
import { storedArchive } from './code.ts'
import { fail } from './contract.ts'
import { assumeExecutionRole, sessionLength } from './execution-role.ts'
import { type Code, functionArn, type VersionRecord, versionName } from './function-records.ts'

/** One invocation as it was asked for. */
export interface Invocation {
  readonly version: VersionRecord
  /** As it was invoked, with its qualifier. */
  readonly arn: string
  readonly payload: Uint8Array
  readonly clientContext?: string | undefined
  readonly reservedConcurrency: number | undefined
  readonly requestId: string
}

/** Processes take no invocation in the last minutes of their credentials. */
const lifetime = (sessionLength - 960) * 1_000

const ownerOf = ({ account, region }: CallContext): Owner => ({ account, region })

/** The name of the log stream of a process: its day, version and id. */
export const logStreamOf = (version: string, startedAt: Date, id: string): string =>
  `${startedAt.toISOString().slice(0, 10).replaceAll('-', '/')}/[${version}]${id}`

/**
 * Runs one invocation to its end.
 * @throws TooManyRequestsException when as many as may be are under way
 */
export async function execute(invocation: Invocation, ctx: CallContext): Promise<FunctionOutcome> {
  const { version, requestId, payload, reservedConcurrency } = invocation
  if (reservedConcurrency === 0)
    throw throttled('ReservedFunctionConcurrentInvocationLimitExceeded')
  if (version.code.kind === 'url') return post(version.code, invocation, ctx)
  const { account, region } = ctx
  try {
    return await ctx.ports.functions.run({
      environment: environmentOf(version, version.code, ctx),
      requestId,
      functionArn: invocation.arn,
      payload,
      timeout: version.timeout * 1_000,
      clientContext: invocation.clientContext,
      concurrency: {
        key: `${account}/${region}/${version.functionName}`,
        most: reservedConcurrency,
      },
    })
  } catch (error) {
    throw error instanceof FunctionNotRun ? refusalOf(error) : error
  }
}

function refusalOf({ trouble, message }: FunctionNotRun): Error {
  if (trouble === 'busy') return throttled('ConcurrentInvocationLimitExceeded')
  if (trouble === 'reserved') return throttled('ReservedFunctionConcurrentInvocationLimitExceeded')
  return fail('ServiceException', message)
}

const throttled = (Reason: string): Error =>
  fail('TooManyRequestsException', 'Rate Exceeded.', { Reason })

function environmentOf(
  version: VersionRecord,
  code: Exclude<Code, { kind: 'url' }>,
  ctx: CallContext,
): ExecutionEnvironment {
  const { functionName, layers, memory, runtime, handler, role } = version
  const owner = ownerOf(ctx)
  const name = versionName(version)
  const arn = functionArn(owner, functionName)
  return {
    key: [owner.account, owner.region, functionName, name, version.revisionId].join('/'),
    runtime,
    handler,
    memory,
    code:
      code.kind === 'folder'
        ? { folder: code.folder }
        : storedArchive(ctx.store, `function/${functionName}`, code.digest),
    layers: layers.map(
      (layer): CodeArchive => storedArchive(ctx.store, `function/${functionName}`, layer.digest),
    ),
    lifetime,
    async variables({ id, startedAt }) {
      const credentials = await assumeExecutionRole(role, functionName, arn, ctx)
      return {
        ...version.variables,
        AWS_REGION: owner.region,
        AWS_DEFAULT_REGION: owner.region,
        AWS_ACCESS_KEY_ID: credentials.AccessKeyId!,
        AWS_SECRET_ACCESS_KEY: credentials.SecretAccessKey!,
        AWS_SESSION_TOKEN: credentials.SessionToken!,
        AWS_LAMBDA_FUNCTION_NAME: functionName,
        AWS_LAMBDA_FUNCTION_VERSION: name,
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memory),
        AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
        AWS_LAMBDA_LOG_GROUP_NAME: version.logging.group,
        AWS_LAMBDA_LOG_STREAM_NAME: logStreamOf(name, new Date(startedAt), id),
        AWS_LAMBDA_LOG_FORMAT: version.logging.format,
      }
    },
  }
}

/** Posts the event to the URL that stands in for the function's code. */
async function post(
  { url }: Code & { kind: 'url' },
  { version, arn, payload, requestId, clientContext }: Invocation,
  ctx: CallContext,
): Promise<FunctionOutcome> {
  const startedAt = ctx.now().getTime()
  const ended = (body: string, failed: boolean, how?: string): FunctionOutcome => ({
    payload: Buffer.from(body),
    failed,
    ended: how,
    process: { id: '0'.repeat(32), startedAt },
    lines: [],
    startedAt,
    duration: 0,
    memoryUsed: 0,
  })
  try {
    const { status, body } = await ctx.ports.egress.post(new URL(url), {
      body: Buffer.from(payload).toString(),
      patience: version.timeout * 1_000,
      headers: {
        'lambda-runtime-aws-request-id': requestId,
        'lambda-runtime-invoked-function-arn': arn,
        ...(clientContext !== undefined && { 'lambda-runtime-client-context': clientContext }),
      },
    })
    return ended(body === '' ? 'null' : body, status < 200 || status > 299)
  } catch (error) {
    if (!(error instanceof EgressFailed)) throw error
    const late = error.trouble === 'timeout'
    const what = late
      ? `Task timed out after ${version.timeout.toFixed(2)} seconds`
      : `${url} did not answer: ${error.message}`
    const errorType = late ? 'Sandbox.Timedout' : 'Runtime.ExitError'
    const errorMessage = `RequestId: ${requestId} Error: ${what}`
    return ended(JSON.stringify({ errorType, errorMessage }), true, late ? 'timeout' : errorType)
  }
}
