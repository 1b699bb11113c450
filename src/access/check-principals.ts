/** Rules for the Principal element. */

import { type PolicyDocument, type PrincipalElement, readPolicy } from './document.ts'

/** A principal as a policy names it. */
export interface NamedPrincipal {
  readonly type: 'AWS' | 'Service' | 'Federated' | 'CanonicalUser'
  readonly name: string
}

const ACCOUNT = /^\d{12}$/
const UNIQUE_ID = /^(?:AIDA|AROA)[A-Z0-9]{12,124}$/
const IAM_ARN = /^arn:[a-z-]+:iam::\d{12}:(?:root|(?:user|role)\/[\w+=,.@/-]+)$/
const STS_ARN =
  /^arn:[a-z-]+:sts::\d{12}:(?:assumed-role\/[\w+=,.@-]+\/|federated-user\/)[\w+=,.@-]+$/
const SERVICE = /^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:amazonaws\.com(?:\.cn)?|internal|aws)$/
const PROVIDER_ARN = /^arn:[a-z-]+:iam::\d{12}:(?:saml|oidc)-provider\/.+$/
const PROVIDER_HOST = /^[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?:\/\S*)?$/

function isSound({ type, name }: NamedPrincipal): boolean {
  if (type === 'CanonicalUser') return name !== ''
  if (type === 'Service') return name === '*' || SERVICE.test(name)
  if (type === 'Federated') {
    return name === '*' || PROVIDER_ARN.test(name) || PROVIDER_HOST.test(name)
  }
  if (name === '*' || ACCOUNT.test(name) || UNIQUE_ID.test(name)) return true
  return IAM_ARN.test(name) || STS_ARN.test(name)
}

/** The principals of one element. */
function listed(element: PrincipalElement | undefined): readonly NamedPrincipal[] {
  if (element === undefined) return []
  if (element === '*') return [{ type: 'AWS', name: '*' }]
  return [...element].flatMap(([type, names]) =>
    names.map((name) => ({ type: type as NamedPrincipal['type'], name })),
  )
}

/** AWS's sentence for a principal that is malformed or does not exist. */
export function invalidPrincipal({ type, name }: NamedPrincipal): string {
  return `Invalid principal in policy: "${type === 'AWS' ? type : type.toUpperCase()}":"${name}"`
}

/** AWS's sentence for the first malformed principal; undefined when all are sound. */
export function principalFault({ statements }: PolicyDocument): string | undefined {
  for (const { principal, notPrincipal } of statements) {
    const bad = listed(principal ?? notPrincipal).find((named) => !isSound(named))
    if (bad !== undefined) return invalidPrincipal(bad)
  }
  return undefined
}

/** Every principal that a policy names, for callers that know who exists; none when unreadable. */
export function principalsNamed(text: string): readonly NamedPrincipal[] {
  const statements = readPolicy(text)?.statements ?? []
  return statements.flatMap(({ principal, notPrincipal }) => [
    ...listed(principal),
    ...listed(notPrincipal),
  ])
}
