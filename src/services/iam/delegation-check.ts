import { actionCatalogue } from '../../access/actions.ts'
import { readPolicy } from '../../access/document.ts'
import { explain } from '../../access/explain.ts'
import type { CallContext } from '../../kernel/context.ts'

/** Decisions that a check makes at most. */
const most = 5_000

/**
 * Whether the caller may all that a policy asks for, as far as can be told without a request: what
 * depends on a condition is unsure, and so is a policy that asks for too much to look at.
 */
export async function permissionCheck(
  policy: string,
  ctx: Pick<CallContext, 'caller' | 'now' | 'account'>,
): Promise<'ALLOWED' | 'DENIED' | 'UNSURE'> {
  const catalogue = await actionCatalogue()
  const { principal, layers } = ctx.caller
  let unsure = false
  let decided = 0
  for (const { effect, actions, resources } of readPolicy(policy)?.statements ?? []) {
    if (effect !== 'Allow') continue
    if (actions === undefined || resources === undefined) {
      unsure = true
      continue
    }
    for (const action of actions.flatMap((entry) => catalogue.expandWildcard(entry)))
      for (const arn of resources) {
        if (++decided > most) return 'UNSURE'
        const { effect: answer, missingKeys } = explain({
          principal,
          layers,
          action,
          resource: { arn, account: ctx.account },
          context: () => undefined,
          now: ctx.now().getTime(),
        })
        if (answer === 'allowed') continue
        if (missingKeys.length === 0) return 'DENIED'
        unsure = true
      }
  }
  return unsure ? 'UNSURE' : 'ALLOWED'
}
