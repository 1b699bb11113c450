import type { CallContext } from '../../../kernel/context.ts'
import { ServiceError } from '../../../kernel/errors.ts'
import type { HttpResponse } from '../../../kernel/http.ts'
import type { Page, PageContext, PageRequest } from '../../../kernel/page.ts'
import type { HostReading } from '../../../kernel/service.ts'
import { StoreUnavailable } from '../../../kernel/store.ts'
import { reading } from '../client-places.ts'
import { type DomainRecord, domains } from '../domain-records.ts'
import { type PoolRecord, pools } from '../pool-records.ts'
import { pageEvent } from './page-records.ts'
import { problemPage } from './problem-page.ts'

/** A request to the sign-in domain of a user pool. */
export interface Hosted {
  readonly domain: DomainRecord
  readonly pool: PoolRecord
  /** What stands before all paths of the domain: nothing, or `/_auth/<domain>`. */
  readonly base: string
  /** Where browsers find the domain, without a slash at the end. */
  readonly url: string
  readonly request: PageRequest
  /** A call in the account and the Region of the pool. */
  readonly ctx: CallContext
  readonly page: PageContext
}

type Handle = (hosted: Hosted) => HttpResponse | Promise<HttpResponse>

/** A page of every sign-in domain. What goes wrong in it is told on a page, too. */
export const hostedPage = (
  method: Page['method'],
  path: string,
  handle: Handle,
  options?: Pick<Page, 'rawBody'>,
): Page => ({
  ...options,
  method,
  path: `/_auth/:domain${path}`,
  async handle(request, page) {
    const hosted = await hostedOf(request, page)
    if (hosted === undefined)
      return problemPage(404, 'There is no such sign-in domain', 'Look at the address again.')
    const record = async (status: number) => {
      // Pictures and styles are nobody's deed.
      if (!path.startsWith('/assets/'))
        await page.record(pageEvent(hosted, path, method, { status }))
    }
    const response = await answered(hosted, handle).catch(async (error) => {
      await record(error instanceof StoreUnavailable ? 503 : 500)
      throw error
    })
    await record(response.status)
    return response
  },
})

async function answered(hosted: Hosted, handle: Handle): Promise<HttpResponse> {
  try {
    return await handle(hosted)
  } catch (error) {
    if (error instanceof ServiceError && (error.status ?? 400) < 500)
      return problemPage(400, 'This did not work', error.message)
    throw error
  }
}

async function hostedOf(request: PageRequest, page: PageContext): Promise<Hosted | undefined> {
  const name = request.params.domain!.toLowerCase()
  const domain = await knownDomain(name, reading(page))
  if (domain === undefined) return undefined
  if (await isOthers(request, domain, page)) return undefined
  const { account, region } = domain
  const ctx = page.within({ account, region })
  const pool = await ctx.store.of(pools).get([domain.pool])
  if (pool === undefined) return undefined
  const base = request.path.startsWith('/_auth/') ? `/_auth/${name}` : ''
  return { domain, pool, base, url: `${request.origin}${base}`, request, ctx, page }
}

/**
 * Whether a domain is asked for by its path at a host that is the domain of another pool: people trust the
 * name of a host. Without a public URL no host is known to be more than another name of ours.
 */
async function isOthers(
  { path, headers }: PageRequest,
  { pool }: DomainRecord,
  page: PageContext,
): Promise<boolean> {
  const host = (headers.host ?? '').toLowerCase().replace(/:\d+$/, '')
  if (!path.startsWith('/_auth/') || URL.parse(page.baseUrl)?.hostname === host) return false
  const prefix = /^([a-z0-9-]+)\.auth\.[a-z0-9-]+\./.exec(host)?.[1]
  const owner = await knownDomain(prefix ?? host, reading(page))
  const isItsHost = prefix !== undefined || owner?.custom !== undefined
  return owner !== undefined && isItsHost && owner.pool !== pool
}

/** Whether a host name is a domain that the owner of a pool brought along. */
export const ownsHost = async (host: string, read: HostReading): Promise<boolean> =>
  (await knownDomain(host, read))?.custom !== undefined

/** The domain of a name, which is asked for with every request. */
export const knownDomain = (
  name: string,
  { store, cached }: HostReading,
): DomainRecord | undefined | Promise<DomainRecord | undefined> =>
  cached('cognito', '', `domain/${name}`, () => store.of(domains).get([name]))
