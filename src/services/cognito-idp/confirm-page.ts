import type { Page } from '../../kernel/page.ts'
import { livingClient } from './clients.ts'
import { messagePage } from './message-page.ts'
import { poolOf } from './pool-pages.ts'
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
