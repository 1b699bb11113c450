import type { CallContext } from '../../kernel/context.ts'
import type { HttpResponse } from '../../kernel/http.ts'
import type { Page } from '../../kernel/page.ts'
import { livingClient } from './clients.ts'
import { messagePage } from './message-page.ts'
import { poolOf } from './pool-pages.ts'
import type { PoolRecord } from './pool-records.ts'
import { confirmed } from './sign-up.ts'
import { findUser } from './usernames.ts'

const page = (status: number, title: string, text: string) =>
  messagePage(status, title, `<p>${text}</p>`)

/** Where the link in a mail leads that confirms a sign-up. */
export const confirmPage: Page = {
  method: 'GET',
  path: '/:pool/confirmUser',
  async handle({ params, query }, ctx) {
    try {
      const { pool, in: place } = await poolOf(params.pool!, ctx)
      const { account, region } = place
      return await confirmedByLink(pool, query, ctx.within({ account, region }))
    } catch (error) {
      if (error instanceof Error && known.test(error.name)) return refused
      throw error
    }
  },
}

/** Confirms the user whom a link names, and tells who has followed it. */
export async function confirmedByLink(
  pool: PoolRecord,
  query: URLSearchParams,
  ctx: CallContext,
): Promise<HttpResponse> {
  try {
    const client = await livingClient(ctx.store, pool.id, query.get('client_id') ?? '')
    const user = await findUser(ctx.store, pool, query.get('user_name') ?? '')
    if (user === undefined) return refused
    const ConfirmationCode = query.get('confirmation_code') ?? ''
    await confirmed({ pool, client }, user, { ConfirmationCode }, ctx)
    return page(200, 'Your registration is confirmed', 'You can sign in now.')
  } catch (error) {
    if (error instanceof Error && known.test(error.name)) return refused
    throw error
  }
}

const known =
  /^(ResourceNotFound|CodeMismatch|ExpiredCode|LimitExceeded|NotAuthorized|AliasExists|UserLambdaValidation|UnexpectedLambda|InvalidLambdaResponse)Exception$/

const refused = page(
  400,
  'This link does not work',
  'It may have been used before, or be too old. Ask for a new one.',
)
