import { timingSafeEqual } from 'node:crypto'
import type { Hosted } from '../oauth/hosted.ts'

const cookie = 'XSRF-TOKEN'

/** What every form of a browser must bring along, so that no other site can send it. */
export function requestToken({ request, ctx }: Hosted): string {
  const known = request.cookies.get(cookie)
  if (known !== undefined && /^[\w-]{22}$/.test(known)) return known
  return Buffer.from(ctx.random.bytes(16)).toString('base64url')
}

/** Attributes of the cookies of a domain. */
export const cookieAttributes = ({ base, request }: Hosted): string =>
  `Path=${base || '/'}; HttpOnly; SameSite=Lax${request.origin.startsWith('https:') ? '; Secure' : ''}`

/** The cookie that a form's token is compared with. */
export const requestTokenCookie = (hosted: Hosted, token: string): string =>
  `${cookie}=${token}; ${cookieAttributes(hosted)}`

/**
 * Whether a form was on a page that this browser was given. A site next door may plant a cookie here, but
 * browsers say where a form comes from (Fetch Metadata).
 */
export function isOwnForm({ request }: Hosted): boolean {
  const site = request.headers['sec-fetch-site'] ?? 'none'
  if (site !== 'same-origin' && site !== 'none') return false
  const kept = Buffer.from(request.cookies.get(cookie) ?? '')
  const sent = Buffer.from(request.form.get('_csrf') ?? '')
  return kept.length > 0 && kept.length === sent.length && timingSafeEqual(kept, sent)
}
