import type { HttpRequest, HttpResponse } from '../kernel/http.ts'
import { timedUuid } from '../kernel/ids.ts'
import { administer } from './administration/administer.ts'
import { tasks } from './administration/tasks.ts'
import { corsHeaders, preflight } from './cors.ts'
import { Exchange } from './exchange.ts'
import type { House } from './house.ts'
import { pagePlaceOf } from './page-places.ts'
import { servePage } from './pages.ts'
import { refuseSealed, travel } from './pipeline.ts'
import { type Arrival, sourceOf } from './source.ts'

/**
 * Gives a request its id and leads it to its place: administration, CORS preflight, or the journey
 * of a call.
 * @param started `performance.now()` of the first byte
 */
export async function answerOf(
  arrival: Arrival,
  house: House,
  started: number,
): Promise<HttpResponse> {
  house.barrier.enter()
  try {
    return await answer(arrival, house, started)
  } finally {
    house.barrier.leave()
  }
}

async function answer(arrival: Arrival, house: House, started: number): Promise<HttpResponse> {
  const { request } = arrival
  const now = house.clock.now()
  const source = sourceOf(arrival, house.trustedProxies)
  const exchange = new Exchange(timedUuid(now, house.random), now, source, request)
  if (request.method === 'OPTIONS') return preflight(request)
  if (request.path.startsWith('/_sallyport/'))
    return withCors(await administer(exchange, house, tasks), request)
  if (house.barrier.sealed) return withCors(await refuseSealed(exchange, house), request)
  const asked = pagePlaceOf(exchange, house)
  const place = asked instanceof Promise ? await asked : asked
  if (place !== undefined) return servePage(exchange, place, house)
  const response = await travel(exchange, house)
  const { error, loaded } = exchange
  const code = error?.code ?? 'OK'
  // Names from outside would let anybody grow the table: only those we know are counted apart.
  const operation = exchange.operation?.name ?? 'Unknown'
  const seconds = (performance.now() - started) / 1_000
  house.metrics.answered(loaded?.entry.name ?? 'none', operation, code, seconds)
  return withCors(response, request)
}

/** Browsers' SDKs may read every answer, as with AWS; requests without Origin need no headers. */
const withCors = (response: HttpResponse, request: HttpRequest): HttpResponse =>
  request.headers.origin === undefined
    ? response
    : { ...response, headers: { ...response.headers, ...corsHeaders } }
