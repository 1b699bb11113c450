/** AWS's AccessDenied sentences. */

import type { AccessRequest, LayerName, Policy } from '../kernel/authorization.ts'

const EXPLICIT: Readonly<Record<LayerName, string>> = {
  'identity-based policy': 'an identity-based policy',
  'resource-based policy': 'a resource-based policy',
  'permissions boundary': 'a permissions boundary',
  'session policy': 'a session policy',
  'service control policy': 'a service control policy',
  'resource control policy': 'a resource control policy',
  'VPC endpoint policy': 'a VPC endpoint policy',
  'role trust policy': 'the role trust policy',
  grant: 'a grant',
}

/** The tail for an explicit deny; a managed policy is named by its ARN. */
export function explicitReason(layer: LayerName, denier: Policy | undefined): string {
  const named = denier?.kind === 'managed' && denier.id.startsWith('arn:')
  return `with an explicit deny in ${EXPLICIT[layer]}${named ? `: ${denier.id}` : ''}`
}

/** The tail for a layer that is silent about the action. */
export function implicitReason(layer: LayerName, action: string): string {
  return `because no ${layer} allows the ${action} action`
}

/**
 * The whole sentence. `on` is how the service speaks of the resource (IAM `resource: user bob`, KMS
 * `this resource`, S3 with quotes); the empty text leaves the resource out.
 */
export function denialText(
  { principal, action, resource }: AccessRequest,
  reason: string,
  on: string = `resource: ${resource.arn}`,
): string {
  const who = principal.arn === '' ? 'anonymous' : principal.arn
  const place = on === '' ? '' : ` on ${on}`
  const tail = reason === '' ? '' : ` ${reason}`
  return `User: ${who} is not authorized to perform: ${action}${place}${tail}`
}
