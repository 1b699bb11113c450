import type { FunctionConfiguration, Runtime, State } from '@aws-sdk/client-lambda'
import type { Owner } from '../../kernel/store.ts'
import { functionArn, spokenTime, type VersionRecord, versionName } from './function-records.ts'

interface Told {
  /** The qualifier under which it was asked for. */
  readonly qualifier?: string | undefined
  /** It has only just been made or changed. */
  readonly fresh?: 'created' | 'updated'
}

/** A version as answers tell it. */
export function configurationOf(
  version: VersionRecord,
  owner: Owner,
  { qualifier, fresh }: Told = {},
): FunctionConfiguration {
  const { code, variables, kmsKeyArn, deadLetterArn, logging } = version
  const name = versionName(version)
  const arn = functionArn(owner, version.functionName, qualifier)
  return {
    FunctionName: version.functionName,
    FunctionArn: arn,
    Runtime: version.runtime as Runtime,
    Role: version.role,
    Handler: version.handler,
    CodeSize: code.kind === 'archive' ? code.size : 0,
    CodeSha256: code.kind === 'archive' ? Buffer.from(code.digest, 'hex').toString('base64') : '',
    Description: version.description,
    Timeout: version.timeout,
    MemorySize: version.memory,
    LastModified: spokenTime(version.lastModified),
    Version: name,
    VpcConfig: undefined,
    ...(deadLetterArn !== undefined && { DeadLetterConfig: { TargetArn: deadLetterArn } }),
    ...(variables !== undefined && { Environment: { Variables: { ...variables } } }),
    ...(kmsKeyArn !== undefined && { KMSKeyArn: kmsKeyArn }),
    TracingConfig: { Mode: version.tracing as 'Active' },
    RevisionId: version.revisionId,
    ...(version.layers.length > 0 && {
      Layers: version.layers.map(({ arn: Arn, size: CodeSize }) => ({ Arn, CodeSize })),
    }),
    State: (fresh === 'created' ? 'Pending' : 'Active') as State,
    ...(fresh === 'created' && {
      StateReason: 'The function is being created.',
      StateReasonCode: 'Creating' as const,
    }),
    ...(fresh === 'updated'
      ? {
          LastUpdateStatus: 'InProgress' as const,
          LastUpdateStatusReason: 'The function is being created.',
          LastUpdateStatusReasonCode: 'Creating' as never,
        }
      : fresh === undefined && { LastUpdateStatus: 'Successful' as const }),
    PackageType: 'Zip',
    Architectures: [...version.architectures] as ('x86_64' | 'arm64')[],
    EphemeralStorage: { Size: version.ephemeralStorage },
    SnapStart: { ApplyOn: 'None', OptimizationStatus: 'Off' },
    LoggingConfig: {
      LogFormat: logging.format as 'Text',
      LogGroup: logging.group,
      ...(logging.applicationLevel !== undefined && {
        ApplicationLogLevel: logging.applicationLevel as 'INFO',
      }),
      ...(logging.systemLevel !== undefined && { SystemLogLevel: logging.systemLevel as 'INFO' }),
    },
  }
}
