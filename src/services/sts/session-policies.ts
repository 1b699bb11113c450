import { deflateRawSync } from 'node:zlib'
import { checkPolicy } from '../../access/check-policy.ts'
import { parseArn } from '../../kernel/arn.ts'
import type { CallContext } from '../../kernel/context.ts'
import { fail } from './contract.ts'

interface PolicyInput {
  readonly Policy?: string | undefined
  readonly PolicyArns?: readonly { readonly arn?: string | undefined }[] | undefined
  readonly Tags?: readonly { readonly Key: string; readonly Value: string }[] | undefined
}

const packedLimit = 2_048

/**
 * The session policies of a request, as documents: the inline one and up to ten managed ones of
 * the account. Undefined when the request has none, which does not limit.
 */
export async function sessionPolicies(
  input: PolicyInput,
  account: string,
  ctx: Pick<CallContext, 'principals'>,
): Promise<{ policies: string[] | undefined; PackedPolicySize: number | undefined }> {
  const limited = input.Policy !== undefined || input.PolicyArns !== undefined
  if (!limited && !input.Tags?.length) return { policies: undefined, PackedPolicySize: undefined }
  const documents: string[] = []
  if (input.Policy !== undefined) {
    const fault = checkPolicy(input.Policy, 'session')
    if (fault !== undefined) throw fail('MalformedPolicyDocumentException', fault.message)
    documents.push(input.Policy)
  }
  if ((input.PolicyArns?.length ?? 0) > 10)
    throw fail('ValidationError', 'Cannot pass more than 10 managed policies as session policies.')
  for (const { arn = '' } of input.PolicyArns ?? []) {
    const owner = parseArn(arn)?.account
    const policy =
      owner === account || owner === 'aws' ? await ctx.principals.managedPolicy(arn) : undefined
    if (policy === undefined)
      throw fail('ValidationError', `PolicyArn ${arn} does not exist or is not attachable.`)
    documents.push(policy.document)
  }
  const packed = [
    input.Policy ?? '',
    ...(input.PolicyArns ?? []).map(({ arn = '' }) => arn),
    ...(input.Tags ?? []).flatMap(({ Key, Value }) => [Key, Value]),
  ]
  // AWS packs into a form of its own; compressed text comes close to it. The plain text of a
  // policy has the same limit.
  const size = Math.max(
    deflateRawSync(packed.join('\n')).length,
    (input.Policy?.length ?? 0) > packedLimit ? input.Policy!.length : 0,
  )
  const PackedPolicySize = Math.ceil((size * 100) / packedLimit)
  if (PackedPolicySize > 100)
    throw fail(
      'PackedPolicyTooLargeException',
      `Packed policy consumes ${PackedPolicySize}% of allotted space, please use smaller policy.`,
    )
  return { policies: limited ? documents : undefined, PackedPolicySize }
}
