import type { HttpResponse } from '../../kernel/http.ts'
import type { Page } from '../../kernel/page.ts'
import { livingClient } from './clients.ts'
import { poolOf } from './pool-pages.ts'
import { confirmed } from './sign-up.ts'
import { findUser } from './usernames.ts'

const page = (status: number, title: string, text: string): HttpResponse => ({
  status,
  headers: {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
  },
  body: `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>body{font:16px/1.5 system-ui,sans-serif;margin:0;min-height:100vh;display:grid;place-items:center;background:#f5f6f8;color:#16191f}
main{background:#fff;padding:2rem 2.5rem;border-radius:12px;box-shadow:0 1px 4px #0002;max-width:26rem}h1{font-size:1.25rem;margin:0 0 .5rem}p{margin:0}</style>
</head><body><main><h1>${title}</h1><p>${text}</p></main></body></html>
`,
})

/** Where the link in a mail leads that confirms a sign-up. */
export const confirmPage: Page = {
  method: 'GET',
  path: '/:pool/confirmUser',
  async handle({ params, query }, ctx) {
    try {
      const { pool, in: place } = await poolOf(params.pool!, ctx)
      const { store, account, region } = place
      const client = await livingClient(store, pool.id, query.get('client_id') ?? '')
      const user = await findUser(store, pool, query.get('user_name') ?? '')
      if (user === undefined) return refused
      const ConfirmationCode = query.get('confirmation_code') ?? ''
      const call: typeof ctx.call = (...asked) => ctx.call(...asked)
      const now = () => ctx.now()
      await confirmed(
        { pool, client },
        user,
        { ConfirmationCode },
        { ...{ store, now }, call, account, region },
      )
      return page(200, 'Your registration is confirmed', 'You can sign in now.')
    } catch (error) {
      if (error instanceof Error && known.test(error.name)) return refused
      throw error
    }
  },
}

const known =
  /^(ResourceNotFound|CodeMismatch|ExpiredCode|LimitExceeded|NotAuthorized|AliasExists|UserLambdaValidation|UnexpectedLambda|InvalidLambdaResponse)Exception$/

const refused = page(
  400,
  'This link does not work',
  'It may have been used before, or be too old. Ask for a new one.',
)
