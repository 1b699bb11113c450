import type { CallContext } from '../../../kernel/context.ts'
import { TokenFailed } from '../../../kernel/ports.ts'
import { fail } from '../contract.ts'
import { checkConnected, foundStore } from './store-records.ts'
import { loginOf } from './token.ts'

/** Random bytes of the token of a store. */
export async function storeRandom(id: string, length: number, ctx: CallContext): Promise<Buffer> {
  const store = await foundStore(id, ctx.store)
  if (store.token === undefined)
    throw fail('UnsupportedOperationException', `Custom key store ${id} has no random bytes.`)
  checkConnected(store)
  try {
    return await ctx.ports.tokens.random(await loginOf(store, ctx), length)
  } catch (error) {
    if (!(error instanceof TokenFailed)) throw error
    throw fail(
      'CustomKeyStoreInvalidStateException',
      `The token of custom key store ${id} cannot do what was asked: ${error.trouble}.`,
    )
  }
}
