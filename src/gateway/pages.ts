import { eventKeys } from '../audit/event-keys.ts'
import { cloudTrailJson } from '../audit/record.ts'
import type { CallContext } from '../kernel/context.ts'
import { ServiceError } from '../kernel/errors.ts'
import type { HttpRequest, HttpResponse } from '../kernel/http.ts'
import { timedUuid } from '../kernel/ids.ts'
import type { Page, PageContext, PageEvent, PageRequest } from '../kernel/page.ts'
import type { Quota } from '../kernel/quota.ts'
import { type Owner, StoreUnavailable } from '../kernel/store.ts'
import { Call } from './call-context.ts'
import { Exchange } from './exchange.ts'
import type { House } from './house.ts'
import type { LoadedService } from './loaded-service.ts'
import type { PagePlace } from './page-places.ts'
import { performFor, signerOf } from './page-signer.ts'
import { collectInto } from './steps/collect.ts'

/** What a form may be at most: nothing that people or programs send to pages comes near it. */
const largestForm = { bytes: 512 * 1024, fields: 1_000 }

/** A name or an address, and perhaps a port. Links and redirects are made of it. */
const isHost = /^([\w.-]+|\[[\da-f:.]+\])(:\d{1,5})?$/i

const badRequest = (text: string) => new ServiceError('BadRequest', text, { status: 400 })

/** Serves the page that a request asks for. What goes wrong is told plainly, never with details. */
export async function servePage(
  exchange: Exchange,
  place: PagePlace,
  house: House,
): Promise<HttpResponse> {
  const { requestId } = exchange
  try {
    const { entry } = place
    const { host } = exchange.request.headers
    if (host !== undefined && !isHost.test(host)) throw badRequest('The Host header names no host.')
    const loaded = await house.service(entry)
    const { page, params } = findPage(loaded, exchange.request.method, place.path)
    if (!page.streamedBody) await collectInto(exchange, page.rawBody ?? largestForm.bytes)
    exchange.loaded = loaded
    exchange.owner = { account: house.account, region: house.region }
    exchange.region = house.region
    const service = `${entry.signingName}.amazonaws.com`
    exchange.caller = {
      principal: {
        kind: 'service',
        account: house.account,
        arn: service,
        userId: service,
        service,
      },
      layers: { identity: [] },
    }
    const asked = pageRequest(exchange, params, page)
    // Whoever comes by a host of the service's own still finds tokens, keys and links at ours.
    if (place.host !== undefined) exchange.request = withHost(exchange.request, place.host)
    return await page.handle(asked, new PageCall(exchange, house))
  } catch (error) {
    if (error instanceof ServiceError) return plain(error.status ?? 400, error.message, requestId)
    const away = error instanceof StoreUnavailable
    if (!away) house.log.error('a page failed', { requestId, cause: String(error) })
    const text = away ? 'Try again later.' : `Something went wrong. Request id: ${requestId}`
    return plain(away ? 503 : 500, text, requestId)
  }
}

const withHost = (request: HttpRequest, host: string): HttpRequest => ({
  ...request,
  headers: { ...request.headers, host },
})

const plain = (status: number, text: string, requestId: string): HttpResponse => ({
  status,
  headers: { 'content-type': 'text/plain; charset=utf-8', 'x-amzn-requestid': requestId },
  body: `${text}\n`,
})

function findPage(loaded: LoadedService, asked: string, path: string) {
  const parts = path.split('/')
  const candidates = loaded.service.pages.flatMap((page) => {
    const params = match(page.path.split('/'), parts)
    return params === undefined ? [] : [{ page, params }]
  })
  if (candidates.length === 0)
    throw new ServiceError('NotFound', 'There is no such page.', { status: 404 })
  const method = asked === 'HEAD' ? 'GET' : asked
  const found = candidates.find(({ page }) => page.method === method)
  if (found === undefined)
    throw new ServiceError('MethodNotAllowed', `${asked} is not for this page.`, {
      status: 405,
    })
  return found
}

function match(
  pattern: readonly string[],
  parts: readonly string[],
): Record<string, string> | undefined {
  if (pattern.at(-1) === '*') return parts.length < pattern.length ? undefined : {}
  if (pattern.length !== parts.length) return undefined
  const params: Record<string, string> = {}
  for (const [i, part] of pattern.entries()) {
    if (!part.startsWith(':')) {
      if (part !== parts[i]) return undefined
      continue
    }
    try {
      params[part.slice(1)] = decodeURIComponent(parts[i]!)
    } catch {
      return undefined
    }
  }
  return params
}

