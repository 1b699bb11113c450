import type { PageContext } from '../../kernel/page.ts'

/** Where a signed-in browser finds its session. */
export const home = '/console'

/**
 * Where a browser goes after signing in: a page of ours. AWS's console stands for ours; anything else
 * would let a link send people elsewhere with our blessing.
 */
export function destination(wanted: string | null, ctx: PageContext): string | undefined {
  if (wanted === null || wanted === '') return home
  const url = URL.parse(wanted, ctx.baseUrl)
  if (url === null) return undefined
  const isAws =
    url.protocol === 'https:' && /^([a-z0-9-]+\.)*console\.aws\.amazon\.com$/.test(url.hostname)
  if (isAws) return home
  const isOurs = url.origin === new URL(ctx.baseUrl).origin
  return isOurs ? `${url.pathname}${url.search}${url.hash}` : undefined
}

/** An address that a person may be sent back to when the session is over. */
export const issuerOf = (wanted: string | null): string | undefined => {
  const url = wanted === null || wanted.length > 1_024 ? null : URL.parse(wanted)
  return url !== null && /^https?:$/.test(url.protocol) ? url.href : undefined
}
