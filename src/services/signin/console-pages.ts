import { html } from '../../kernel/html.ts'
import type { Page, PageContext, PageRequest } from '../../kernel/page.ts'
import { closeConsole, consoleSession } from './console-sessions.ts'
import { page, redirect } from './html.ts'

const signIn = '/signin?destination=%2Fconsole'

async function callerOf(request: PageRequest, ctx: PageContext) {
  const session = await consoleSession(request, ctx)
  if (session === undefined) return undefined
  const caller = await ctx.principals.caller({ ...session.claims, accessKeyId: '', secret: '' })
  return caller && { session, principal: caller.principal }
}

async function home(request: PageRequest, ctx: PageContext) {
  const known = await callerOf(request, ctx)
  if (known === undefined) return redirect(signIn)
  const { principal, session } = known
  const mfa = principal.session?.mfaAt === undefined ? 'no' : 'yes'
  return page(
    'You are signed in',
    html`<dl><dt>Who you are</dt><dd>${principal.arn}</dd><dt>Account</dt><dd>${principal.account}</dd>
<dt>Signed in with MFA</dt><dd>${mfa}</dd>
<dt>Until</dt><dd>${new Date(session.expiresAt).toISOString().replace('T', ' ').slice(0, 16)} UTC</dd></dl>
<form method="post" action="/console/signout"><button type="submit">Sign out</button></form>`,
  )
}

async function signOut(request: PageRequest, ctx: PageContext) {
  const { issuer, headers } = await closeConsole(request, ctx)
  return redirect(issuer ?? signIn, headers)
}

/** Credentials of the session, for pages of our own that call AWS's APIs in the browser. */
async function credentials(request: PageRequest, ctx: PageContext) {
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' }
  const site = request.headers['sec-fetch-site']
  const ours = site === undefined || site === 'same-origin'
  const known = ours ? await callerOf(request, ctx) : undefined
  if (known === undefined)
    return { status: 403, headers, body: JSON.stringify({ message: 'Nobody is signed in.' }) }
  const { claims } = known.session
  const issued = await ctx.issueSession(claims)
  return { status: 200, headers, body: JSON.stringify(issued) }
}

export const consolePages: readonly Page[] = [
  { method: 'GET', path: '/console', handle: home },
  { method: 'POST', path: '/console/signout', handle: signOut },
  { method: 'POST', path: '/console/credentials', handle: credentials },
]
