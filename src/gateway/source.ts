import type { BlockList } from 'node:net'
import type { Source, VpcEndpoint } from '../kernel/context.ts'
import type { HttpRequest } from '../kernel/http.ts'

/** A request as it came in at the door. */
export interface Arrival {
  readonly request: HttpRequest
  readonly ip: string
  readonly secure: boolean
}

/**
 * Where a request comes from. What its headers claim about that (`X-Forwarded-For`,
 * `X-Forwarded-Proto`, `x-amzn-vpce-id`, `x-amzn-vpc-id`, `x-amzn-vpce-account`) counts only when a
 * trusted proxy hands it over.
 */
export function sourceOf({ request, ip, secure }: Arrival, trusted: BlockList): Source {
  const { headers } = request
  const userAgent = headers['user-agent'] ?? ''
  const own = { ip, userAgent, secure, referer: headers.referer }
  if (!isTrusted(ip, trusted)) return own
  const protocol = headers['x-forwarded-proto']
  return {
    ...own,
    ip: client(headers['x-forwarded-for'], ip, trusted),
    secure: protocol === undefined ? secure : protocol === 'https',
    endpoint: endpointOf(headers),
  }
}

/** The nearest address that is no proxy of ours; what stands before it anybody may have written. */
function client(forwarded: string | undefined, peer: string, trusted: BlockList): string {
  const hops = (forwarded ?? '').split(',').map((hop) => hop.trim())
  for (const hop of hops.reverse()) {
    if (family(hop) === undefined) return peer
    if (!isTrusted(hop, trusted)) return hop
    peer = hop
  }
  return peer
}

const ids = {
  endpoint: /^vpce-[0-9a-z-]{1,64}$/,
  vpc: /^vpc-[0-9a-z-]{1,64}$/,
  account: /^\d{12}$/,
}

function endpointOf(headers: Readonly<Record<string, string | undefined>>) {
  const { 'x-amzn-vpce-id': id, 'x-amzn-vpc-id': vpc, 'x-amzn-vpce-account': account } = headers
  if (id === undefined || !ids.endpoint.test(id)) return undefined
  const endpoint: VpcEndpoint = {
    id,
    ...(vpc !== undefined && ids.vpc.test(vpc) && { vpc }),
    ...(account !== undefined && ids.account.test(account) && { account }),
  }
  return endpoint
}

const isTrusted = (ip: string, trusted: BlockList): boolean => {
  const kind = family(ip)
  return kind !== undefined && trusted.check(ip, kind)
}

const family = (ip: string): 'ipv4' | 'ipv6' | undefined => {
  if (/^[\d.]+$/.test(ip)) return 'ipv4'
  return ip.includes(':') ? 'ipv6' : undefined
}
