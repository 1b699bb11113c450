import type { CallContext } from '../kernel/context.ts'
import { timedUuid } from '../kernel/ids.ts'
import type { Owner } from '../kernel/store.ts'
import { Call } from './call-context.ts'
import { Exchange } from './exchange.ts'
import type { House } from './house.ts'
import type { LoadedService } from './loaded-service.ts'

const noRequest = { method: 'POST', path: '/', query: '', headers: {}, body: new Uint8Array() }

/**
 * The context of a service that works for itself: a due job, or a fact that another service told.
 * It acts as its service principal on the owner's store. Calls of other services are authorized
 * and recorded; its own writes leave no intent, because no caller waits for an answer.
 */
export function backgroundContext(loaded: LoadedService, owner: Owner, house: House): CallContext {
  const name = `${loaded.entry.signingName}.amazonaws.com`
  const now = house.clock.now()
  const source = { ip: name, userAgent: name, secure: true, invokedBy: name }
  const exchange = new Exchange(timedUuid(now, house.random), now, source, noRequest)
  const { account, region } = owner
  exchange.loaded = loaded
  exchange.owner = owner
  exchange.region = region === '' ? house.region : region
  exchange.caller = {
    principal: { kind: 'service', account, arn: name, userId: name, service: name },
    layers: { identity: [] },
  }
  return new Call(exchange, { ...house, storeFor: (whose) => house.storeFor(whose) })
}
