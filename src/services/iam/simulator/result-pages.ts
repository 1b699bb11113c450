import type { SimulatePolicyResponse } from '@aws-sdk/client-iam'
import type { CallContext } from '../../../kernel/context.ts'
import { pageOf } from '../../../kernel/paging.ts'
import { fail } from '../contract.ts'
import { checkActions, type Simulation, simulate } from './simulation.ts'

/** Most decisions that one answer is made of; a page then has fewer actions than were asked for. */
const DECISIONS = 10_000
const DIGITS = 6

interface Asked {
  readonly ActionNames: readonly string[]
  readonly MaxItems?: number | undefined
  readonly Marker?: string | undefined
}

/** Simulates the actions of one page, in the order in which they were asked for. */
export async function simulatedPage(
  simulation: Simulation,
  { ActionNames, MaxItems = 100, Marker }: Asked,
  ctx: Pick<CallContext, 'ports' | 'account'>,
  list: string,
): Promise<SimulatePolicyResponse> {
  checkActions(ActionNames)
  const numbered = ActionNames.map((action, index) => ({ action, index }))
  const page = pageOf(numbered, ({ index }) => String(index).padStart(DIGITS, '0'), {
    mark: Marker,
    limit: Math.min(MaxItems, Math.max(1, Math.floor(DECISIONS / simulation.resources.length))),
    seal: await ctx.ports.seals.ready('page'),
    bound: `iam/${ctx.account}/${list}`,
  })
  if (page === undefined) throw fail('ValidationError', 'Invalid Marker.')
  return {
    EvaluationResults: await simulate(
      simulation,
      page.items.map(({ action }) => action),
    ),
    IsTruncated: page.next !== undefined,
    ...(page.next !== undefined && { Marker: page.next }),
  }
}
