import type { ServiceEntry } from '../../kernel/directory.ts'
import type { HttpRequest } from '../../kernel/http.ts'
import type { FormNode } from '../form.ts'
import type { ProtocolName } from '../schema/facts.ts'

/** How a request asks. `query` and `rest` become a protocol when the contract is loaded. */
export type Dialect = 'awsJson1_0' | 'awsJson1_1' | 'rpcv2Cbor' | 'query' | 'rest'

/** Where a request goes. */
export interface Route {
  readonly entry: ServiceEntry
  readonly dialect: Dialect
  /** Undefined for REST: method and path decide when the contract is loaded. */
  readonly operation: string | undefined
  /** Parameters of a query call, read once. */
  readonly form: FormNode | undefined
  /** Path for REST templates; S3's bucket has been moved from the host into it. */
  readonly path: string
  /** Region that the host names. */
  readonly region: string | undefined
}

/** How the request asks, from its headers alone. Never fails. */
export function dialectOf(request: HttpRequest): Dialect {
  const { headers, method } = request
  if (headers['smithy-protocol'] === 'rpc-v2-cbor') return 'rpcv2Cbor'
  if (method === 'POST' && headers['x-amz-target'] !== undefined) {
    return headers['content-type']?.startsWith('application/x-amz-json-1.0')
      ? 'awsJson1_0'
      : 'awsJson1_1'
  }
  return isFormPost(request) || /(?:^|&)Action=/.test(request.query) ? 'query' : 'rest'
}

/** Form posts carry their action in the body, which must be collected before they are routed. */
export const isFormPost = ({ method, headers }: HttpRequest): boolean =>
  method === 'POST' &&
  headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true

/** In which protocol to answer an error when the service is not loaded or not known. */
export function errorProtocolOf(request: HttpRequest, entry?: ServiceEntry): ProtocolName {
  const dialect = dialectOf(request)
  if (dialect === 'query') return entry?.name === 'ec2' ? 'ec2Query' : 'awsQuery'
  if (dialect !== 'rest') return dialect
  return entry === undefined || entry.name.startsWith('s3') ? 'restXml' : 'restJson1'
}
