import { createHash } from 'node:crypto'
import type { PageContext, PageRequest } from '../../kernel/page.ts'
import type { SessionClaims } from '../../kernel/principals.ts'
import { collection } from '../../kernel/store.ts'

/** Claims of a session that a browser holds; its cookie only names it. */
interface ConsoleSessionRecord {
  /** Hex SHA-256 of what the cookie says. */
  readonly id: string
  readonly claims: Omit<SessionClaims, 'accessKeyId' | 'secret'>
  readonly expiresAt: number
  /** Where the browser goes when the session is over. */
  readonly issuer: string | undefined
}

export const consoleSessions = collection<ConsoleSessionRecord>('signin.console-sessions')({
  scope: 'installation',
  version: 1,
  key: ({ id }) => [id],
})

const cookieName = 'sallyport-session'
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

const idOf = (secret: string): string => createHash('sha256').update(secret).digest('hex')

/** Attributes that keep a cookie to this site, out of scripts, and off plain connections. */
const attributes = (ctx: PageContext): string =>
  `Path=/; HttpOnly; SameSite=Lax${ctx.source.secure ? '; Secure' : ''}`

/** Opens a browser's session; answers the header that hands it over. */
export async function openConsole(
  claims: ConsoleSessionRecord['claims'],
  issuer: string | undefined,
  ctx: PageContext,
): Promise<Record<string, string>> {
  const secret = ctx.random.text(43, alphabet)
  const { expiresAt } = claims.session
  await ctx.store.transaction(async (tx) => {
    await tx.of(consoleSessions).create({ id: idOf(secret), claims, expiresAt, issuer })
    const detail = { id: idOf(secret) }
    tx.schedule({ type: 'signin.EndSession', key: detail.id, dueAt: expiresAt, detail })
  })
  const seconds = Math.max(0, Math.floor((expiresAt - ctx.now().getTime()) / 1_000))
  return { 'set-cookie': `${cookieName}=${secret}; Max-Age=${seconds}; ${attributes(ctx)}` }
}

/** The session of a request's cookie, while it lives. */
export async function consoleSession(
  request: PageRequest,
  ctx: PageContext,
): Promise<ConsoleSessionRecord | undefined> {
  const secret = request.cookies.get(cookieName)
  if (secret === undefined || secret.length > 100) return undefined
  const session = await ctx.store.of(consoleSessions).get([idOf(secret)])
  return session && session.expiresAt > ctx.now().getTime() ? session : undefined
}

/** Ends the session of a request's cookie; answers the header that takes it away. */
export async function closeConsole(
  request: PageRequest,
  ctx: PageContext,
): Promise<{ readonly issuer: string | undefined; readonly headers: Record<string, string> }> {
  const session = await consoleSession(request, ctx)
  if (session !== undefined)
    await ctx.store.transaction(async (tx) => {
      await tx.of(consoleSessions).delete([session.id])
      tx.unschedule('signin.EndSession', session.id)
    })
  const headers = { 'set-cookie': `${cookieName}=; Max-Age=0; ${attributes(ctx)}` }
  return { issuer: session?.issuer, headers }
}
