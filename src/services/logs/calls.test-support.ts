import * as Logs from '@aws-sdk/client-cloudwatch-logs'
import { namedCalls } from '../../../test/named-calls.ts'

// biome-ignore lint/suspicious/noExplicitAny: a test asserts the shape that it expects
export type Loose = any

/** Calls of CloudWatch Logs by name, with the official client. */
export const logsOf = namedCalls(Logs, 'CloudWatchLogsClient')
