import type { CallContext } from '../../kernel/context.ts'
import type { Store } from '../../kernel/store.ts'
import { type AuthEventRecord, authEvents, eventKey } from './auth-event-records.ts'
import { fail } from './contract.ts'

const bound = 'cognito-idp/feedback'

/** Milliseconds that a user has to say whether it was he: as long as mails are read. */
const goodFor = 30 * 86_400_000

type Sealing = Pick<CallContext, 'ports' | 'now'>

interface Claim {
  readonly pool: string
  readonly sub: string
  readonly id: string
  /** Milliseconds since 1970. */
  readonly until: number
}

/** What lets whoever got the mail about an event say whether it was valid. */
export async function feedbackToken(
  { pool, sub, id }: Pick<AuthEventRecord, 'pool' | 'sub' | 'id'>,
  ctx: Sealing,
): Promise<string> {
  const seal = await ctx.ports.seals.ready('cognito-idp.feedback')
  const claim: Claim = { pool, sub, id, until: ctx.now().getTime() + goodFor }
  return seal.seal(new TextEncoder().encode(JSON.stringify(claim)), bound)
}

/** The event that a token is about; refuses any other text. */
export async function openFeedback(
  token: string,
  pool: string,
  ctx: Sealing,
): Promise<Pick<Claim, 'sub' | 'id'>> {
  const seal = await ctx.ports.seals.ready('cognito-idp.feedback')
  const opened = seal.open(token, bound)
  const claim: Claim | undefined = opened && JSON.parse(new TextDecoder().decode(opened))
  if (claim === undefined || claim.pool !== pool || claim.until <= ctx.now().getTime())
    throw fail('NotAuthorizedException', 'Invalid feedback token.')
  return claim
}

/** Keeps what somebody says of an event. */
export const putFeedback = (
  store: Store,
  { pool, sub, id }: { readonly pool: string; readonly sub: string; readonly id: string },
  feedback: NonNullable<AuthEventRecord['feedback']>,
): Promise<void> =>
  store.transaction(async (tx) => {
    const event = await tx.of(authEvents).get(eventKey(pool, sub, id))
    if (event === undefined)
      throw fail('ResourceNotFoundException', 'The authentication event does not exist.')
    await tx.of(authEvents).put({ ...event, feedback })
  })
