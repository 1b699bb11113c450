import type { CallContext } from '../../kernel/context.ts'
import { fail, operation } from './contract.ts'
import { mfaUsed } from './mfa.ts'
import { sessionPolicies } from './session-policies.ts'
import { sessionTags, tagContext } from './session-tags.ts'
import { issue, tokenSizes } from './sessions.ts'

const twelveHours = 43_200
const rootLimit = 3_600

/** Both operations below take long-term credentials of a user or the root, and no others. */
function issuer(ctx: CallContext, operationName: string): { kind: 'user' | 'root'; id: string } {
  const { principal } = ctx.caller
  const longTerm = principal.session === undefined
  if (longTerm && principal.kind === 'user') return { kind: 'user', id: principal.userId }
  if (longTerm && principal.kind === 'root') return { kind: 'root', id: principal.account }
  throw fail('AccessDenied', `Cannot call ${operationName} with session credentials`)
}

/** The root's sessions last an hour at most; a longer wish is silently shortened. */
const lifetime = (asked: number | undefined, kind: 'user' | 'root'): number =>
  kind === 'root' ? Math.min(asked ?? rootLimit, rootLimit) : (asked ?? twelveHours)

export const GetSessionToken = operation('GetSessionToken', {
  access: {
    kind: 'authenticated',
    why: 'policies cannot control who may exchange a long-term key for a session of the same user',
  },
  async handle(input, ctx) {
    const { kind, id } = issuer(ctx, 'GetSessionToken')
    const authenticated = await mfaUsed(input, ctx)
    const issuedAt = ctx.now().getTime()
    const expiresAt = issuedAt + lifetime(input.DurationSeconds, kind) * 1_000
    const session = { issuedAt, expiresAt, ...(authenticated && { mfaAt: issuedAt }) }
    const { account } = ctx.caller.principal
    const Credentials = await issue({ kind, account, principalId: id, session }, ctx)
    return { Credentials, ...tokenSizes(Credentials.SessionToken) }
  },
})

export const GetFederationToken = operation('GetFederationToken', {
  access: {
    kind: 'iam',
    targets(input, read) {
      const { account } = read.caller.principal
      const resource = `arn:aws:sts::${account}:federated-user/${input.Name}`
      const target = { resource, context: tagContext(input), record: undefined }
      return input.Tags?.length ? [target, { ...target, action: 'sts:TagSession' }] : [target]
    },
  },
  async handle(input, ctx) {
    const { kind, id } = issuer(ctx, 'GetFederationToken')
    const { account } = ctx.caller.principal
    const { policies, PackedPolicySize } = await sessionPolicies(input, account, ctx)
    const issuedAt = ctx.now().getTime()
    const session = {
      issuedAt,
      expiresAt: issuedAt + lifetime(input.DurationSeconds, kind) * 1_000,
      ...sessionTags(input, undefined),
    }
    const Credentials = await issue(
      { kind: 'federated-user', account, principalId: id, name: input.Name, session, policies },
      ctx,
    )
    return {
      Credentials,
      FederatedUser: {
        FederatedUserId: `${account}:${input.Name}`,
        Arn: `arn:aws:sts::${account}:federated-user/${input.Name}`,
      },
      ...(PackedPolicySize !== undefined && { PackedPolicySize }),
      ...tokenSizes(Credentials.SessionToken),
    }
  },
})
