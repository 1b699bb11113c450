import { fail, invalid } from './contract.ts'
import type { Logging, VersionRecord } from './function-records.ts'

/** Settings as CreateFunction and UpdateFunctionConfiguration bring them. */
export interface GivenSettings {
  readonly FunctionName: string
  readonly Role?: string | undefined
  readonly Runtime?: string | undefined
  readonly Handler?: string | undefined
  readonly Description?: string | undefined
  readonly Timeout?: number | undefined
  readonly MemorySize?: number | undefined
  readonly Environment?:
    | { readonly Variables?: Readonly<Record<string, string>> | undefined }
    | undefined
  readonly KMSKeyArn?: string | undefined
  readonly DeadLetterConfig?: { readonly TargetArn?: string | undefined } | undefined
  readonly TracingConfig?: { readonly Mode?: string | undefined } | undefined
  readonly EphemeralStorage?: { readonly Size: number } | undefined
  readonly LoggingConfig?:
    | {
        readonly LogFormat?: string | undefined
        readonly LogGroup?: string | undefined
        readonly ApplicationLogLevel?: string | undefined
        readonly SystemLogLevel?: string | undefined
      }
    | undefined
  readonly VpcConfig?:
    | {
        readonly SubnetIds?: readonly string[] | undefined
        readonly SecurityGroupIds?: readonly string[] | undefined
      }
    | undefined
  readonly FileSystemConfigs?: readonly unknown[] | undefined
  readonly ImageConfig?: object | undefined
  readonly SnapStart?: { readonly ApplyOn?: string | undefined } | undefined
  readonly CapacityProviderConfig?: object | undefined
  readonly DurableConfig?: object | undefined
}

/** What these settings change; code, layers and number are others' affair. */
export type Settings = Omit<
  VersionRecord,
  'functionName' | 'number' | 'layers' | 'code' | 'lastModified' | 'revisionId' | 'architectures'
>

/** Names of variables that belong to the runtime. */
const reserved = new Set([
  '_HANDLER',
  '_X_AMZN_TRACE_ID',
  'AWS_ACCESS_KEY',
  'AWS_ACCESS_KEY_ID',
  'AWS_DEFAULT_REGION',
  'AWS_EXECUTION_ENV',
  'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
  'AWS_LAMBDA_FUNCTION_NAME',
  'AWS_LAMBDA_FUNCTION_VERSION',
  'AWS_LAMBDA_INITIALIZATION_TYPE',
  'AWS_LAMBDA_LOG_GROUP_NAME',
  'AWS_LAMBDA_LOG_STREAM_NAME',
  'AWS_LAMBDA_RUNTIME_API',
  'AWS_REGION',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'LAMBDA_RUNTIME_DIR',
  'LAMBDA_TASK_ROOT',
])
const largestVariables = 4_096

const supported = /^(nodejs(18|20|22|24)\.x|python3\.(9|1\d)|provided\.(al2|al2023))$/

/** Applies the settings of a request to those that were there. */
export function mergedSettings(given: GivenSettings, old: Partial<Settings>): Settings {
  checkLimits(given)
  refuseWhatIsMissing(given)
  const runtime = given.Runtime ?? old.runtime
  const handler = given.Handler ?? old.handler
  const role = given.Role ?? old.role
  if (runtime === undefined)
    throw invalid('Runtime is mandatory for functions created with deployment packages.')
  if (handler === undefined)
    throw invalid('Handler is mandatory for functions created with deployment packages.')
  if (!supported.test(runtime))
    throw invalid(
      `Functions of the runtime ${runtime} cannot be run here: nodejs18.x to nodejs24.x, python3.9 and later, provided.al2 and provided.al2023 can.`,
    )
  const deadLetterArn = given.DeadLetterConfig?.TargetArn ?? old.deadLetterArn
  const kmsKeyArn = given.KMSKeyArn ?? old.kmsKeyArn
  return {
    description: given.Description ?? old.description ?? '',
    runtime,
    handler,
    role: role!,
    timeout: given.Timeout ?? old.timeout ?? 3,
    memory: given.MemorySize ?? old.memory ?? 128,
    variables: given.Environment ? checkVariables(given.Environment) : old.variables,
    kmsKeyArn: kmsKeyArn === '' ? undefined : kmsKeyArn,
    deadLetterArn: deadLetterArn === '' ? undefined : deadLetterArn,
    tracing: given.TracingConfig?.Mode ?? old.tracing ?? 'PassThrough',
    ephemeralStorage: given.EphemeralStorage?.Size ?? old.ephemeralStorage ?? 512,
    logging: loggingOf(given, old.logging),
  }
}

