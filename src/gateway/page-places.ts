import type { ServiceEntry } from '../kernel/directory.ts'
import type { HttpRequest } from '../kernel/http.ts'
import type { Exchange } from './exchange.ts'
import type { House } from './house.ts'
import { isSignedFor } from './page-signer.ts'

/** Whose page a request asks for. */
export interface PagePlace {
  readonly entry: ServiceEntry
  /** The path as pages are registered: a host of the service's own is a path of it. */
  readonly path: string
  /** The installation's own host, where the request named one in front of it. */
  readonly host?: string | undefined
}

/**
 * Whether a service has pages at the request's host and path; asked before anything is loaded, but for
 * hosts that somebody brought along. What is signed for a service of AWS's is an AWS call, also to a bucket
 * that is called like a page.
 */
export function pagePlaceOf(
  { request }: Exchange,
  house: House,
): PagePlace | undefined | Promise<PagePlace | undefined> {
  const { path } = request
  const first = path.slice(1).split('/', 1)[0] ?? ''
  const { named, patterns, onHosts } = house.pages
  const entry = named.get(first) ?? patterns.find(({ pagesUnder }) => pagesUnder!.test(first))
  if (entry !== undefined) return isUnsigned(request, entry) ? { entry, path } : undefined
  const byHost = onHosts.find(({ pagesOnHosts }) => pagesOnHosts!.parts.includes(first))
  return byHost && isUnsigned(request, byHost) ? onHost(request, byHost, house) : undefined
}

function isUnsigned({ query, headers }: HttpRequest, entry: ServiceEntry): boolean {
  if (query.includes('X-Amz-Algorithm=')) return false
  const { authorization } = headers
  return authorization === undefined || isSignedFor(authorization, entry.pagesSignedFor)
}

function onHost(
  { path, headers }: HttpRequest,
  entry: ServiceEntry,
  house: House,
): PagePlace | undefined | Promise<PagePlace | undefined> {
  const { under, pattern } = entry.pagesOnHosts!
  const host = headers.host?.toLowerCase() ?? ''
  const [front, name] = pattern.exec(host) ?? []
  if (front !== undefined)
    return { entry, path: `/${under}/${name}${path}`, host: host.slice(front.length) }
  const whole = host.replace(/:\d+$/, '')
  return isForeign(whole, house) ? brought(whole, { entry, path }, house) : undefined
}

/** Not an address, and no name that is ours in any case. */
const isForeign = (host: string, { publicUrl }: House): boolean =>
  /[a-z]/.test(host) &&
  host.includes('.') &&
  !host.endsWith('.localhost') &&
  (publicUrl === undefined || URL.parse(publicUrl)?.hostname !== host)

async function brought(
  host: string,
  { entry, path }: PagePlace,
  house: House,
): Promise<PagePlace | undefined> {
  const { service } = await house.service(entry)
  const store = house.storeFor({ account: house.account, region: house.region })
  const cached: House['cache']['get'] = (...asked) => house.cache.get(...asked)
  const owns = await service.ownsHost?.(host, { store, cached })
  return owns ? { entry, path: `/${entry.pagesOnHosts!.under}/${host}${path}` } : undefined
}
