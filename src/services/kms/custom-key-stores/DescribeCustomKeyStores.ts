import type { CustomKeyStoresListEntry } from '@aws-sdk/client-kms'
import { fail, operation } from '../contract.ts'
import { keyPage } from '../listing.ts'
import { type KeyStoreRecord, keyStores, storeNotFound } from './store-records.ts'

export const DescribeCustomKeyStores = operation('DescribeCustomKeyStores', {
  access: { kind: 'iam', targets: () => [{ resource: '*', record: undefined }] },
  async handle(input, ctx) {
    const { CustomKeyStoreId: id, CustomKeyStoreName: name } = input
    if (id !== undefined && name !== undefined)
      throw fail('ValidationException', 'Specify either CustomKeyStoreId or CustomKeyStoreName.')
    const { records } = await ctx.store.of(keyStores).list({ limit: 1_000 })
    const wanted = records.filter(
      (store) => (id ?? store.id) === store.id && (name ?? store.name) === store.name,
    )
    if (wanted.length === 0 && (id ?? name) !== undefined) throw storeNotFound(id ?? name!)
    const page = await keyPage(wanted, (store) => store.id, input, ctx, 'custom-key-stores')
    const { items, ...more } = page
    return { CustomKeyStores: items.map(entryOf), ...more }
  },
})

function entryOf(store: KeyStoreRecord): CustomKeyStoresListEntry {
  const { token, proxy } = store
  return {
    CustomKeyStoreId: store.id,
    CustomKeyStoreName: store.name,
    CustomKeyStoreType: token === undefined ? 'EXTERNAL_KEY_STORE' : 'AWS_CLOUDHSM',
    ConnectionState: store.state,
    ...(store.state === 'FAILED' && { ConnectionErrorCode: store.errorCode }),
    CreationDate: store.createdAt,
    ...(token && {
      CloudHsmClusterId: token.cluster,
      TrustAnchorCertificate: token.trustAnchor,
    }),
    ...(proxy && {
      XksProxyConfiguration: {
        Connectivity: proxy.connectivity,
        AccessKeyId: proxy.accessKeyId,
        UriEndpoint: proxy.endpoint,
        UriPath: proxy.path,
        VpcEndpointServiceName: proxy.serviceName,
        VpcEndpointServiceOwner: proxy.serviceOwner,
      },
    }),
  }
}
