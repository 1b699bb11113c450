import { createHash } from 'node:crypto'
import { parseAddress } from '../../access/ip-ranges.ts'
import type { CallContext } from '../../kernel/context.ts'
import type { IpPlace } from '../../kernel/ports.ts'
import type { ClientRecord } from './client-records.ts'
import { invalid } from './contract.ts'
import type { PoolRecord } from './pool-records.ts'
import { appVersionOf, deviceTypeOf } from './user-agents.ts'

/** Where a user's request came from, as far as one can see. */
export interface Origin {
  /** Undefined for calls of a server that does not say whom it calls for. */
  readonly ip?: string | undefined
  /** `Chrome 126, Windows`. */
  readonly device: string
  /** Tells one device from another; a hash. */
  readonly print?: string | undefined
  readonly timezone?: string | undefined
  readonly place?: IpPlace | undefined
  /** The app said more than the request itself. */
  readonly hasContext: boolean
}

/** Through what a call came. */
interface Through {
  readonly pool: Pick<PoolRecord, 'id' | 'settings'>
  readonly client: ClientRecord
}

interface Told {
  readonly IpAddress?: string | undefined
  readonly EncodedData?: string | undefined
  readonly HttpHeaders?:
    | readonly { readonly headerName?: string; readonly headerValue?: string }[]
    | undefined
}

interface Fingerprint {
  readonly DeviceId?: unknown
  readonly UserAgent?: unknown
  readonly ClientTimezone?: unknown
}

/** Characters of encoded data; what collects it sends a few thousand. */
const longest = 32_768

/** What the app's library collected: Base64 of JSON, whose `payload` is JSON again. */
function fingerprintOf(encoded = ''): Fingerprint {
  if (encoded === '' || encoded.length > longest) return {}
  try {
    const outer: unknown = JSON.parse(Buffer.from(encoded, 'base64').toString())
    const { payload } = outer as { readonly payload?: unknown }
    const inner: unknown = typeof payload === 'string' ? JSON.parse(payload) : payload
    const { contextData } = inner as { readonly contextData?: unknown }
    return typeof contextData === 'object' && contextData !== null ? contextData : {}
  } catch {
    // Apps send what they like; what cannot be read says nothing.
    return {}
  }
}

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value.slice(0, 1_024) : undefined

type Seen = Pick<CallContext, 'source' | 'ports'>

/** An address that somebody else tells. */
function told(ip: string | undefined): string | undefined {
  if (ip !== undefined && parseAddress(ip) === undefined) throw invalid('Invalid IP address.')
  return ip
}

function originFrom(
  { pool }: Through,
  { ip, agent, data }: { ip: string | undefined; agent: string; data: Told | undefined },
  { ports }: Seen,
): Origin {
  const { DeviceId, UserAgent, ClientTimezone } = fingerprintOf(data?.EncodedData)
  const userAgent = text(UserAgent) ?? agent
  const device = text(DeviceId) ?? deviceTypeOf({ userAgent })
  const print = createHash('sha256').update(`${pool.id}/${device}`).digest('hex').slice(0, 32)
  return {
    ip,
    device: appVersionOf({ userAgent }),
    print: userAgent === '' && text(DeviceId) === undefined ? undefined : print,
    timezone: text(ClientTimezone),
    place: ip === undefined ? undefined : ports.places.of(ip),
    hasContext: data !== undefined,
  }
}

/**
 * Where a call of an app comes from. Whoever has a secret, and a client that is set up for it, may say so
 * for its users.
 */
export function seenFrom(app: Through, data: Told | undefined, ctx: Seen): Origin {
  const { settings, secrets } = app.client
  const may = secrets.length > 0 && settings.EnablePropagateAdditionalUserContextData === true
  const ip = (may ? told(data?.IpAddress) : undefined) ?? ctx.source.ip
  return originFrom(app, { ip, agent: ctx.source.userAgent, data }, ctx)
}

/** Pools that cannot have threat protection do not look. */
const looks = ({ pool }: Through): boolean => pool.settings.UserPoolTier === 'PLUS'

/** As `seenFrom`, where the pool looks. */
export const originOf = (app: Through, data: Told | undefined, ctx: Seen): Origin | undefined =>
  looks(app) ? seenFrom(app, data, ctx) : undefined

/** Where the user is for whom an administrator's call is made, as that tells it. */
export function adminOriginOf(app: Through, data: Told | undefined, ctx: Seen): Origin | undefined {
  if (!looks(app)) return undefined
  const header = data?.HttpHeaders?.find(
    ({ headerName }) => headerName?.toLowerCase() === 'user-agent',
  )
  const agent = header?.headerValue ?? ''
  return originFrom(app, { ip: told(data?.IpAddress), agent, data }, ctx)
}

/** The network of an address: 256 addresses of IPv4, a site of IPv6. */
export function networkOf(ip: string | undefined): string | undefined {
  const groups = ip === undefined ? undefined : parseAddress(ip)?.groups
  if (groups === undefined) return undefined
  return groups.length === 2 ? `${groups[0]}.${groups[1]! >> 8}` : groups.slice(0, 3).join(':')
}
