import type { Page, PageContext, PageRequest } from '../../kernel/page.ts'
import { openFeedback, putFeedback } from './event-feedback.ts'
import { messagePage } from './message-page.ts'
import { poolOf } from './pool-pages.ts'

const page = (status: number, title: string, text: string) =>
  messagePage(status, title, `<p>${text}</p>`)

const refused = page(400, 'This link does not work', 'It may be too old.')

const known = /^(ResourceNotFound|NotAuthorized)Exception$/

async function opened({ params, query }: PageRequest, ctx: PageContext) {
  const { pool, in: place } = await poolOf(params.pool!, ctx)
  const claim = await openFeedback(query.get('token') ?? '', pool.id, ctx)
  const value = query.get('value') === 'valid' ? ('Valid' as const) : ('Invalid' as const)
  return { event: { pool: pool.id, ...claim }, value, store: place.store }
}

const orRefused =
  (handle: Page['handle']): Page['handle'] =>
  async (request, ctx) => {
    try {
      return await handle(request, ctx)
    } catch (error) {
      if (error instanceof Error && known.test(error.name)) return refused
      throw error
    }
  }

const path = '/:pool/authEventFeedback'

/**
 * Where the links in mails about risky sign-ins lead. Programs that look at mails follow links: it is the
 * button that says something.
 */
export const feedbackPages: readonly Page[] = [
  {
    method: 'GET',
    path,
    handle: orRefused(async (request, ctx) => {
      const { value } = await opened(request, ctx)
      const said = value === 'Valid' ? 'This was me' : 'This was not me'
      return messagePage(
        200,
        'A sign-in to your account',
        `<p>Tell us about it, so that the next one is judged better.</p><form method="post"><button>${said}</button></form>`,
      )
    }),
  },
  {
    method: 'POST',
    path,
    handle: orRefused(async (request, ctx) => {
      const { event, value, store } = await opened(request, ctx)
      await putFeedback(store, event, { value, provider: 'User', at: ctx.now() })
      const next = value === 'Valid' ? '' : ' You should choose another password now.'
      return page(200, 'Thank you', `It has been noted.${next}`)
    }),
  },
]
