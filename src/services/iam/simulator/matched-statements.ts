import type { Position, Statement } from '@aws-sdk/client-iam'
import { positionsOf } from '../../../access/json-positions.ts'
import type { Explanation, MatchedStatement, Policy } from '../../../kernel/authorization.ts'
import { RESOURCE_POLICY } from './simulated-policies.ts'

/** Layers whose statements an answer shows; those of boundaries and SCPs it does not. */
const SHOWN = ['resource-based policy', 'role trust policy', 'identity-based policy'] as const

const EFFECTS = { allowed: 'Allow', explicitDeny: 'Deny', implicitDeny: undefined } as const

function lineStarts(text: string): readonly number[] {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}

/** AWS lets a statement begin where the mark before it ends: its white space belongs to it. */
function beginning(text: string, start: MatchedStatement['start']): Position {
  let offset = lineStarts(text)[start.line - 1]! + start.column - 1
  while (offset > 0 && /\s/.test(text[offset - 1]!)) offset--
  const { line, column } = positionsOf(text)(offset)
  return { Line: line, Column: column }
}

/**
 * The statements that determined an answer: the denying ones of a deny, the allowing ones of an
 * allow, none when nobody spoke.
 */
export function matchedStatements(
  { effect, layers }: Explanation,
  policies: readonly Policy[],
): Statement[] {
  const wanted = EFFECTS[effect]
  const shown = SHOWN.flatMap((name) => layers.filter(({ layer }) => layer === name))
  const matched = shown.flatMap(({ statements }) => statements)
  return matched
    .filter((statement) => statement.effect === wanted)
    .map(({ policy, start, end }) => {
      const text = policies.find(({ id, hash }) => id === policy.id && hash === policy.hash)
      return {
        SourcePolicyId: policy.id,
        SourcePolicyType: sourceType(policy.id),
        StartPosition: beginning(text?.document ?? '', start),
        EndPosition: { Line: end.line, Column: end.column },
      }
    })
}

/** What AWS sends, which its own enumeration does not list. */
const sourceType = (id: string) =>
  (id === RESOURCE_POLICY ? 'Resource Policy' : 'IAM Policy') as Statement['SourcePolicyType']
