import { inflateRawSync } from 'node:zlib'
import type { SessionClaims } from '../../kernel/principals.ts'
import { fail, operation } from './contract.ts'
import { issue } from './sessions.ts'

interface Exchange {
  readonly claims: Omit<SessionClaims, 'accessKeyId' | 'secret'>
  /** ARN of who lends the session. */
  readonly principal: string
}

/** Longer than any token that iam makes. */
const longest = 65_536

export const GetDelegatedAccessToken = operation('GetDelegatedAccessToken', {
  access: { kind: 'iam', targets: () => [{ resource: '*', record: undefined }] },
  async handle({ TradeInToken: token }, ctx) {
    const seal = await ctx.ports.seals.ready('delegation')
    // Bound to the account that asked for the delegation: nobody else can open it.
    const opened = token.length > longest ? undefined : seal.open(token, ctx.account)
    if (opened === undefined) throw fail('ValidationError', 'The trade-in token is not valid.')
    const { claims, principal }: Exchange = JSON.parse(
      inflateRawSync(opened, { maxOutputLength: 1_048_576 }).toString(),
    )
    if (claims.session.expiresAt <= ctx.now().getTime())
      throw fail('ExpiredTradeInTokenException', 'The trade-in token has expired.')
    return { Credentials: await issue(claims, ctx), AssumedPrincipal: principal }
  },
})
