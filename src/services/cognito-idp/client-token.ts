import type { CallContext } from '../../kernel/context.ts'
import { type App, appOf, byClient } from './client-places.ts'
import { knowsSecret } from './client-secrets.ts'
import { registrationScope, validityOf } from './client-settings.ts'
import { fail, invalid, operation } from './contract.ts'
import { issuerOf } from './issuers.ts'
import { customScopes } from './resource-servers.ts'
import { keysOf } from './signing-keys.ts'
import { customizedForClient } from './token-customization.ts'
import { signed } from './tokens.ts'

/** The access token of an app that signs in for itself (RFC 6749, section 4.4). */
export const GetClientToken = operation('GetClientToken', {
  access: {
    kind: 'public',
    why: "the client's secret proves who asks",
    locate: byClient,
  },
  async handle(input, ctx) {
    const app = { ...(await appOf(input, ctx)), metadata: input.ClientMetadata }
    const { client } = app
    const flows: readonly string[] = client.settings.ExplicitAuthFlows ?? []
    if (client.secrets.length === 0 || !knowsSecret(client, input.Secret))
      throw fail('NotAuthorizedException', `Unable to verify secret for client ${client.id}`)
    if (!flows.includes('ALLOW_CLIENT_TOKEN_AUTH'))
      throw invalid('CLIENT_TOKEN_AUTH is not enabled for the client.')
    const ClientAuthenticationResult = await clientToken(
      app,
      (allowed) => {
        const scopes = input.Scopes ?? allowed
        const wrong = scopes.find((scope) => !allowed.includes(scope))
        if (wrong !== undefined) throw invalid(`Invalid scope requested: ${wrong}`)
        return scopes
      },
      ctx,
    )
    return { ClientAuthenticationResult }
  },
})

/**
 * The access token of a client that signs in for itself.
 * @param choose of the scopes that it may have
 */
export async function clientToken(
  app: App,
  choose: (allowed: readonly string[]) => readonly string[],
  ctx: CallContext,
): Promise<{ AccessToken: string; ExpiresIn: number; TokenType: string }> {
  const { pool, client } = app
  const known = await customScopes(ctx.store, pool.id)
  const scopes = choose(
    (client.settings.AllowedOAuthScopes ?? []).filter(
      (one) => known.has(one) || one === registrationScope,
    ),
  )
  const iat = Math.floor(ctx.now().getTime() / 1_000)
  const { access: ExpiresIn } = validityOf(client.settings)
  const claims = {
    sub: client.id,
    iss: issuerOf(pool, ctx),
    client_id: client.id,
    token_use: 'access',
    scope: scopes.join(' '),
    version: 2,
    auth_time: iat,
    iat,
    exp: iat + ExpiresIn,
    jti: ctx.random.uuid(),
  }
  const keys = await keysOf(pool.id, ctx)
  const key = keys.find(({ use, current }) => use === 'access' && current)!
  const AccessToken = await signed(await customizedForClient(app, claims, ctx), key)
  return { AccessToken, ExpiresIn, TokenType: 'Bearer' }
}
