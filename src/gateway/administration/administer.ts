import { denialText } from '../../access/denial.ts'
import { decide } from '../../access/evaluate.ts'
import { explain } from '../../access/explain.ts'
import { ServiceError } from '../../kernel/errors.ts'
import type { HttpResponse } from '../../kernel/http.ts'
import {
  checkFreshness,
  claimedSignature,
  payloadHashOf,
  SignatureRefused,
  verifySignature,
} from '../../wire/sigv4.ts'
import type { Exchange } from '../exchange.ts'
import type { House } from '../house.ts'
import { refusal, sealedRefusal } from '../refusals.ts'
import { collectInto } from '../steps/collect.ts'

/** One thing that an operator may ask of a running store. */
export interface AdministrationTask {
  /** IAM action without its prefix: `GetWhy` is allowed as `sallyport:GetWhy`. */
  readonly action: string
  readonly method: 'GET' | 'POST'
  /** `why/*` takes one more path part. */
  readonly path: string
  /** `health` is answered to everybody. */
  readonly open?: boolean
  /** `unseal` works behind closed doors, and admits its caller itself. */
  readonly whileSealed?: boolean
  /** HTTP status of an answer; 200 when there is no other. */
  statusOf?(answer: unknown): number
  run(call: AdministrationCall): Promise<unknown>
}

export interface AdministrationCall {
  readonly house: House
  readonly exchange: Exchange
  /** What stands for the `*` of the path. */
  readonly rest: string
  readonly query: URLSearchParams
  readonly body: Record<string, unknown>
  /** Signature and policy of the call; done already but for tasks that work while sealed. */
  admit(): Promise<void>
}

/** A plain text answer, for what is not JSON. */
export interface PlainText {
  readonly text: string
  readonly type: string
}

/** Bytes that are sent as they come. */
export interface ByteStream {
  readonly stream: AsyncIterable<Uint8Array>
}

const isStream = (value: unknown): value is ByteStream =>
  typeof value === 'object' && value !== null && 'stream' in value

const isPlain = (value: unknown): value is PlainText =>
  typeof value === 'object' && value !== null && 'text' in value && 'type' in value

/** Answers `/_sallyport/...`: JSON in, JSON out, SigV4 with the service name `sallyport`. */
export async function administer(
  exchange: Exchange,
  house: House,
  tasks: readonly AdministrationTask[],
): Promise<HttpResponse> {
  try {
    await collectInto(exchange)
    const { task, rest } = taskOf(exchange, tasks)
    if (house.barrier.sealed && !task.open && !task.whileSealed) throw sealedRefusal()
    const admitted = () => admit(exchange, house, task)
    if (!task.open && !task.whileSealed) await admitted()
    const query = new URLSearchParams(exchange.request.query)
    const body = bodyOf(exchange)
    const answer = await task.run({ house, exchange, rest, query, body, admit: admitted })
    if (isStream(answer)) return reply(200, answer.stream, 'application/octet-stream', exchange)
    if (isPlain(answer)) return reply(200, answer.text, answer.type, exchange)
    return json(task.statusOf?.(answer) ?? 200, answer, exchange)
  } catch (error) {
    if (error instanceof ServiceError)
      return json(error.status ?? 400, { code: error.code, message: error.message }, exchange)
    house.log.error('an administration call failed', { cause: String(error) })
    return json(500, { code: 'InternalFailure', message: exchange.requestId }, exchange)
  }
}

function taskOf({ request }: Exchange, tasks: readonly AdministrationTask[]) {
  const path = request.path.slice('/_sallyport/'.length)
  const slash = path.indexOf('/')
  const pattern = slash < 0 ? path : `${path.slice(0, slash)}/*`
  const candidates = tasks.filter((task) => task.path === pattern)
  if (candidates.length === 0)
    throw new ServiceError('NotFound', `There is nothing at ${request.path}.`, { status: 404 })
  const task = candidates.find(({ method }) => method === request.method)
  if (task === undefined)
    throw new ServiceError('MethodNotAllowed', `${request.method} is not for this path.`, {
      status: 405,
    })
  return { task, rest: slash < 0 ? '' : decodeURIComponentSafely(path.slice(slash + 1)) }
}

function decodeURIComponentSafely(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function bodyOf({ request }: Exchange): Record<string, unknown> {
  const { body } = request
  if (!(body instanceof Uint8Array) || body.length === 0) return {}
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(body))
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>
  } catch {}
  throw new ServiceError('SerializationException', 'The body is no JSON object.', { status: 400 })
}

/** Signature and policy, as for any call; open mode also takes unsigned requests. */
async function admit(exchange: Exchange, house: House, task: AdministrationTask): Promise<void> {
  const { request } = exchange
  try {
    const claim = claimedSignature(request)
    if (claim === undefined) {
      if (house.mode === 'open') return
      throw refusal('missing', 'restJson1')
    }
    const { accessKeyId, sessionToken } = claim
    const known =
      house.credentials.cached(accessKeyId, sessionToken) ??
      (await house.credentials.load(accessKeyId, sessionToken))
    if (known === undefined && house.mode === 'open') return
    if (known === undefined || !known.active) throw refusal('unknownKey', 'restJson1')
    if (claim.service !== 'sallyport')
      throw refusal(
        'mismatch',
        'restJson1',
        "Credential should be scoped to correct service: 'sallyport'.",
      )
    checkFreshness(claim, Date.now())
    const body = request.body as Uint8Array
    verifySignature(claim, request, known.keys, payloadHashOf(body))
    if (known.expiresAt !== undefined && known.expiresAt <= exchange.time)
      throw refusal('expiredToken', 'restJson1')
    exchange.caller = known.caller
  } catch (error) {
    if (error instanceof SignatureRefused) throw refusal(error.fault, 'restJson1', error.message)
    throw error
  }
  const { principal, layers } = exchange.caller
  const { account } = principal
  const arn = `arn:aws:sallyport:${house.region}:${account}:installation`
  const access = {
    principal,
    layers,
    action: `sallyport:${task.action}`,
    resource: { arn, account },
    context: () => undefined,
    now: exchange.time,
  }
  // The installation belongs to its first account; principals of others do not administer it.
  if (account !== house.account || !decide(access))
    throw refusal('denied', 'restJson1', denialText(access, explain(access).reason))
}

const json = (status: number, value: unknown, exchange: Exchange): HttpResponse =>
  reply(status, `${JSON.stringify(value, null, 2)}\n`, 'application/json', exchange)

const reply = (
  status: number,
  body: HttpResponse['body'],
  type: string,
  exchange: Exchange,
): HttpResponse => ({
  status,
  headers: { 'content-type': type, 'x-amzn-requestid': exchange.requestId },
  body,
})
