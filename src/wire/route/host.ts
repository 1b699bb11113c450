/** What a host name says: `<prefix>.<service>.<region>.<domain>`, region and prefix optional. */
export interface HostName {
  /** Host prefix of the service. */
  readonly service: string
  readonly region: string | undefined
  /** Labels before the service: S3's bucket. */
  readonly prefix: string | undefined
}

/** Domains under which services have names. */
export const DOMAINS = ['localhost', 'amazonaws.com'] as const

/**
 * Reads a Host header. The rightmost label that is a service wins, so that a bucket may be called
 * like one. Undefined when the host names no service (an address, a bare `localhost`).
 */
export function readHost(
  host: string | undefined,
  services: ReadonlySet<string>,
): HostName | undefined {
  if (host === undefined || host.length > 300) return undefined
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
