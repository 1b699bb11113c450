import { eventKeys } from '../../audit/event-keys.ts'
import type { Recorded } from '../../audit/log.ts'
import { cloudTrailJson } from '../../audit/record.ts'
import { redactedJson } from '../../audit/redact.ts'
import { timedUuid } from '../../kernel/ids.ts'
import { decisionJson, policiesOf } from '../decision-record.ts'
import type { Exchange } from '../exchange.ts'
import type { House } from '../house.ts'

/** Unauthenticated refusals that are recorded per second; the rest is only counted. */
const anonymousRate = { rate: 50, burst: 200 }

/**
 * Writes what happened, and waits until it is durable. A call that changed something is completed
 * even when its client has gone. A call into another account is told to both: the caller's account
 * sees who it was, the owner's only from which account.
 */
export function record(exchange: Exchange, house: House): void | Promise<void> {
  if (exchange.unrecorded) return
  const { principal } = exchange.caller
  const stranger = principal.kind === 'anonymous' && exchange.error !== undefined
  if (stranger && !house.throttle.takeAlways('anonymous', anonymousRate, Date.now())) return
  for (const { hash, document } of policiesOf(exchange)) house.keepDocument(hash, document)
  noteUse(exchange, house)
  const intent = exchange.intended ? exchange.requestId : undefined
  // Refusals of nobody belong to the installation, whose log no account can look into.
  if (stranger) return house.audit.record(entryOf(exchange, house, { account: 'installation' }))
  const own = principal.account
  const owner = exchange.owner?.account ?? own
  if (own === owner || own === '' || principal.kind === 'service')
    return house.audit.record({ ...entryOf(exchange, house, { account: owner }), intent })
  const sharedEventId = timedUuid(exchange.time, house.random)
  const both = [
    house.audit.record({ ...entryOf(exchange, house, { account: own, sharedEventId }), intent }),
    house.audit.record(entryOf(exchange, house, { account: owner, sharedEventId, foreign: true })),
  ]
  return Promise.all(both).then(() => undefined)
}

function noteUse({ caller, loaded, operationName, time, region }: Exchange, house: House): void {
  if (loaded === undefined) return
  const { principal } = caller
  const service = loaded.actionPrefix
  house.activity.note({ principal, service, action: operationName, time, region })
}

/** Whose log a record goes to. */
interface Recipient {
  readonly account: string
  /** The same for all records of one call. */
  readonly sharedEventId?: string
  /** The caller is of another account: that is all the recipient learns of it. */
  readonly foreign?: boolean
}

function entryOf(exchange: Exchange, house: House, recipient: Recipient): Recorded {
  const { account, sharedEventId, foreign = false } = recipient
  const { loaded, error, requestId, time } = exchange
  const { principal } = exchange.caller
  const eventId = timedUuid(time, house.random)
  const eventName = exchange.operationName
  const eventSource = loaded?.eventSource ?? 'sallyport.amazonaws.com'
  const region = exchange.region || house.region
  const readOnly = loaded?.isReadOnly(eventName) ?? false
  const resources = resourcesOf(exchange, account)
  const secrets = loaded?.secrets ?? new Set<string>()
  const record = cloudTrailJson({
    requestId,
    eventId,
    sharedEventId,
    time,
    eventSource,
    eventName,
    apiVersion: loaded?.wire.facts.version,
    region,
    account,
    principal,
    foreign,
    source: exchange.source,
    host: exchange.request.headers.host,
    readOnly,
    errorCode: error?.code,
    errorMessage: error?.message,
    requestParameters: redactedJson(exchange.input, secrets),
    responseElements: readOnly ? undefined : redactedJson(exchange.output, secrets),
    additional: additionalJson(exchange),
    resources,
  })
  const keys = eventKeys({
    requestId,
    eventId,
    eventName,
    eventSource,
    readOnly,
    account,
    region,
    principal: foreign ? undefined : principal,
    resources,
  })
  return { time, record, decision: decisionJson(exchange, house.mode), keys }
}

/** What a changing transaction leaves behind if the process dies before the record is written. */
export function intentOf(exchange: Exchange): Uint8Array {
  const { caller, loaded, input, source, time, requestId } = exchange
  const intent = {
    requestId,
    time,
    region: exchange.region,
    account: exchange.owner?.account,
    principal: caller.principal,
    eventSource: loaded?.eventSource,
    eventName: exchange.operationName,
    source,
    requestParameters: redactedJson(input, loaded?.secrets ?? new Set()) ?? null,
  }
  return new TextEncoder().encode(JSON.stringify(intent))
}

function resourcesOf({ targets, owner }: Exchange, account: string) {
  const seen = new Map<string, { arn: string; account: string }>()
  // What ends in a slash or a star is a path that a list looks under, no resource.
  for (const { resource, account: own } of targets)
    if (!/[*/]$/.test(resource))
      seen.set(resource, { arn: resource, account: own ?? owner?.account ?? account })
  return [...seen.values()]
}

function additionalJson(exchange: Exchange): string | undefined {
  let told: Readonly<Record<string, unknown>> | undefined = observed(exchange)
  if (exchange.additional !== undefined) told = { ...told, ...exchange.additional }
  for (const { additional } of exchange.targets)
    if (additional !== undefined) told = { ...told, ...additional }
  return told && JSON.stringify(told)
}

/** In observe mode, what would have been refused. */
function observed({ decided, error }: Exchange) {
  if (error !== undefined) return undefined
  const denied = decided.filter(({ allowed }) => !allowed)
  if (denied.length === 0) return undefined
  const wouldBeDenied = denied.map(({ request }) => ({
    action: request.action,
    resource: request.resource.arn,
  }))
  return { wouldBeDenied }
}
