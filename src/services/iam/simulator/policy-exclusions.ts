import { parseArn } from '../../../kernel/arn.ts'
import { fail } from '../contract.ts'

/** An identifier of `PolicyExclusionList`, which has one of its members. */
export interface Exclusion {
  readonly PolicyType?: string | undefined
  readonly PolicyArn?: string | undefined
  readonly InlinePolicyIdentifier?:
    | {
        readonly PolicyName?: string | undefined
        readonly AttachmentType?: string | undefined
        readonly AttachmentName?: string | undefined
      }
    | undefined
}

/** What an exclusion looks at. */
export interface Excludable {
  readonly arn?: string | undefined
  readonly inline?: { readonly name: string; readonly type: string; readonly holder: string }
  readonly boundary?: boolean
  readonly serviceControl?: boolean
}

/** @throws InvalidInput for an identifier that can mean no policy. */
export function checkExclusions(exclusions: readonly Exclusion[]): void {
  for (const { PolicyArn, InlinePolicyIdentifier: inline } of exclusions) {
    if (PolicyArn !== undefined && (parseArn(PolicyArn) === undefined || /[*?]/.test(PolicyArn)))
      throw fail('InvalidInputException', `Invalid Policy Arn: ${PolicyArn}`)
    if (inline === undefined) continue
    if (/[*?]/.test(inline.PolicyName ?? '') || (inline.AttachmentName ?? '').split('*').length > 2)
      throw fail('InvalidInputException', 'Invalid use of wildcards in InlinePolicyIdentifier.')
  }
}

function typeOf({ arn, inline, boundary, serviceControl }: Excludable): string {
  if (serviceControl === true) return 'scp'
  if (boundary === true) return 'permission-boundary'
  if (inline !== undefined) return 'inline'
  return arn?.startsWith('arn:aws:iam::aws:') === true ? 'aws-managed' : 'user-managed'
}

/** At most one star and any number of question marks. */
function matchesName(pattern: string, name: string): boolean {
  const [head = '', tail] = pattern.split('*')
  const fits = (part: string, text: string) =>
    part.length === text.length && [...part].every((c, i) => c === '?' || c === text[i])
  if (tail === undefined) return fits(head, name)
  if (name.length < head.length + tail.length) return false
  return fits(head, name.slice(0, head.length)) && fits(tail, name.slice(name.length - tail.length))
}

/** Whether a policy is left out of a simulation. */
export function isExcluded(policy: Excludable, exclusions: readonly Exclusion[]): boolean {
  return exclusions.some((exclusion) => {
    if (exclusion.PolicyType !== undefined) return exclusion.PolicyType === typeOf(policy)
    if (exclusion.PolicyArn !== undefined) return exclusion.PolicyArn === policy.arn
    const { inline } = policy
    const named = exclusion.InlinePolicyIdentifier
    if (inline === undefined || named === undefined) return false
    const same =
      named.PolicyName === inline.name && named.AttachmentType?.toLowerCase() === inline.type
    return same && matchesName(named.AttachmentName ?? '', inline.holder)
  })
}
