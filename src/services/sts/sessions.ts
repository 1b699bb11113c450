import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { CallContext } from '../../kernel/context.ts'
import { accessKeyId } from '../../kernel/ids.ts'
import type { Seal } from '../../kernel/ports.ts'
import type { SessionClaims } from '../../kernel/principals.ts'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const version = 'SP1'

/** Longest token that is looked at; AWS's own stay under 4 KB, ours with ten policies under 32. */
const longest = 65_536

/**
 * The credentials of a new session. The token carries its claims, sealed: nothing is stored.
 * @param smallest characters that the token must have at least, for clients that test their limits
 */
export async function issue(
  claims: Omit<SessionClaims, 'accessKeyId' | 'secret'>,
  ctx: Pick<CallContext, 'ports' | 'random'>,
  smallest = 0,
) {
  const keyId = accessKeyId('ASIA', claims.account, ctx.random)
  const secret = ctx.random.text(40, alphabet)
  const seal = await ctx.ports.seals.ready('session')
  const sealed = (padding: string) => {
    const text = JSON.stringify({ ...claims, accessKeyId: keyId, secret, padding })
    return version + seal.seal(deflateRawSync(text), keyId)
  }
  let SessionToken = sealed('')
  // Random text cannot be compressed to less than three quarters of its length.
  if (SessionToken.length < smallest)
    SessionToken = sealed(ctx.random.text(smallest - SessionToken.length, alphabet))
  return {
    AccessKeyId: keyId,
    SecretAccessKey: secret,
    SessionToken,
    Expiration: new Date(claims.session.expiresAt),
  }
}

/** The claims of a token that we issued for this access key; undefined for any other text. */
export function openToken(token: string, keyId: string, seal: Seal): SessionClaims | undefined {
  if (token.length > longest || !token.startsWith(version)) return undefined
  const plain = seal.open(token.slice(version.length), keyId)
  if (plain === undefined) return undefined
  return JSON.parse(inflateRawSync(plain, { maxOutputLength: 1_048_576 }).toString())
}

/** How full a token is, against the 4,096 bytes that AWS allows. */
export const tokenSizes = (token: string) => ({
  SessionTokenSize: token.length,
  SessionTokenUtilization: Math.min(100, Math.ceil((token.length * 100) / 16_384)),
})
