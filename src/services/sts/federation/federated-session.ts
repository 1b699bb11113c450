import { parseArn } from '../../../kernel/arn.ts'
import type { ContextValue, Principal, Session } from '../../../kernel/authorization.ts'
import type { CallContext } from '../../../kernel/context.ts'
import type { AssumableRole } from '../../../kernel/principals.ts'
import { fail } from '../contract.ts'
import { duration, roleTarget } from '../roles.ts'
import { sessionPolicies } from '../session-policies.ts'
import { issue, tokenSizes } from '../sessions.ts'
import { type ProviderWishes, wishedDecisions, wishedSession } from './sign-in-tags.ts'

/** Somebody whom an identity provider vouches for. */
export interface Federated {
  readonly principal: Principal & { readonly kind: 'web-identity' | 'saml' }
  readonly sessionName: string
  /** Condition keys of the trust decision (`saml:sub`, `<issuer>:aud`). */
  readonly context: Readonly<Record<string, ContextValue | undefined>>
  /** Those of them that later requests of the session carry too. */
  readonly lasting: Readonly<Record<string, string | readonly string[]>>
  readonly wishes: ProviderWishes
  /** Seconds that the provider allows at most. */
  readonly longest?: number | undefined
}

interface Request {
  readonly RoleArn: string
  readonly Policy?: string | undefined
  readonly PolicyArns?: readonly { readonly arn?: string | undefined }[] | undefined
  readonly DurationSeconds?: number | undefined
}

/** The account that a role's ARN names; where the call is recorded. */
export const accountOfRole = (arn: string, region: string) => {
  const account = parseArn(arn)?.account
  if (account === undefined || !/^\d{12}$/.test(account))
    throw fail('ValidationError', `${arn} is invalid`)
  return { account, region }
}

/**
 * Opens a session of the role for somebody of an identity provider, when the role's trust policy
 * agrees. A role that is not there is told like one that does not trust.
 */
export async function federatedSession(
  operation: 'AssumeRoleWithSAML' | 'AssumeRoleWithWebIdentity',
  input: Request,
  role: AssumableRole | undefined,
  who: Federated,
  ctx: CallContext,
) {
  const { context, actions } = wishedDecisions(who.wishes)
  const keys = { ...context, ...who.context, 'sts:RoleSessionName': who.sessionName }
  const target = {
    ...roleTarget(input.RoleArn, role, ctx),
    context: keys,
    refusal: `Not authorized to perform sts:${operation}`,
  }
  const needed = [`sts:${operation}`, ...actions]
  const targets = needed.map((action) => ({ ...target, action }))
  await ctx.authorize(targets, who.principal)
  if (role === undefined) throw fail('AccessDenied', target.refusal)
  const seconds = Math.min(duration(input.DurationSeconds, role), who.longest ?? Infinity)
  const { policies, PackedPolicySize } = await sessionPolicies(input, role.account, ctx)
  const issuedAt = ctx.now().getTime()
  const session: Session = {
    issuedAt,
    expiresAt: issuedAt + seconds * 1_000,
    chain: 1,
    federatedProvider: who.principal.provider,
    federatedKeys: who.lasting,
    ...wishedSession(who.wishes),
  }
  const { account, id, name: roleName } = role
  const name = who.sessionName
  const claims = { kind: 'role' as const, account, principalId: id, name, session, policies }
  const Credentials = await issue(claims, ctx)
  return {
    Credentials,
    AssumedRoleUser: {
      AssumedRoleId: `${id}:${name}`,
      Arn: `arn:aws:sts::${account}:assumed-role/${roleName}/${name}`,
    },
    ...(PackedPolicySize !== undefined && { PackedPolicySize }),
    ...(session.sourceIdentity !== undefined && { SourceIdentity: session.sourceIdentity }),
    ...tokenSizes(Credentials.SessionToken),
  }
}
