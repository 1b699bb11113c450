import type { Principal, Session } from '../kernel/authorization.ts'

const known = new WeakMap<Principal, string>()

/** `userIdentity` of a CloudTrail record as JSON; made once per loaded principal. */
export function identityJson(principal: Principal): string {
  let text = known.get(principal)
  if (text === undefined) {
    text = JSON.stringify(identity(principal))
    known.set(principal, text)
  }
  return text
}

/** What the owner of a resource learns of a caller from another account. */
export const strangerJson = ({ userId, account }: Principal): string =>
  JSON.stringify({ type: 'AWSAccount', principalId: userId, accountId: account })

/** The name that LookupEvents finds a principal by. */
export function eventUserName(principal: Principal): string {
  if (principal.kind === 'root') return 'root'
  if (principal.kind === 'user') return principal.name
  if (principal.kind === 'role') return principal.sessionName
  return principal.userId.slice(principal.userId.indexOf(':') + 1)
}

/**
 * Unique id of the user or role that acts, whatever session it uses; the account for its root.
 * Undefined for those that no account has: services, strangers, holders of a foreign token.
 */
export function actorId(principal: Principal): string | undefined {
  switch (principal.kind) {
    case 'root':
    case 'user':
      return principal.userId
    case 'role':
      return principal.roleId
    case 'federated-user':
      return principal.issuerId
    default:
      return undefined
  }
}

function identity(principal: Principal): object {
  const { account, arn, userId, accessKeyId, session } = principal
  const common = { principalId: userId, arn, accountId: account, accessKeyId }
  switch (principal.kind) {
    case 'root':
      return { type: 'Root', ...common, ...(session && { sessionContext: context(session) }) }
    case 'user':
      return {
        type: 'IAMUser',
        ...common,
        userName: principal.name,
        ...(session && { sessionContext: context(session) }),
      }
    case 'role':
      return {
        type: 'AssumedRole',
        ...common,
        sessionContext: {
          sessionIssuer: {
            type: 'Role',
            principalId: principal.roleId,
            arn: principal.roleArn,
            accountId: account,
            userName: principal.roleName,
          },
          ...(session && context(session)),
        },
      }
    case 'federated-user':
      return {
        type: 'FederatedUser',
        ...common,
        sessionContext: {
          sessionIssuer: {
            type: principal.issuerId === account ? 'Root' : 'IAMUser',
            principalId: principal.issuerId,
            arn: principal.issuerArn,
            accountId: account,
          },
          ...(session && context(session)),
        },
      }
    case 'web-identity':
    case 'saml':
      return {
        type: principal.kind === 'saml' ? 'SAMLUser' : 'WebIdentityUser',
        principalId: userId,
        identityProvider: principal.provider,
      }
    case 'service':
      return { type: 'AWSService', invokedBy: principal.service }
    case 'anonymous':
      // A page of an account's own knows whose page it is, and not who looks.
      if (account !== '') return { accountId: account }
      return { type: 'AWSAccount', principalId: '', accountId: 'ANONYMOUS_PRINCIPAL' }
  }
}

const context = (session: Session) => ({
  attributes: {
    creationDate: new Date(session.issuedAt).toISOString().replace(/\.\d{3}/, ''),
    mfaAuthenticated: String(session.mfaAt !== undefined),
  },
  ...(session.sourceIdentity !== undefined && { sourceIdentity: session.sourceIdentity }),
})
