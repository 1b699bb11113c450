import type { CallContext } from '../../../kernel/context.ts'
import type { ProxyContext, ProxyRequest } from './proxy.ts'

/** Who asks KMS for what, as a proxy is told. */
export function proxyRequest(ctx: CallContext, operation: string): ProxyRequest {
  const { source, caller, requestId, region } = ctx
  return {
    id: requestId,
    principal: caller.principal.arn,
    operation,
    vpc: source.endpoint?.vpc,
    vpcEndpoint: source.endpoint?.id,
    viaService: source.calledVia?.at(-1)?.replace(/\.amazonaws\.com$/, `.${region}.amazonaws.com`),
  }
}

/** What a management operation needs to call a proxy. */
export const requestOf = (ctx: CallContext, operation: string): ProxyContext => ({
  region: ctx.region,
  ports: ctx.ports,
  request: proxyRequest(ctx, operation),
})
