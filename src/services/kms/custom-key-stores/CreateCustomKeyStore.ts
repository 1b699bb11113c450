import { X509Certificate } from 'node:crypto'
import type { CallContext } from '../../../kernel/context.ts'
import type { Input } from '../../../kernel/contract.ts'
import { type C, fail, operation } from '../contract.ts'
import { requestOf } from './calls.ts'
import { proxyHealth } from './proxy.ts'
import { managingError, throughProxy } from './proxy-failures.ts'
import {
  type KeyStoreRecord,
  keyStores,
  mostStores,
  type ProxyStore,
  sealSecret,
  type TokenStore,
} from './store-records.ts'
import { checkUnique } from './uniqueness.ts'

type Wanted = Input<C, 'CreateCustomKeyStore'>

export const CreateCustomKeyStore = operation('CreateCustomKeyStore', {
  access: { kind: 'iam', targets: () => [{ resource: '*', record: undefined }] },
  async handle(input, ctx) {
    const id = `cks-${Buffer.from(ctx.random.bytes(9)).toString('hex').slice(0, 17)}`
    const common = {
      id,
      account: ctx.account,
      region: ctx.region,
      name: input.CustomKeyStoreName,
      createdAt: ctx.now(),
      state: 'DISCONNECTED' as const,
    }
    const type = input.CustomKeyStoreType ?? 'AWS_CLOUDHSM'
    const record: KeyStoreRecord =
      type === 'AWS_CLOUDHSM'
        ? { ...common, token: await tokenStore(id, input, ctx) }
        : { ...common, proxy: await proxyStore(id, input, ctx) }
    await checkReachable(record, ctx)
    await ctx.store.transaction(async (tx) => {
      const { records } = await tx.of(keyStores).list({ limit: 1_000 })
      if (records.length >= mostStores)
        throw fail('LimitExceededException', `There are ${mostStores} custom key stores already.`)
      checkUnique(record, records)
      await tx.of(keyStores).create(record)
    })
    return { CustomKeyStoreId: id }
  },
})

async function tokenStore(id: string, input: Wanted, ctx: CallContext): Promise<TokenStore> {
  const { CloudHsmClusterId, TrustAnchorCertificate, KeyStorePassword } = input
  const strange = Object.entries(input).find(
    ([name, value]) => /^Xks/.test(name) && value !== undefined,
  )
  if (strange !== undefined)
    throw fail('ValidationException', `${strange[0]} is not valid for an AWS CloudHSM key store.`)
  if (CloudHsmClusterId === undefined) throw missing('CloudHsmClusterId')
  if (TrustAnchorCertificate === undefined) throw missing('TrustAnchorCertificate')
  if (KeyStorePassword === undefined) throw missing('KeyStorePassword')
  checkTrustAnchor(TrustAnchorCertificate)
  return {
    cluster: CloudHsmClusterId,
    trustAnchor: TrustAnchorCertificate,
    password: await sealSecret(id, KeyStorePassword, ctx),
  }
}

async function proxyStore(id: string, input: Wanted, ctx: CallContext): Promise<ProxyStore> {
  for (const name of ['CloudHsmClusterId', 'TrustAnchorCertificate', 'KeyStorePassword'] as const)
    if (input[name] !== undefined)
      throw fail('ValidationException', `${name} is not valid for an external key store.`)
  const credential = input.XksProxyAuthenticationCredential
  if (input.XksProxyUriEndpoint === undefined) throw missing('XksProxyUriEndpoint')
  if (input.XksProxyUriPath === undefined) throw missing('XksProxyUriPath')
  if (input.XksProxyConnectivity === undefined) throw missing('XksProxyConnectivity')
  if (credential?.AccessKeyId === undefined || credential.RawSecretAccessKey === undefined)
    throw missing('XksProxyAuthenticationCredential')
  const proxy = {
    endpoint: input.XksProxyUriEndpoint,
    path: input.XksProxyUriPath,
    connectivity: input.XksProxyConnectivity,
    serviceName: input.XksProxyVpcEndpointServiceName,
    serviceOwner: input.XksProxyVpcEndpointServiceOwner,
    accessKeyId: credential.AccessKeyId,
    secret: await sealSecret(id, credential.RawSecretAccessKey, ctx),
  }
  checkConnectivity(proxy)
  return proxy
}

const missing = (name: string) =>
  fail('ValidationException', `${name} is required for this type of custom key store.`)

/** Refuses a connectivity whose members do not belong together. */
export function checkConnectivity({ connectivity, serviceName, serviceOwner }: ProxyStore): void {
  const service = connectivity === 'VPC_ENDPOINT_SERVICE'
  if (service && serviceName === undefined) throw missing('XksProxyVpcEndpointServiceName')
  if (!service && (serviceName !== undefined || serviceOwner !== undefined))
    throw fail(
      'ValidationException',
      'XksProxyVpcEndpointServiceName is valid only with VPC_ENDPOINT_SERVICE connectivity.',
    )
}

function checkTrustAnchor(pem: string): void {
  try {
    new X509Certificate(pem)
  } catch {
    throw fail(
      'IncorrectTrustAnchorException',
      'The trust anchor certificate in the request is not a certificate in PEM form.',
    )
  }
}

/**
 * Refuses a store whose token or proxy is not there. A proxy behind a VPC endpoint service is looked for
 * when it is connected, a password is tried then too.
 */
export async function checkReachable(record: KeyStoreRecord, ctx: CallContext): Promise<void> {
  const { token, proxy } = record
  if (token !== undefined && !(await ctx.ports.tokens.present(token.cluster)))
    throw fail('CloudHsmClusterNotFoundException', `Cluster ${token.cluster} is not found.`)
  if (proxy?.connectivity === 'PUBLIC_ENDPOINT')
    await throughProxy(managingError, () =>
      proxyHealth({ id: record.id, proxy }, { ...requestOf(ctx, 'CreateCustomKeyStore') }),
    )
}
