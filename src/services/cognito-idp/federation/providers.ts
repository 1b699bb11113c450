import type { Readable } from '../../../kernel/store.ts'
import type { App } from '../client-places.ts'
import { type IdentityProviderRecord, identityProviders } from '../identity-provider-records.ts'
import { FederationRefused } from './refusals.ts'

/** A provider as a request names it: by its name, or by another one that it has. */
export interface NamedProvider {
  readonly name: string | null
  readonly identifier: string | null
}

/** The provider that is meant; undefined when the client signs nobody in there. */
export async function clientProvider(
  { pool, client }: App,
  { name, identifier }: NamedProvider,
  store: Readable,
): Promise<IdentityProviderRecord | undefined> {
  const of = store.of(identityProviders)
  const found =
    name === null
      ? await of.findOne('identifier', `${pool.id}|${identifier}`)
      : await of.get([pool.id, name])
  const isKnown = found && client.settings.SupportedIdentityProviders?.includes(found.name)
  return isKnown ? found : undefined
}

/** Where requests to a provider go: by TLS, or on this machine. */
export function endpointOf(provider: IdentityProviderRecord, detail: string): URL {
  const url = URL.parse(provider.details[detail] ?? '')
  if (url === null || (url.protocol !== 'https:' && !isLocal(url)))
    throw new FederationRefused(`The ${detail} of ${provider.name} is not usable`)
  return url
}

const isLocal = ({ protocol, hostname }: URL) => protocol === 'http:' && hostname === 'localhost'
