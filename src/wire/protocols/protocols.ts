import type { ProtocolName } from '../schema/facts.ts'
import { awsJson1_0, awsJson1_1 } from './aws-json.ts'
import { awsQuery } from './aws-query.ts'
import { ec2Query } from './ec2-query.ts'
import type { Protocol } from './protocol.ts'

/** Every protocol by name. */
export const protocols = {
  awsJson1_0,
  awsJson1_1,
  awsQuery,
  ec2Query,
} as unknown as Readonly<Record<ProtocolName, Protocol>>
