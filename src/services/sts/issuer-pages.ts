import type { HttpResponse } from '../../kernel/http.ts'
import type { Page, PageContext } from '../../kernel/page.ts'
import { publicKeys } from './token-keys.ts'

const json = (status: number, value: unknown): HttpResponse => ({
  status,
  headers: { 'content-type': 'application/json', 'cache-control': 'public, max-age=300' },
  body: JSON.stringify(value),
})

const unknown = json(404, { message: 'There is no such issuer.' })

const issuerOf = (id: string | undefined, ctx: PageContext) =>
  ctx.principals.tokenIssuer(id?.toLowerCase() ?? '')

/** Discovery and keys of an account's outbound tokens (OpenID Connect Discovery 1.0, RFC 7517). */
export const issuerPages: readonly Page[] = [
  {
    method: 'GET',
    path: '/_tokens/:issuer/.well-known/openid-configuration',
    async handle({ params }, ctx) {
      const issuer = await issuerOf(params.issuer, ctx)
      if (issuer === undefined) return unknown
      return json(200, {
        issuer: issuer.url,
        jwks_uri: `${issuer.url}/.well-known/jwks.json`,
        response_types_supported: ['id_token'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256', 'ES384'],
        claims_supported: ['iss', 'aud', 'sub', 'iat', 'exp', 'jti', 'https://sts.amazonaws.com/'],
      })
    },
  },
  {
    method: 'GET',
    path: '/_tokens/:issuer/.well-known/jwks.json',
    async handle({ params }, ctx) {
      const issuer = await issuerOf(params.issuer, ctx)
      if (issuer === undefined) return unknown
      const store = ctx.open({ account: issuer.account, region: '' })
      const { random } = ctx
      return json(200, { keys: await publicKeys({ store, random, now: () => ctx.now() }) })
    },
  },
]
