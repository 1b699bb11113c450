import type { ActionCatalogue } from '../../../access/actions.ts'
import { readPolicy } from '../../../access/document.ts'
import { parseArn } from '../../../kernel/arn.ts'
import type { Policy } from '../../../kernel/authorization.ts'
import { fail } from '../contract.ts'

/** What stands for "all resources". */
export const EVERYTHING = '*'

/** The ARNs of a simulation, each checked; `*` when there are none. */
export function simulatedResources(arns: readonly string[] | undefined): readonly string[] {
  if (arns === undefined || arns.length === 0) return [EVERYTHING]
  for (const arn of arns) {
    if (arn === EVERYTHING || parseArn(arn) !== undefined) continue
    throw fail('InvalidInputException', `Invalid Resource Arn: ${arn}`)
  }
  return [...new Set(arns)]
}

/** The account that owns a resource that does not say so: the given owner, or the caller's. */
export function ownerAccount(owner: string | undefined): string | undefined {
  if (owner === undefined) return undefined
  const account = parseArn(owner)?.resource === 'root' ? parseArn(owner)?.account : owner
  if (account !== undefined && /^\d{12}$/.test(account)) return account
  throw fail('InvalidInputException', `Invalid Resource Owner: ${owner}`)
}

/** A resource policy that speaks of other services' resources only belongs to none of these. */
export function checkApplicable(policy: Policy, arns: readonly string[]): void {
  const entries = (readPolicy(policy.document)?.statements ?? []).flatMap(
    ({ resources, notResources }) => (notResources ? [EVERYTHING] : (resources ?? [EVERYTHING])),
  )
  const speaks = (arn: string) =>
    arn === EVERYTHING ||
    entries.some((entry) => !entry.startsWith('arn:') || serviceOf(entry) === serviceOf(arn))
  const stranger = arns.find((arn) => !speaks(arn))
  if (stranger === undefined) return
  throw fail(
    'InvalidInputException',
    `The resource policy is not applicable to the resource ${stranger}.`,
  )
}

const serviceOf = (arn: string) => arn.split(':', 3)[2]

/**
 * The ARN template of the type of the resources that an action is simulated on, or `*` where there
 * is none to tell.
 */
export function templateOf(
  catalogue: ActionCatalogue,
  action: string,
  arns: readonly string[],
): string {
  const arn = arns.find((one) => one !== EVERYTHING)
  if (arn === undefined) return EVERYTHING
  const vendor = action.slice(0, action.indexOf(':'))
  const taken = catalogue.actionFacts(action)?.resources ?? []
  const fitting = catalogue.resourceTypesOfArn(vendor, arn).map(({ type }) => type)
  const { type } =
    taken.find((one) => fitting.includes(one.type)) ??
    taken.find(({ required }) => required) ??
    taken[0] ??
    {}
  return catalogue.resourceTypes(vendor).find((one) => one.type === type)?.arn ?? EVERYTHING
}
