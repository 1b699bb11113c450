import type { ActionCatalogue } from '../../access/actions.ts'
import { readPolicy } from '../../access/document.ts'
import type { Policy } from '../../kernel/authorization.ts'
import { actionsOf } from './granted-actions.ts'

/** What to do about one policy. */
export interface Step {
  readonly recommendedAction: 'CREATE_POLICY' | 'DETACH_POLICY'
  readonly recommendedPolicy?: string
  /** ARN of the managed policy or name of the inline one. */
  readonly existingPolicyId?: string
}

/**
 * Steps by which policies lose what is unused: a policy that grants nothing used is detached, one
 * that grants more than that is replaced, and one that grants only what is used is left alone.
 * @param isUsed asked by AWS's spelling of an action
 */
export function recommendedSteps(
  policies: readonly Policy[],
  isUsed: (action: string) => boolean,
  catalogue: ActionCatalogue,
): readonly Step[] {
  return policies.flatMap((policy) => {
    const narrow = narrowed(policy.document, isUsed, catalogue)
    if (narrow === 'same') return []
    const detach = { recommendedAction: 'DETACH_POLICY' as const, existingPolicyId: policy.id }
    if (narrow === 'nothing') return [detach]
    const create = {
      recommendedAction: 'CREATE_POLICY' as const,
      recommendedPolicy: narrow,
      existingPolicyId: policy.id,
    }
    return [create, detach]
  })
}

interface Written {
  readonly Effect?: unknown
  readonly Action?: unknown
  readonly NotAction?: unknown
}

function narrowed(
  document: string,
  isUsed: (action: string) => boolean,
  catalogue: ActionCatalogue,
): string | 'same' | 'nothing' {
  const statements = readPolicy(document)?.statements
  if (statements === undefined) return 'same'
  const policy: { Statement: Written | Written[] } = JSON.parse(document)
  const written = [policy.Statement].flat()
  let changed = false
  const kept = written.flatMap((one, index): Written[] => {
    const statement = statements[index]
    if (one.Effect !== 'Allow' || statement === undefined) return [one]
    const entries = statement.actions ?? ['*']
    const granted = actionsOf(statement, catalogue)
    const Action = [...new Set(entries.flatMap((entry) => narrowedEntry(entry, granted)))]
    const same =
      statement.actions !== undefined &&
      Action.length === entries.length &&
      Action.every((entry) => entries.includes(entry))
    if (same) return [one]
    changed = true
    const { NotAction: _, ...rest } = one
    return Action.length === 0 ? [] : [{ ...rest, Action }]
  })
  if (!changed) return 'same'
  if (!kept.some(({ Effect }) => Effect === 'Allow')) return 'nothing'
  return JSON.stringify({ ...policy, Statement: kept })

  function narrowedEntry(entry: string, granted: ReadonlySet<string>): readonly string[] {
    const all = catalogue.expandWildcard(entry).filter((action) => granted.has(action))
    const used = all.filter(isUsed)
    // What nobody has heard of cannot be told to be unused.
    return all.length === used.length && all.length > 0 ? [entry] : used
  }
}
