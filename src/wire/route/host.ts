/** What a host name says: `<prefix>.<service>.<region>.<domain>`, region and prefix optional. */
export interface HostName {
  /** Host prefix of the service. */
  readonly service: string
  readonly region: string | undefined
  /** Labels before the service: S3's bucket. */
  readonly prefix: string | undefined
}

/** Domains under which services have names. */
const DOMAINS = ['localhost', 'amazonaws.com'] as const

const MAX_REMEMBERED = 1_000
/** Longer names are no DNS names (RFC 1035) and are not remembered. */
const LONGEST_HOST = 255

/** Makes a reader of Host headers that remembers what it has read: few hosts are spoken to. */
export function hostReader(
  services: ReadonlySet<string>,
): (host: string | undefined) => HostName | undefined {
  const known = new Map<string, HostName | undefined>()
  return (host) => {
    if (host === undefined) return undefined
    if (known.has(host)) return known.get(host)
    const name = readHost(host, services)
    if (host.length > LONGEST_HOST) return name
    if (known.size >= MAX_REMEMBERED) known.clear()
    known.set(host, name)
    return name
  }
}

/**
 * Reads a Host header. The rightmost label that is a service wins, so that a bucket may be called
 * like one. Undefined when the host names no service (an address, a bare `localhost`).
 */
function readHost(host: string, services: ReadonlySet<string>): HostName | undefined {
  if (host.length > 300) return undefined
  const name = host.toLowerCase().replace(/:\d{1,5}$/, '')
  const domain = DOMAINS.find((each) => name.endsWith(`.${each}`))
  if (domain === undefined) return undefined
  const labels = name.slice(0, -domain.length - 1).split('.')
  for (const at of [labels.length - 1, labels.length - 2]) {
    const service = labels[at]
    if (service === undefined || !services.has(service)) continue
    return {
      service,
      region: labels[at + 1],
      prefix: at === 0 ? undefined : labels.slice(0, at).join('.'),
    }
  }
  return undefined
}
