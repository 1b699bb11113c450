import { fail } from '../contract.ts'
import type { KeyStoreRecord } from './store-records.ts'

/** Refuses a store that shares with another what only one may have. */
export function checkUnique(store: KeyStoreRecord, all: readonly KeyStoreRecord[]): void {
  for (const other of all) {
    if (other.id === store.id) continue
    if (other.name === store.name)
      throw fail(
        'CustomKeyStoreNameInUseException',
        `There is a custom key store ${store.name} already.`,
      )
    if (store.token !== undefined && other.token?.cluster === store.token.cluster)
      throw fail(
        'CloudHsmClusterInUseException',
        `Cluster ${store.token.cluster} is associated with another custom key store already.`,
      )
    if (store.proxy === undefined || other.proxy === undefined) continue
    const { endpoint, path, serviceName, connectivity } = store.proxy
    const sameEndpoint = other.proxy.endpoint === endpoint
    if (sameEndpoint && other.proxy.path === path)
      throw fail(
        'XksProxyUriInUseException',
        'The external key store proxy URI is in use by another external key store in this Region.',
      )
    if (
      sameEndpoint &&
      (connectivity !== 'PUBLIC_ENDPOINT' || other.proxy.connectivity !== connectivity)
    )
      throw fail(
        'XksProxyUriEndpointInUseException',
        'The external key store proxy URI endpoint is in use by another external key store in this Region.',
      )
    if (serviceName !== undefined && other.proxy.serviceName === serviceName)
      throw fail(
        'XksProxyVpcEndpointServiceInUseException',
        'The VPC endpoint service is in use by another external key store in this Region.',
      )
  }
}
