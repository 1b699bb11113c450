import { timedUuid } from '../kernel/ids.ts'
import type { Signer } from '../kernel/page.ts'
import {
  checkFreshness,
  claimedSignature,
  payloadHashOf,
  SignatureRefused,
  verifySignature,
} from '../wire/sigv4.ts'
import { Exchange } from './exchange.ts'
import type { House } from './house.ts'
import { notImplementedOperation } from './not-built.ts'
import { pageJourney, walk } from './pipeline.ts'
import { record } from './steps/record.ts'

/** Seconds that the signature of a page's request is good for; its clients sign each anew. */
const lifetime = 300

/** Whether a request says that it is signed for this service, or that it is no AWS call at all. */
export const isSignedFor = (authorization: string, service: string | undefined): boolean =>
  !authorization.startsWith('AWS') ||
  (service !== undefined && authorization.includes(`/${service}/aws4_request`))

/** See `PageContext.signer`. */
export async function signerOf(
  { request, time }: Exchange,
  service: string,
  house: House,
): Promise<Signer | undefined> {
  try {
    const claim = claimedSignature(request)
    if (claim?.form !== 'header' || claim.service !== service) return undefined
    const { accessKeyId, sessionToken } = claim
    const known =
      house.credentials.cached(accessKeyId, sessionToken) ??
      (await house.credentials.load(accessKeyId, sessionToken))
    if (!known?.active || (known.expiresAt !== undefined && known.expiresAt <= time))
      return undefined
    checkFreshness({ ...claim, expires: lifetime }, Date.now())
    const body = request.body instanceof Uint8Array ? request.body : new Uint8Array()
    verifySignature(claim, request, known.keys.only(service), payloadHashOf(body))
    return { caller: known.caller, region: claim.region }
  } catch (error) {
    if (error instanceof SignatureRefused) return undefined
    throw error
  }
}

interface Performed {
  readonly operation: string
  readonly input: object
  readonly by: Signer
  readonly additional: Readonly<Record<string, unknown>> | undefined
}

/** See `PageContext.perform`. */
export async function performFor(
  outer: Exchange,
  { operation, input, by, additional }: Performed,
  house: House,
): Promise<unknown> {
  const now = house.clock.now()
  const id = timedUuid(now, house.random)
  const inner = new Exchange(id, now, outer.source, outer.request)
  const loaded = outer.loaded!
  inner.loaded = loaded
  inner.operation = loaded.service.operations[operation]
  if (inner.operation === undefined) throw notImplementedOperation(loaded.service, operation)
  inner.wire = loaded.wire.operation(operation)
  inner.region = by.region
  inner.caller = by.caller
  inner.input = input as Exchange['input']
  inner.additional = additional
  await walk(pageJourney, inner, house)
  await record(inner, house)
  if (inner.error !== undefined) throw inner.error
  return inner.output
}
