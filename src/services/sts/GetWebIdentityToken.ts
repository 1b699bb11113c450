import { SignJWT } from 'jose'
import type { Principal } from '../../kernel/authorization.ts'
import type { CallContext } from '../../kernel/context.ts'
import { tagsToRecord } from '../../kernel/tags.ts'
import { fail, operation } from './contract.ts'
import { tagContext } from './session-tags.ts'
import { signingKey, type TokenAlgorithm } from './token-keys.ts'

const fiveMinutes = 300
/** Characters of a token's claims. */
const largest = 4_096

const algorithms: readonly string[] = ['RS256', 'ES384'] satisfies TokenAlgorithm[]

export const GetWebIdentityToken = operation('GetWebIdentityToken', {
  access: {
    kind: 'iam',
    targets(input) {
      const token = {
        resource: '*',
        record: undefined,
        context: {
          ...tagContext(input),
          'sts:IdentityTokenAudience': input.Audience,
          'sts:DurationSeconds': String(input.DurationSeconds ?? fiveMinutes),
          'sts:SigningAlgorithm': input.SigningAlgorithm,
        },
      }
      return input.Tags?.length
        ? [token, { ...token, action: 'sts:TagGetWebIdentityToken' }]
        : [token]
    },
  },
  async handle(input, ctx) {
    const { principal } = ctx.caller
    const { outboundIssuer: issuer } = await ctx.principals.tokenSettings(ctx.account)
    if (issuer === undefined)
      throw fail(
        'OutboundWebIdentityFederationDisabledException',
        'Outbound web identity federation is disabled for this account.',
      )
    if (!algorithms.includes(input.SigningAlgorithm))
      throw fail('ValidationError', 'SigningAlgorithm must be RS256 or ES384.')
    const issuedAt = Math.floor(ctx.now().getTime() / 1_000)
    const expiresAt = issuedAt + (input.DurationSeconds ?? fiveMinutes)
    if (expiresAt * 1_000 > (principal.session?.expiresAt ?? Number.POSITIVE_INFINITY))
      throw fail(
        'SessionDurationEscalationException',
        'The requested token duration would extend the session beyond its original expiration time.',
      )
    const claims = {
      iss: issuer,
      aud: input.Audience.length === 1 ? input.Audience[0]! : [...input.Audience],
      sub: principal.kind === 'role' ? principal.roleArn : principal.arn,
      iat: issuedAt,
      exp: expiresAt,
      jti: ctx.random.uuid(),
      'https://sts.amazonaws.com/': {
        ...(await identityClaims(principal, ctx)),
        ...(input.Tags?.length && { request_tags: tagsToRecord(input.Tags) }),
      },
    }
    if (JSON.stringify(claims).length > largest)
      throw fail(
        'JWTPayloadSizeExceededException',
        'The requested token payload size exceeds the maximum allowed size.',
      )
    const algorithm = input.SigningAlgorithm as TokenAlgorithm
    const { id, key } = await signingKey(algorithm, ctx)
    const WebIdentityToken = await new SignJWT(claims)
      .setProtectedHeader({ alg: algorithm, kid: id, typ: 'JWT' })
      .sign(key)
    return { WebIdentityToken, Expiration: new Date(expiresAt * 1_000) }
  },
})

/**
 * What AWS tells of the caller below its own claim.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_outbound_token_claims.html
 */
async function identityClaims(principal: Principal, ctx: CallContext): Promise<object> {
  const { session, tags, account } = principal
  const membership = await ctx.guardrails.membership(account)
  const principalTags = { ...tags, ...session?.tags }
  return {
    aws_account: account,
    source_region: ctx.region,
    ...(membership && { org_id: membership.organizationId, ou_path: membership.path }),
    ...(Object.keys(principalTags).length > 0 && { principal_tags: principalTags }),
    ...(session && { original_session_exp: new Date(session.expiresAt).toISOString() }),
    ...(session?.federatedProvider && { federated_provider: session.federatedProvider }),
    ...(session?.sourceIdentity && { source_identity: session.sourceIdentity }),
  }
}
