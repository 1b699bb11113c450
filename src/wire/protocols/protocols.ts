import type { ProtocolName } from '../schema/facts.ts'
import { awsJson1_0, awsJson1_1 } from './aws-json.ts'
import { awsQuery } from './aws-query.ts'
import { ec2Query } from './ec2-query.ts'
import type { Protocol } from './protocol.ts'
import { restJson } from './rest-json.ts'
import { restXml } from './rest-xml.ts'
import { rpcV2Cbor } from './rpc-v2-cbor.ts'

/** Every protocol by name. */
export const protocols: Readonly<Record<ProtocolName, Protocol>> = {
  awsJson1_0,
  awsJson1_1,
  awsQuery,
  ec2Query,
  restJson1: restJson,
  restXml,
  rpcv2Cbor: rpcV2Cbor,
}
