import type { CallContext } from '../../../kernel/context.ts'
import type { Input } from '../../../kernel/contract.ts'
import { type C, fail, operation } from '../contract.ts'
import { checkConnectivity, checkReachable } from './CreateCustomKeyStore.ts'
import { checkState } from './connecting.ts'
import {
  foundStore,
  type KeyStoreRecord,
  keyStores,
  keysOfStore,
  sealSecret,
} from './store-records.ts'
import { loginOf, tokenLabel } from './token.ts'
import { checkUnique } from './uniqueness.ts'

type Wanted = Input<C, 'UpdateCustomKeyStore'>

export const UpdateCustomKeyStore = operation('UpdateCustomKeyStore', {
  access: { kind: 'iam', targets: () => [{ resource: '*', record: undefined }] },
  async handle(input, ctx) {
    const before = await foundStore(input.CustomKeyStoreId, ctx.store)
    const planned = await changed(before, input, ctx)
    if (movesAway(before, planned)) {
      await checkReachable(planned, ctx)
      await checkRelated(planned, before, ctx)
    }
    await ctx.store.transaction(async (tx) => {
      const now = await foundStore(before.id, tx)
      checkPermitted(now, input)
      checkUnique(planned, (await tx.of(keyStores).list({ limit: 1_000 })).records)
      await tx.of(keyStores).put({ ...planned, state: now.state, errorCode: now.errorCode })
    })
    return {}
  },
})

/** Name, path and credential of a proxy may change while it is connected; nothing else may. */
function checkPermitted(store: KeyStoreRecord, input: Wanted): void {
  const { XksProxyUriEndpoint, XksProxyConnectivity, XksProxyVpcEndpointServiceName } = input
  const far = XksProxyUriEndpoint ?? XksProxyConnectivity ?? XksProxyVpcEndpointServiceName
  if (store.token !== undefined || far !== undefined) checkState(store, 'DISCONNECTED')
  else checkState(store, 'DISCONNECTED', 'CONNECTED')
}

async function changed(
  store: KeyStoreRecord,
  input: Wanted,
  ctx: CallContext,
): Promise<KeyStoreRecord> {
  checkPermitted(store, input)
  const name = input.NewCustomKeyStoreName ?? store.name
  const { token, proxy } = store
  const { CloudHsmClusterId, KeyStorePassword } = input
  if (token !== undefined) {
    const strange = Object.keys(input).find((member) => member.startsWith('Xks'))
    if (strange !== undefined)
      throw fail('ValidationException', `${strange} is not valid for an AWS CloudHSM key store.`)
    const password =
      KeyStorePassword === undefined
        ? token.password
        : await sealSecret(store.id, KeyStorePassword, ctx)
    return {
      ...store,
      name,
      token: { ...token, cluster: CloudHsmClusterId ?? token.cluster, password },
    }
  }
  if (proxy === undefined) return { ...store, name }
  if (CloudHsmClusterId !== undefined || KeyStorePassword !== undefined)
    throw fail(
      'ValidationException',
      'CloudHsmClusterId and KeyStorePassword are not valid for an external key store.',
    )
  const { AccessKeyId, RawSecretAccessKey } = input.XksProxyAuthenticationCredential ?? {}
  const connectivity = input.XksProxyConnectivity ?? proxy.connectivity
  const service = connectivity === 'VPC_ENDPOINT_SERVICE' ? proxy : undefined
  const next = {
    endpoint: input.XksProxyUriEndpoint ?? proxy.endpoint,
    path: input.XksProxyUriPath ?? proxy.path,
    connectivity,
    serviceName: input.XksProxyVpcEndpointServiceName ?? service?.serviceName,
    serviceOwner: input.XksProxyVpcEndpointServiceOwner ?? service?.serviceOwner,
    accessKeyId: AccessKeyId ?? proxy.accessKeyId,
    secret:
      RawSecretAccessKey === undefined
        ? proxy.secret
        : await sealSecret(store.id, RawSecretAccessKey, ctx),
  }
  checkConnectivity(next)
  return { ...store, name, proxy: next }
}

function movesAway(before: KeyStoreRecord, after: KeyStoreRecord): boolean {
  const where = ({ token, proxy }: KeyStoreRecord) => JSON.stringify([token?.cluster, proxy])
  return where(before) !== where(after)
}

/** A store moves only to a token that holds its keys. */
async function checkRelated(
  planned: KeyStoreRecord,
  before: KeyStoreRecord,
  ctx: CallContext,
): Promise<void> {
  if (planned.token === undefined || planned.token.cluster === before.token?.cluster) return
  const login = await loginOf(planned, ctx)
  for (const { keyId } of await keysOfStore(planned.id, ctx.store)) {
    const label = tokenLabel({ ...planned, id: keyId })
    if (!(await ctx.ports.tokens.hasKey(login, label).catch(() => false)))
      throw fail(
        'CloudHsmClusterNotRelatedException',
        `Cluster ${planned.token.cluster} does not hold the keys of custom key store ${planned.id}.`,
      )
  }
}
