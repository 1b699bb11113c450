import type { AssumeRoleResponse } from '@aws-sdk/client-sts'
import type { Caller } from '../kernel/authorization.ts'
import type { Source } from '../kernel/context.ts'
import { timedUuid } from '../kernel/ids.ts'
import { Exchange } from './exchange.ts'
import type { House, ServiceCall } from './house.ts'
import { notImplementedOperation } from './not-built.ts'
import { innerJourney, walk } from './pipeline.ts'
import { record } from './steps/record.ts'

/**
 * One service calls another through its public contract. The call is validated, authorized and
 * recorded like one from outside; `aws:ViaAWSService` and `aws:CalledVia` tell who forwarded it.
 */
export async function innerCall(
  outer: Exchange,
  call: ServiceCall,
  house: House,
): Promise<unknown> {
  const loaded = await house.serviceNamed(call.service)
  if (loaded === undefined) throw new Error(`there is no service ${call.service}`)
  const operation = loaded.service.operations[call.operation]
  if (operation === undefined) throw notImplementedOperation(loaded.service, call.operation)
  const invokedBy = `${outer.loaded!.entry.signingName}.amazonaws.com`
  const now = house.clock.now()
  const inner = new Exchange(
    timedUuid(now, house.random),
    now,
    sourceOf(call, outer, invokedBy),
    outer.request,
  )
  inner.loaded = loaded
  inner.operation = operation
  inner.wire = loaded.wire.operation(call.operation)
  inner.region = loaded.entry.global ? 'us-east-1' : outer.owner!.region
  inner.caller = await callerAs(call, outer, invokedBy, house)
  inner.input = call.input as Exchange['input']
  inner.wire!.validate(inner.input)
  await walk(innerJourney, inner, house)
  await record(inner, house)
  if (inner.error !== undefined) throw inner.error
  return inner.output
}

/** Forwarded calls tell who forwarded them; a service's own calls come from the service. */
function sourceOf({ as, sourceArn }: ServiceCall, outer: Exchange, invokedBy: string): Source {
  if (as !== 'caller') {
    const own = { ip: invokedBy, userAgent: invokedBy, secure: true, invokedBy }
    return as === 'service' ? { ...own, sourceArn } : own
  }
  return { ...outer.source, invokedBy, calledVia: [...(outer.source.calledVia ?? []), invokedBy] }
}

/** Who calls: the outer caller, the service itself, or a session of a role that trusts it. */
async function callerAs(
  { as, sourceArn }: ServiceCall,
  outer: Exchange,
  service: string,
  house: House,
): Promise<Caller> {
  if (as === 'caller') return outer.caller
  if (as === 'service') {
    const { account } = outer.owner!
    const principal = { kind: 'service', account, arn: service, userId: service } as const
    return { principal: { ...principal, service }, layers: { identity: [] } }
  }
  const { role, sessionName = outer.loaded!.entry.signingName } = as
  const input = { RoleArn: role, RoleSessionName: sessionName }
  const call = { service: 'sts', operation: 'AssumeRole', input, as: 'service', sourceArn } as const
  const { Credentials: session } = (await innerCall(outer, call, house)) as AssumeRoleResponse
  const known = await house.credentials.load(session!.AccessKeyId!, session!.SessionToken!)
  if (known === undefined) throw new Error('a session that was just made cannot be loaded')
  return known.caller
}
