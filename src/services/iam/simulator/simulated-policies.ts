import { checkPolicy } from '../../../access/check-policy.ts'
import { readPolicy } from '../../../access/document.ts'
import type { Policy } from '../../../kernel/authorization.ts'
import { fail } from '../contract.ts'
import { asPolicy } from '../policy-documents.ts'

/** What the answer calls a resource policy. */
export const RESOURCE_POLICY = 'ResourcePolicy'

/** A simulation takes every document that can be evaluated, also one that could not be stored. */
function readable(document: string, name: string): string {
  const sound = readPolicy(document)?.statements.every(
    ({ effect }) => effect === 'Allow' || effect === 'Deny',
  )
  const fault = checkPolicy(document, 'identity')?.message
  if (sound === true && fault !== 'Syntax errors in policy.') return document
  throw fail('InvalidInputException', `${name}: Syntax errors in policy.`)
}

/** Documents of the request as policies that are called `PolicyInputList.1` and so on. */
export const inputPolicies = (
  documents: readonly string[] = [],
  list = 'PolicyInputList',
): readonly Policy[] =>
  documents.map((document, index) => {
    const id = `${list}.${index + 1}`
    return asPolicy(id, 'inline', readable(document, id))
  })

/** The permissions boundary of the request; there is at most one. */
export function inputBoundary(documents: readonly string[] = []): Policy | undefined {
  if (documents.length > 1)
    throw fail(
      'InvalidInputException',
      'PermissionsBoundaryPolicyInputList can contain only one policy.',
    )
  return inputPolicies(documents, 'PermissionsBoundaryPolicyInputList')[0]
}

/** SCPs of the request, level by level from the root down; undefined when none are given. */
export const inputLevels = (
  levels:
    | readonly { readonly ServiceControlPolicyInputList?: readonly string[] | undefined }[]
    | undefined,
) =>
  levels?.map(({ ServiceControlPolicyInputList }, index) =>
    inputPolicies(
      ServiceControlPolicyInputList,
      `OrderedOrganizationPolicyInputList.${index + 1}.ServiceControlPolicyInputList`,
    ),
  )

export const inputResourcePolicy = (document: string | undefined): Policy | undefined =>
  document === undefined
    ? undefined
    : asPolicy(RESOURCE_POLICY, 'resource', readable(document, RESOURCE_POLICY))