function pageRequest(
  { request, origin }: Exchange,
  params: PageRequest['params'],
  page: Page,
): PageRequest {
  const { headers, query, body, path } = request
  const isRaw = page.rawBody !== undefined && body instanceof Uint8Array
  const isForm = !isRaw && headers['content-type']?.startsWith('application/x-www-form-urlencoded')
  const text = isForm && body instanceof Uint8Array ? new TextDecoder().decode(body) : ''
  const form = new URLSearchParams(text)
  if (form.size > largestForm.fields) throw badRequest('The form has too many fields.')
  return {
    params,
    origin,
    path,
    query: new URLSearchParams(query),
    form,
    body: isRaw ? body : new Uint8Array(),
    stream: body instanceof Uint8Array ? once(body) : body,
    headers,
    cookies: cookiesOf(headers.cookie),
  }
}

async function* once(body: Uint8Array): AsyncGenerator<Uint8Array> {
  if (body.length > 0) yield body
}

/** Of two of a name, the one with the longer path is first, and whoever owns a wider one could not write it. */
function cookiesOf(header = ''): Map<string, string> {
  const cookies = new Map<string, string>()
  for (const pair of header.split(';')) {
    const equals = pair.indexOf('=')
    const name = pair.slice(0, Math.max(equals, 0)).trim()
    if (name !== '' && !cookies.has(name)) cookies.set(name, pair.slice(equals + 1).trim())
  }
  return cookies
}

/** What a page sees: its service's call, any account's store, sessions and the log. */
class PageCall extends Call implements PageContext {
  readonly #exchange: Exchange
  readonly #house: House

  constructor(exchange: Exchange, house: House) {
    super(exchange, house)
    this.#exchange = exchange
    this.#house = house
  }

  override get store() {
    return this.open({ account: this.account, region: this.region })
  }

  open(owner: Owner) {
    return this.#house.storeFor(owner)
  }

  within(owner: Owner): CallContext {
    const { requestId, time, source, request, loaded, caller } = this.#exchange
    const inner = new Exchange(requestId, time, source, request)
    inner.loaded = loaded
    inner.owner = owner
    inner.region = owner.region
    inner.caller = { ...caller, principal: { ...caller.principal, account: owner.account } }
    return new PageCall(inner, this.#house)
  }

  allows(bucket: string, quota: Quota): boolean {
    const service = this.#exchange.loaded!.entry.name
    return this.#house.throttle.takeAlways(`${service}/${bucket}`, quota, Date.now())
  }

  issueSession: PageContext['issueSession'] = (claims) => this.#house.issueSession(claims)

  openSession: PageContext['openSession'] = (token, keyId) => this.#house.openToken(token, keyId)

  signer: PageContext['signer'] = (service) => signerOf(this.#exchange, service, this.#house)

  perform: PageContext['perform'] = (operation, input, by, additional) =>
    performFor(this.#exchange, { operation, input, by, additional }, this.#house)

  async record(event: PageEvent): Promise<void> {
    const { requestId, time, source, request, loaded } = this.#exchange
    const { eventName, eventType, owner, principal, errorMessage, readOnly = false } = event
    const eventId = timedUuid(time, this.#house.random)
    const eventSource = loaded!.eventSource
    const record = cloudTrailJson({
      requestId,
      eventId,
      time,
      eventSource,
      eventName,
      eventType,
      region: owner.region,
      account: owner.account,
      principal,
      source,
      host: request.headers.host,
      readOnly,
      errorMessage,
      responseElements: event.responseElements && JSON.stringify(event.responseElements),
      additional: event.additional && JSON.stringify(event.additional),
      resources: [],
    })
    const about = { requestId, eventId, eventName, eventSource, readOnly, principal }
    const keys = eventKeys({ ...about, ...owner })
    const decision = JSON.stringify({
      mode: this.#house.mode,
      principal,
      layers: { identity: [] },
      time,
      targets: [],
    })
    await this.#house.audit.record({ time, record, decision, keys })
  }
}
