import type { CallContext } from '../../kernel/context.ts'
import type { PoolRecord } from './pool-records.ts'

/** Who vouches for a pool's tokens: this installation, or the names that AWS has for it. */
export function issuerOf(
  { id, settings }: PoolRecord,
  { baseUrl, issuer, region }: Pick<CallContext, 'baseUrl' | 'issuer' | 'region'>,
): string {
  if (issuer === 'self') return `${baseUrl}/${id}`
  const host =
    settings.IssuerConfiguration?.Type === 'UPDATED' ? 'issuer-cognito-idp' : 'cognito-idp'
  return `https://${host}.${region}.amazonaws.com/${id}`
}
