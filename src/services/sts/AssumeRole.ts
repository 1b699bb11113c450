import type { Principal, Session } from '../../kernel/authorization.ts'
import type { AssumableRole } from '../../kernel/principals.ts'
import { fail, operation } from './contract.ts'
import { mfaContext } from './mfa.ts'
import { duration, hour, roleTarget } from './roles.ts'
import { sessionPolicies } from './session-policies.ts'
import { sessionTags, tagContext } from './session-tags.ts'
import { issue, tokenSizes } from './sessions.ts'

export const AssumeRole = operation('AssumeRole', {
  access: {
    kind: 'iam',
    async targets(input, read) {
      const role = await read.principals.role(input.RoleArn)
      const sourceIdentity = input.SourceIdentity ?? inheritedIdentity(read.caller.principal)
      const target = {
        ...roleTarget(input.RoleArn, role, read),
        context: {
          ...tagContext(input),
          'sts:ExternalId': input.ExternalId,
          'sts:RoleSessionName': input.RoleSessionName,
          'sts:SourceIdentity': sourceIdentity,
          ...(await mfaContext(input, read)),
        },
      }
      const more = []
      if (input.Tags?.length || inheritsTags(read.caller.principal))
        more.push({ ...target, action: 'sts:TagSession' })
      if (sourceIdentity !== undefined) more.push({ ...target, action: 'sts:SetSourceIdentity' })
      return [target, ...more]
    },
  },
  async handle(input, ctx, [target]) {
    const { principal } = ctx.caller
    // Tests that carry made-up keys have nobody else to assume a role as.
    if (principal.kind === 'root' && !principal.unverified)
      throw fail('AccessDenied', 'Roles may not be assumed by root accounts.')
    const role = target?.record
    // An authorized target is a role that is there: its trust policy has just allowed the call.
    if (role === undefined) throw fail('AccessDenied', `Not authorized to perform sts:AssumeRole`)
    const seconds = lifetime(input.DurationSeconds, role, principal)
    const identity = principal.session?.sourceIdentity
    if (identity !== undefined && (input.SourceIdentity ?? identity) !== identity)
      throw fail('AccessDenied', 'The source identity of a session cannot be changed.')
    const { policies, PackedPolicySize } = await sessionPolicies(input, role.account, ctx)
    const issuedAt = ctx.now().getTime()
    const session: Session = {
      issuedAt,
      expiresAt: issuedAt + seconds * 1_000,
      sourceIdentity: input.SourceIdentity ?? identity,
      chain: (principal.session?.chain ?? 0) + 1,
      ...sessionTags(input, principal.session),
    }
    const name = input.RoleSessionName
    const credentials = await issue(
      { kind: 'role', account: role.account, principalId: role.id, name, session, policies },
      ctx,
    )
    return {
      Credentials: credentials,
      AssumedRoleUser: {
        AssumedRoleId: `${role.id}:${name}`,
        Arn: `arn:aws:sts::${role.account}:assumed-role/${role.name}/${name}`,
      },
      ...(PackedPolicySize !== undefined && { PackedPolicySize }),
      ...(session.sourceIdentity !== undefined && { SourceIdentity: session.sourceIdentity }),
      ...tokenSizes(credentials.SessionToken),
    }
  },
})

const inheritedIdentity = (principal: Principal): string | undefined =>
  principal.session?.sourceIdentity

const inheritsTags = (principal: Principal): boolean =>
  (principal.session?.transitiveTagKeys?.length ?? 0) > 0

function lifetime(asked: number | undefined, role: AssumableRole, principal: Principal): number {
  if (principal.kind === 'role' && (asked ?? 0) > hour)
    throw fail(
      'ValidationError',
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
    )
  return duration(asked, role)
}
