import type { JWTPayload } from 'jose'
import type { CallContext } from '../../kernel/context.ts'
import { fail, operation } from './contract.ts'
import { accountOfRole, type Federated, federatedSession } from './federation/federated-session.ts'
import type { ProviderWishes } from './federation/sign-in-tags.ts'
import {
  audiences,
  claimedIssuer,
  type OidcProvider,
  verifiedClaims,
} from './federation/web-identity-token.ts'

const tagsClaim = 'https://aws.amazon.com/tags'
const sourceIdentityClaim = 'https://aws.amazon.com/source_identity'

/** Issuers are named without their scheme, in ARNs as in condition keys. */
const nameOf = (issuer: string): string => issuer.replace(/^https?:\/\//, '')

export const AssumeRoleWithWebIdentity = operation('AssumeRoleWithWebIdentity', {
  access: {
    kind: 'public',
    why: 'the token of the identity provider is the credential',
    locate: (input, read) => accountOfRole(input.RoleArn, read.region),
  },
  async handle(input, ctx) {
    if (input.ProviderId !== undefined)
      throw fail(
        'ValidationError',
        'ProviderId is for OAuth 2.0 access tokens of Login with Amazon and Facebook, which are not supported here.',
      )
    const provider = await providerOf(claimedIssuer(input.WebIdentityToken), ctx)
    const claims = await verifiedClaims(input.WebIdentityToken, provider, ctx)
    const role = await ctx.principals.role(input.RoleArn)
    const who = federated(claims, provider, input.RoleSessionName)
    const session = await federatedSession('AssumeRoleWithWebIdentity', input, role, who, ctx)
    return {
      ...session,
      SubjectFromWebIdentityToken: claims.sub,
      Audience: audiences(claims)[0],
      Provider: provider.arn,
    }
  },
})

async function providerOf(issuer: string, ctx: CallContext): Promise<OidcProvider> {
  const arn = `arn:aws:iam::${ctx.account}:oidc-provider/${nameOf(issuer)}`
  const provider = await ctx.principals.identityProvider(arn)
  if (provider?.kind !== 'oidc' || provider.url !== issuer)
    throw fail(
      'InvalidIdentityTokenException',
      `No OpenIDConnect provider found in your account for ${issuer.slice(0, 255)}`,
    )
  return provider
}

function federated(
  claims: JWTPayload & { readonly sub: string },
  provider: OidcProvider,
  sessionName: string,
): Federated {
  const issuer = nameOf(provider.url)
  const [audience = ''] = audiences(claims)
  const amr = Array.isArray(claims.amr) ? claims.amr.map(String) : undefined
  const lasting = {
    [`${issuer}:aud`]: audience,
    [`${issuer}:sub`]: claims.sub,
    ...(amr !== undefined && { [`${issuer}:amr`]: amr }),
  }
  return {
    principal: {
      kind: 'web-identity',
      account: '',
      arn: provider.arn,
      userId: `${provider.arn}:${audience}:${claims.sub}`,
      provider: provider.arn,
    },
    sessionName,
    context: { ...claimKeys(claims, issuer), ...lasting },
    lasting,
    wishes: wishesOf(claims),
  }
}

/** Claims as condition keys of the trust decision: `<issuer>:<claim>`, and `oaud` for `aud`. */
function claimKeys(claims: JWTPayload, issuer: string): Record<string, string | string[]> {
  const keys: Record<string, string | string[]> = {}
  for (const [name, value] of Object.entries(claims)) {
    const key = `${issuer}:${name === 'aud' ? 'oaud' : name}`
    if (['string', 'number', 'boolean'].includes(typeof value)) keys[key] = String(value)
    else if (Array.isArray(value) && value.every((item) => typeof item === 'string'))
      keys[key] = value.length === 1 ? value[0]! : value
  }
  return keys
}

/** Tags and source identity that the provider puts into the token. */
function wishesOf(claims: JWTPayload): ProviderWishes {
  const told = claims[tagsClaim] as
    | { principal_tags?: Record<string, unknown>; transitive_tag_keys?: unknown }
    | undefined
  const tags = Object.entries(told?.principal_tags ?? {}).map(([key, value]) => {
    const [first, ...more] = [value].flat()
    if (typeof first !== 'string' || more.length > 0)
      throw fail('InvalidIdentityTokenException', `A tag of the token must have one value: ${key}`)
    return [key, first] as const
  })
  const transitive = told?.transitive_tag_keys
  const identity = claims[sourceIdentityClaim]
  return {
    tags: Object.fromEntries(tags),
    transitiveTagKeys: Array.isArray(transitive) ? transitive.map(String) : [],
    sourceIdentity: typeof identity === 'string' ? identity : undefined,
  }
}
