import type { InvalidInputExceptionReason } from '@aws-sdk/client-organizations'
import { invalid } from './contract.ts'

type Fault = readonly [broken: string, reason: InvalidInputExceptionReason, sentence: string]

/** Organizations names no member, but the kind of rule that was broken. */
const faults: readonly Fault[] = [
  ['must not be null', 'INPUT_REQUIRED', 'You must include a value for all required parameters.'],
  ['policyType', 'INVALID_ENUM_POLICY_TYPE', 'You specified an invalid policy type.'],
  ['enum value set', 'INVALID_ENUM', 'You specified an invalid value.'],
  [
    'regular expression',
    'INVALID_PATTERN',
    'You provided a value that does not match the required pattern.',
  ],
  [
    'length less than',
    'MAX_LENGTH_EXCEEDED',
    'You provided a string parameter that is longer than allowed.',
  ],
  [
    'length greater than',
    'MIN_LENGTH_EXCEEDED',
    'You provided a string parameter that is shorter than allowed.',
  ],
  [
    'value less than',
    'MAX_VALUE_EXCEEDED',
    'You provided a numeric parameter that has a larger value than allowed.',
  ],
  [
    'value greater than',
    'MIN_VALUE_EXCEEDED',
    'You provided a numeric parameter that has a smaller value than allowed.',
  ],
]

/** The InvalidInputException for what the model's constraints say against an input. */
export function invalidInput(sentence: string): Error {
  const [, reason, message] = faults.find(([broken]) => sentence.includes(broken)) ?? faults[3]!
  return invalid(reason, message)
}
