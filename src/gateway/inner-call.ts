import type { Caller } from '../kernel/authorization.ts'
import type { CallAs } from '../kernel/context.ts'
import { ServiceError } from '../kernel/errors.ts'
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
  const calledVia =
    call.as === 'caller' ? [...(outer.source.calledVia ?? []), invokedBy] : undefined
  const now = house.clock.now()
  const inner = new Exchange(
    timedUuid(now, house.random),
    now,
    { ...outer.source, invokedBy, calledVia },
    outer.request,
  )
  inner.loaded = loaded
  inner.operation = operation
  inner.wire = loaded.wire.operation(call.operation)
  inner.region = loaded.entry.global ? 'us-east-1' : outer.owner!.region
  inner.caller = callerAs(call.as, outer, invokedBy)
  inner.input = call.input as Exchange['input']
  inner.wire!.validate(inner.input)
  await walk(innerJourney, inner, house)
  await record(inner, house)
  if (inner.error !== undefined) throw inner.error
  return inner.output
}

function callerAs(as: CallAs, outer: Exchange, invokedBy: string): Caller {
  if (as === 'caller') return outer.caller
  if (as === 'service') {
    const { account } = outer.owner!
    const principal = { kind: 'service', account, arn: invokedBy, userId: invokedBy } as const
    return { principal: { ...principal, service: invokedBy }, layers: { identity: [] } }
  }
  throw new ServiceError(
    'NotImplemented',
    'Calls of services under a role of their own are still to be built.',
    { status: 501 },
  )
}
