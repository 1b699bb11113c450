import { eventKeys } from '../../audit/event-keys.ts'
import { cloudTrailJson } from '../../audit/record.ts'
import { ServiceError } from '../../kernel/errors.ts'
import { timedUuid } from '../../kernel/ids.ts'
import type { People } from '../../kernel/people.ts'
import { backgroundContext } from '../background-call.ts'
import type { AdministrationCall, AdministrationTask } from './administer.ts'

/** Pools of everybody that could be safer, for `sallyport doctor`. */
export const weakPools: AdministrationTask = {
  action: 'GetWeakPools',
  method: 'GET',
  path: 'weak-pools',
  async run({ house }) {
    const loaded = await house.serviceNamed('cognito-idp')
    const people = loaded?.service.provides.people as People | undefined
    if (loaded === undefined || people === undefined) return { pools: [] }
    const home = { account: house.account, region: house.region }
    const homes = await people.homesOfPools(backgroundContext(loaded, home, house))
    const pools: object[] = []
    for (const owner of homes)
      for (const weak of await people.weakPools(backgroundContext(loaded, owner, house)))
        pools.push({ ...owner, ...weak })
    return { pools }
  },
}

/** The service that keeps people, and its context where their pool is. */
async function keeperOf({ house, rest: pool }: AdministrationCall) {
  const loaded = await house.serviceNamed('cognito-idp')
  const people = loaded?.service.provides.people as People | undefined
  if (loaded === undefined || people === undefined)
    throw new ServiceError('NotFound', 'This installation has no user pools.', { status: 404 })
  const home = { account: house.account, region: house.region }
  const owner = await people.ownerOf(pool, backgroundContext(loaded, home, house))
  return { people, owner, ctx: backgroundContext(loaded, owner, house) }
}

/** Tells the event log who asked about whom, before the answer goes out. */
async function recorded(
  { house, exchange, rest: pool }: AdministrationCall,
  eventName: string,
  owner: { readonly account: string; readonly region: string },
  more: object = {},
): Promise<void> {
  const { requestId, time, source, request, caller } = exchange
  const { principal } = caller
  const eventId = timedUuid(time, house.random)
  const eventSource = 'sallyport.amazonaws.com'
  const readOnly = eventName.startsWith('Get')
  const record = cloudTrailJson({
    requestId,
    eventId,
    time,
    eventSource,
    eventName,
    ...owner,
    principal,
    source,
    host: request.headers.host,
    readOnly,
    requestParameters: JSON.stringify({ userPoolId: pool, ...more }),
    resources: [],
  })
  const about = { requestId, eventId, eventName, eventSource, readOnly, principal }
  const keys = eventKeys({ ...about, ...owner })
  const layers = { identity: [] }
  const decision = JSON.stringify({ mode: house.mode, principal, layers, time, targets: [] })
  await house.audit.record({ time, record, decision, keys })
}

function nameIn({ body }: AdministrationCall): string {
  const { user } = body
  if (typeof user === 'string' && user !== '' && user.length <= 256) return user
  throw new ServiceError('ValidationException', 'user takes the name of a user.')
}

/** Everybody in a pool, with hashes and secrets: whoever has the answer can take their place. */
export const exportPool: AdministrationTask = {
  action: 'GetUsers',
  method: 'GET',
  path: 'users/*',
  async run(call) {
    const { people, owner, ctx } = await keeperOf(call)
    await recorded(call, 'GetUsers', owner)
    return { stream: people.everybody(call.rest, ctx) }
  },
}

/** All that is known of one person; the name is in the body, since addresses of requests are logged. */
export const exportPerson: AdministrationTask = {
  action: 'GetPerson',
  method: 'POST',
  path: 'person/*',
  async run(call) {
    const { people, owner, ctx } = await keeperOf(call)
    const answer = await people.person(call.rest, nameIn(call), ctx)
    await recorded(call, 'GetPerson', owner)
    return answer
  },
}

export const erasePerson: AdministrationTask = {
  action: 'ErasePerson',
  method: 'POST',
  path: 'erase/*',
  async run(call) {
    const { people, owner, ctx } = await keeperOf(call)
    const statement = await people.erase(call.rest, nameIn(call), ctx)
    const { sub } = statement as { sub?: string }
    await recorded(call, 'ErasePerson', owner, { sub })
    return statement
  },
}
