import { string, type ValidationRow, when } from './writing.test-support.ts'

export const ofOperators: readonly ValidationRow[] = [
  when(
    'INVALID_CONDITION_OPERATOR',
    { StringEqual: { 'aws:username': 'a' } },
    'The condition operator StringEqual is not valid. Use a valid condition operator.',
  ),
  when('NULL_WITH_IF_EXISTS', { NullIfExists: { 'aws:username': 'true' } }),
  when('NULL_WITH_QUALIFIER', { 'ForAllValues:Null': { 'aws:TagKeys': 'true' } }),
  when('INVALID_CONDITION_DATA_TYPE', { NumericEquals: { 's3:max-keys': ['1', 2] } }),
  when('INVALID_CONDITION_MULTIPLE_BOOLEAN', {
    Bool: { 'aws:SecureTransport': ['true', 'false'] },
  }),
  when(
    'TYPE_MISMATCH_BOOLEAN',
    { Bool: { 'aws:SecureTransport': 'yes' } },
    'Add a valid Boolean value (true or false) for the condition operator Bool.',
  ),
  when(
    'TYPE_MISMATCH_NUMBER',
    { NumericEquals: { 's3:max-keys': 'ten' } },
    'Add a valid numeric value for the condition operator NumericEquals.',
  ),
  when('TYPE_MISMATCH_DATE', { DateLessThan: { 'aws:CurrentTime': 'tomorrow' } }),
  when(
    'TYPE_MISMATCH_STRING',
    { BinaryEquals: { 'aws:username': '&' } },
    'Add a valid base64-encoded string value for the condition operator BinaryEquals.',
  ),
  when(
    'TYPE_MISMATCH_IP_RANGE',
    { IpAddress: { 'aws:SourceIp': '1.2.3' } },
    'The condition operator IpAddress is used with an invalid IP range value. Specify the IP range in standard CIDR format.',
  ),
  when(
    'INVALID_DATE_VALUE',
    { DateLessThan: { 'aws:CurrentTime': '1700000000' } },
    'The date 1700000000 might not resolve as expected. We recommend that you use the YYYY-MM-DD format.',
  ),
  when('INVALID_VARIABLE_FOR_OPERATOR', { NumericEquals: { 's3:max-keys': '${aws:username}' } }),
  when('WILDCARD_WITHOUT_LIKE_OPERATOR', string('aws:username', 'a*')),
  when(
    'REDUNDANT_CONDITION_VALUE_NUM',
    { NumericLessThan: { 'aws:MultiFactorAuthAge': ['2700', '3600'] } },
    'Multiple values in NumericLessThan are redundant. Replace with the greatest single value for aws:MultiFactorAuthAge.',
  ),
  when(
    'EMPTY_ARRAY_CONDITION',
    string('aws:username', []),
    'There are no values for the condition key aws:username and it does not affect the policy. Specify conditions.',
  ),
  when(
    'EMPTY_ARRAY_CONDITION_FORALLVALUES',
    { 'ForAllValues:StringEquals': { 'aws:TagKeys': [] } },
    /the key aws:TagKeys is missing/,
  ),
  when(
    'EMPTY_ARRAY_CONDITION_FORANYVALUE',
    { 'ForAnyValue:StringEquals': { 'aws:TagKeys': [] } },
    /condition key aws:TagKeys never matches/,
  ),
  when(
    'EMPTY_ARRAY_CONDITION_IFEXISTS',
    { StringEqualsIfExists: { 'aws:username': [] } },
    /the key aws:username is missing/,
  ),
  when(
    'EQUIVALENT_TO_NULL_FALSE',
    { StringLike: { 'aws:username': '*' } },
    'We recommend replacing the key aws:username in the condition block of StringLike with {aws:username: false} to ensure better enforcement of the condition.',
  ),
  when(
    'EQUIVALENT_TO_NULL_TRUE',
    { StringNotLike: { 'aws:username': '*' } },
    /with \{aws:username: true\} to ensure/,
  ),
  when(
    'REDUNDANT_KEY_DUE_TO_WILDCARD_IN_CONDITION',
    { StringLikeIfExists: { 'aws:username': '*' } },
    /^The key aws:username in the condition block of StringLikeIfExists is redundant/,
  ),
  when(
    'REDUNDANT_STATEMENT_DUE_TO_WILDCARD_IN_CONDITION',
    { 'ForAnyValue:StringNotLike': { 'aws:TagKeys': '*' } },
    /^The key aws:TagKeys in the condition block of ForAnyValue:StringNotLike does not match any values\./,
  ),
]
