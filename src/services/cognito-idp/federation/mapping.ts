import type { CallContext } from '../../../kernel/context.ts'
import type { AttributeList } from '../attributes.ts'
import type { App } from '../client-places.ts'
import type { ClientRecord } from '../client-records.ts'
import { ask, isObject, unrecognizable } from '../triggers.ts'
import type { Arrival } from './arrivals.ts'
import { type Claims, claimText, claimTexts } from './claims.ts'

/** Lets the pool's function change what a provider tells; an empty answer changes nothing. */
async function inboundClaims(
  app: App,
  userName: string,
  { provider, claims, told }: Arrival,
  ctx: CallContext,
): Promise<Claims> {
  const attributes = Object.fromEntries(
    Object.entries(told).map(([from, values]) => [from, claimTexts(values)]),
  )
  const request = { providerName: provider.name, providerType: provider.type, attributes }
  const source = 'InboundFederation_ExternalProvider'
  const response = { userAttributesToMap: {} }
  const answer = await ask('InboundFederation', app, { source, userName, request, response }, ctx)
  const changed = answer?.userAttributesToMap ?? {}
  if (!isObject(changed)) throw unrecognizable()
  return Object.keys(changed).length === 0 ? claims : changed
}

/** What the client may write of a list; what says that an address is verified goes with the address. */
export function writableOf({ settings }: ClientRecord, list: AttributeList): AttributeList {
  const { WriteAttributes: written } = settings
  const base = (name: string) => name.replace(/^(email|phone_number)_verified$/, '$1')
  return written === undefined ? list : list.filter(({ Name }) => written.includes(base(Name)))
}

/**
 * The attributes that follow from what a provider tells, written or not. What it does not tell stays as it
 * is, and a blank value takes away.
 */
export async function mappedAttributes(
  app: App,
  userName: string,
  arrival: Arrival,
  ctx: CallContext,
): Promise<AttributeList> {
  const { mapping } = arrival.provider
  const claims = { ...arrival.tokens, ...(await inboundClaims(app, userName, arrival, ctx)) }
  return Object.entries(mapping).flatMap(([Name, claim]) => {
    const Value = Object.hasOwn(claims, claim) ? claimText(claims[claim]) : undefined
    return Value === undefined || Name === 'username' ? [] : [{ Name, Value }]
  })
}