/** Limits that AWS keeps and its model does not tell. */
function checkLimits({ Timeout = 1, MemorySize = 128 }: GivenSettings): void {
  const beyond =
    Timeout > 900
      ? ([Timeout, 'timeout', 900] as const)
      : MemorySize > 10_240
        ? ([MemorySize, 'memorySize', 10_240] as const)
        : undefined
  if (beyond === undefined) return
  const [value, member, most] = beyond
  throw fail(
    'ValidationException',
    `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: Member must have value less than or equal to ${most}`,
  )
}

function refuseWhatIsMissing(given: GivenSettings): void {
  const { VpcConfig, FileSystemConfigs, ImageConfig, SnapStart } = given
  const inVpc = [VpcConfig?.SubnetIds, VpcConfig?.SecurityGroupIds].some((ids) => ids?.length)
  const absent = [
    inVpc && 'VPC configurations',
    (FileSystemConfigs?.length ?? 0) > 0 && 'file systems',
    ImageConfig !== undefined && 'container images',
    SnapStart?.ApplyOn === 'PublishedVersions' && 'SnapStart',
    given.CapacityProviderConfig !== undefined && 'capacity providers',
    given.DurableConfig !== undefined && 'durable functions',
  ].find((what) => typeof what === 'string')
  if (absent !== undefined) throw invalid(`Functions here have no ${absent}.`)
}

function checkVariables({
  Variables = {},
}: NonNullable<GivenSettings['Environment']>): Readonly<Record<string, string>> | undefined {
  const names = Object.keys(Variables)
  const taken = names.filter((name) => reserved.has(name))
  if (taken.length > 0)
    throw invalid(
      `Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: ${taken.join(', ')}`,
    )
  if (Buffer.byteLength(JSON.stringify(Variables)) > largestVariables)
    throw invalid(
      'Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit.',
    )
  return names.length === 0 ? undefined : { ...Variables }
}

function loggingOf(given: GivenSettings, old: Logging | undefined): Logging {
  const { LogFormat, LogGroup, ApplicationLogLevel, SystemLogLevel } = given.LoggingConfig ?? {}
  const format = LogFormat ?? old?.format ?? 'Text'
  const group = LogGroup ?? old?.group ?? `/aws/lambda/${given.FunctionName}`
  if (format === 'Text') {
    if (ApplicationLogLevel !== undefined || SystemLogLevel !== undefined)
      throw invalid(
        'You must specify JSON as your log format to use log level filtering. Log format is Text.',
      )
    return { format, group }
  }
  return {
    format,
    group,
    applicationLevel: ApplicationLogLevel ?? old?.applicationLevel ?? 'INFO',
    systemLevel: SystemLogLevel ?? old?.systemLevel ?? 'INFO',
  }
}

/** A change that was asked for on a certain revision applies to that one only. */
export function checkRevision(current: string, asked: string | undefined, how: string): void {
  if (asked !== undefined && asked !== current)
    throw fail(
      'PreconditionFailedException',
      `The Revision Id provided does not match the latest Revision Id. Call the ${how} API to retrieve the latest Revision Id`,
    )
}
