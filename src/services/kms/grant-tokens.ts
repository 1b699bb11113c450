import type { CallContext, ReadContext } from '../../kernel/context.ts'
import { fail } from './contract.ts'

/** What a grant token names. */
export interface GrantToken {
  readonly account: string
  readonly region: string
  readonly keyId: string
  readonly grantId: string
}

const purpose = 'kms-grant-token'
const bound = 'grant'

export async function grantToken(token: GrantToken, ctx: Pick<CallContext, 'ports'>) {
  const seal = await ctx.ports.seals.ready(purpose)
  return seal.seal(new TextEncoder().encode(JSON.stringify(token)), bound)
}

/** @throws InvalidGrantTokenException for what is no token of ours */
export async function openGrantToken(
  token: string,
  read: Pick<ReadContext, 'ports'>,
): Promise<GrantToken> {
  const seal = await read.ports.seals.ready(purpose)
  const opened = seal.open(token, bound)
  if (opened === undefined) throw fail('InvalidGrantTokenException', 'Invalid grant token')
  return JSON.parse(new TextDecoder().decode(opened))
}
