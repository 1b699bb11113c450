import type { Owner } from '../../kernel/store.ts'
import { fail, invalid } from './contract.ts'

/** A function as a request names it. */
export interface FunctionName extends Owner {
  readonly name: string
  readonly qualifier: string | undefined
}

const plainName = /^[a-zA-Z0-9-_]{1,64}$/
const qualifierForm = /^(\$LATEST|[a-zA-Z0-9-_]{1,128})$/

/**
 * Reads a name, `account:function:name` or ARN, each with or without a qualifier.
 * @param qualifier as given beside the name; it must be the same where both are given
 */
export function functionName(
  text: string,
  qualifier: string | undefined,
  own: Owner,
): FunctionName {
  const parts = text.split(':')
  const whole = parts[0] === 'arn'
  const [, , , region = own.region, account = own.account] = whole ? parts : []
  // Behind `function`, or the beginning where that word is not said.
  const word = parts.indexOf('function')
  const rest = word === -1 ? parts : parts.slice(word + 1)
  const [name = '', inName] = rest
  const partial = !whole && word === 1 ? parts[0]! : account
  if (
    (whole && (parts[2] !== 'lambda' || word !== 5)) ||
    rest.length > 2 ||
    !plainName.test(name) ||
    (inName !== undefined && !qualifierForm.test(inName))
  )
    throw fail(
      'ValidationException',
      `1 validation error detected: Value '${text}' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern: (arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}(-gov)?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?`,
    )
  if (inName !== undefined && qualifier !== undefined && inName !== qualifier)
    throw invalid(
      'The derived qualifier from the function name does not match the specified qualifier.',
    )
  if (region !== own.region)
    throw fail(
      'ResourceNotFoundException',
      `Functions from '${region}' are not reachable in this region ('${own.region}')`,
    )
  return { account: partial, region, name, qualifier: qualifier ?? inName }
}
