import type { ContextValue } from '../kernel/authorization.ts'
import type { Membership } from '../kernel/guardrails.ts'
import type { Target } from '../kernel/target.ts'
import type { Exchange } from './exchange.ts'

type Read = (exchange: Exchange, target: Target) => ContextValue | undefined

const placeOf = ({ memberships }: Exchange, account: string | undefined): Membership | undefined =>
  account === undefined ? undefined : memberships.get(account)

const caller: (exchange: Exchange) => Membership | undefined = (exchange) =>
  exchange.caller.principal.kind === 'service' ? undefined : placeOf(exchange, exchange.account)

const owner = (exchange: Exchange, { account }: Target) =>
  placeOf(exchange, account ?? exchange.owner?.account)

const endpoint = (exchange: Exchange) => placeOf(exchange, exchange.source.endpoint?.account)

/** The account of the resource that a service works for. */
const sourceAccount = ({ source }: Exchange) => source.sourceArn?.split(':')[4] || undefined

const source = (exchange: Exchange) => placeOf(exchange, sourceAccount(exchange))

const paths = (membership: Membership | undefined) => membership && [membership.path]

/**
 * Global condition keys of the request itself, by lower-case name; those of principal, resource and
 * time are the engine's.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 */
const readers: Readonly<Record<string, Read>> = {
  'aws:sourceip': ({ source: { invokedBy, endpoint: via, ip } }) =>
    invokedBy === undefined && via === undefined ? ip : undefined,
  'aws:vpcsourceip': ({ source: { endpoint: via, ip } }) => via && ip,
  'aws:sourcevpce': ({ source: { endpoint: via } }) => via?.id,
  'aws:sourcevpc': ({ source: { endpoint: via } }) => via?.vpc,
  'aws:sourcevpcarn': ({ source: { endpoint: via }, region }) =>
    via?.vpc && via.account && `arn:aws:ec2:${region}:${via.account}:vpc/${via.vpc}`,
  'aws:vpceaccount': ({ source: { endpoint: via } }) => via?.account,
  'aws:vpceorgid': (exchange) => endpoint(exchange)?.organizationId,
  'aws:vpceorgpaths': (exchange) => paths(endpoint(exchange)),
  'aws:useragent': ({ source: { userAgent } }) => userAgent,
  'aws:referer': ({ source: { referer } }) => referer,
  'aws:securetransport': ({ source: { secure } }) => String(secure),
  'aws:requestedregion': ({ region }) => region,
  'aws:viaawsservice': ({ source: { calledVia } }) => String(calledVia !== undefined),
  'aws:calledvia': ({ source: { calledVia } }) => calledVia,
  'aws:calledviafirst': ({ source: { calledVia } }) => calledVia?.[0],
  'aws:calledvialast': ({ source: { calledVia } }) => calledVia?.at(-1),
  'aws:sourcearn': ({ source: { sourceArn } }) => sourceArn,
  'aws:sourceaccount': sourceAccount,
  'aws:sourceorgid': (exchange) => source(exchange)?.organizationId,
  'aws:sourceorgpaths': (exchange) => paths(source(exchange)),
  'aws:principalorgid': (exchange) => caller(exchange)?.organizationId,
  'aws:principalorgpaths': (exchange) => paths(caller(exchange)),
  'aws:resourceorgid': (exchange, target) => owner(exchange, target)?.organizationId,
  'aws:resourceorgpaths': (exchange, target) => paths(owner(exchange, target)),
}

const table = new Map(Object.entries(readers))

/** The keys that a record keeps, so that `why` can decide again. */
export const requestKeys: readonly string[] = [...table.keys()]

/** Value of a global key that belongs to the request; undefined when there is none. */
export const requestKey = (
  exchange: Exchange,
  target: Target,
  key: string,
): ContextValue | undefined => table.get(key)?.(exchange, target)
