import type { HttpResponse } from '../../../kernel/http.ts'
import type { Page } from '../../../kernel/page.ts'
import { type AuthorizationRequest, authorizationRequest } from '../oauth/authorization-requests.ts'
import { type Hosted, hostedPage } from '../oauth/hosted.ts'
import { originOf } from '../origins.ts'
import { type Category, rateOf } from '../request-quotas.ts'
import { languageOf, textsOf } from './languages.ts'
import { whole } from './layout.ts'
import { lookOf } from './looks.ts'
import { cookieAttributes, isOwnForm, requestToken, requestTokenCookie } from './request-tokens.ts'
import type { Visit } from './visit.ts'

type Handle = (visit: Visit) => HttpResponse | Promise<HttpResponse>

/** What one address may send per second to a pool; whole companies share one. */
const perAddress = { rate: 20, burst: 200 }

interface Options {
  /** What is said to a form that is not of a page of ours. */
  readonly late?: Handle
  /** Whose rate forms count against, beside that of their address. */
  readonly category?: Category
  /** The parameters, where they are not those of the request. */
  readonly query?: URLSearchParams
}

/** A page of people: it has the parameters of `/oauth2/authorize`, and takes forms only from its own pages. */
export const visitPage = (
  method: 'GET' | 'POST',
  path: string,
  handle: Handle,
  options?: Options,
): Page => hostedPage(method, path, (hosted) => visited(hosted, method, handle, options))

/** As the page does it: what handles the visit, or what keeps it from being handled. */
export async function visited(
  hosted: Hosted,
  method: 'GET' | 'POST',
  handle: Handle,
  { late = tooFast, category, query }: Options = {},
): Promise<HttpResponse> {
  const asked = await authorizationRequest(hosted, query)
  if ('status' in asked) return asked
  const visit = await visitOf(hosted, asked)
  if (visit.look.kind === 'none') return unavailable(visit)
  if (method === 'GET') return handle(visit)
  if (!(await isAllowed(hosted, category))) return tooFast(visit)
  return isOwnForm(hosted) ? handle(visit) : late(visit)
}

/** Whether an address may send yet another form, and the account take it. */
async function isAllowed(
  { page, pool, ctx }: Hosted,
  category: Category = 'UserAuthentication',
): Promise<boolean> {
  const { account, region, store, source } = ctx
  if (!page.allows(`hosted/${pool.id}/${source.ip ?? ''}`, perAddress)) return false
  const cached: typeof ctx.cached = (...asked) => ctx.cached(...asked)
  const rate = await rateOf(category, { account, region, store, cached })
  return page.allows(`hosted/${account}/${region}/${category}`, { rate, burst: rate })
}

async function visitOf(hosted: Hosted, asked: AuthorizationRequest): Promise<Visit> {
  const { ctx, request, domain } = hosted
  const chosen = domain.version === 2 ? request.query.get('lang') : null
  const kept = domain.version === 2 ? request.cookies.get('lang') : undefined
  const language = languageOf(chosen, kept)
  const token = requestToken(hosted)
  const year = 31_536_000
  return {
    hosted,
    ctx,
    asked,
    app: { ...asked.app, from: originOf(asked.app, undefined, ctx) },
    look: await lookOf(hosted, asked.app),
    language,
    texts: textsOf(language),
    token,
    form: request.form,
    cookies: [
      requestTokenCookie(hosted, token),
      ...(chosen === language
        ? [`lang=${language}; Max-Age=${year}; ${cookieAttributes(hosted)}`]
        : []),
    ],
  }
}

/** What AWS shows of a client that nobody has given a style. */
const unavailable = (visit: Visit): HttpResponse => {
  const { unavailable: title, unavailableLead: lead } = visit.texts
  return whole(visit, { title, lead, status: 403 })
}

const tooFast = (visit: Visit): HttpResponse =>
  whole(visit, { title: visit.texts.signIn, fault: visit.texts.tooFast, status: 429 })
