import {
  A,
  address,
  bucket,
  other,
  resource,
  string,
  type ValidationRow,
  when,
} from './writing.test-support.ts'

export const ofKeys: readonly ValidationRow[] = [
  when('INVALID_CONDITION_KEY_FORMAT', string('username', 'a')),
  when(
    'INVALID_GLOBAL_CONDITION_KEY',
    string('aws:name', 'a'),
    'The condition key aws:name does not exist. Use a valid condition key.',
  ),
  when(
    'INVALID_SERVICE_CONDITION_KEY',
    string('s3:nothing', 'a'),
    'The condition key s3:nothing does not exist in the service s3. Use a valid condition key.',
  ),
  when('DEPRECATED_GLOBAL_CONDITION_KEY', { ArnLike: { 'aws:ARN': 'arn:aws:iam::*:user/a' } }),
  resource('UNSUPPORTED_GLOBAL_CONDITION_KEY', {
    Condition: { ArnLike: { 'aws:ARN': 'arn:aws:iam::*:user/a' } },
  }),
  when(
    'DUPLICATE_KEYS_WITH_DIFFERENT_CASE',
    { StringEquals: { 'aws:username': 'a', 'aws:UserName': 'b' } },
    /^The condition key aws:username appears more than once/,
  ),
  when(
    'MISSING_TAG_KEY_IN_CONDITION',
    string('aws:ResourceTag/', 'a'),
    'The condition key aws:ResourceTag/ must include a tag key to control access based on tags. Use the format aws:ResourceTag/tag-key and specify a key name for tag-key.',
  ),
  when(
    'MISSING_QUALIFIER',
    string('aws:TagKeys', 'a'),
    /^The request context key aws:TagKeys has multiple values\. /,
  ),
  when(
    'TYPE_MISMATCH',
    string('aws:SecureTransport', 'true'),
    'Use the operator type Boolean instead of operator StringEquals for the condition key aws:SecureTransport.',
  ),
  when(
    'STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS',
    { StringLike: { 'aws:PrincipalArn': `arn:aws:iam::${A}:role/a*` } },
    'Use the operator type ARN instead of operator StringLike for the condition key aws:PrincipalArn.',
  ),
  when(
    'FORALLVALUES_WITH_SINGLE_VALUED_KEY',
    { 'ForAllValues:StringEquals': { 'aws:username': 'a' } },
    /single-valued condition key aws:username can be/,
  ),
  when(
    'UNTRUSTWORTHY_CONDITION_KEY',
    { StringLike: { 'aws:UserAgent': 'a*' } },
    /^The aws:UserAgent condition key is not recommended/,
  ),
  when(
    'MISSING_PAIRED_CONDITION_KEYS',
    { IpAddress: { 'aws:VpcSourceIp': '10.0.0.0/8' } },
    /^Using the condition key aws:VpcSourceIp can be overly permissive without also using the following condition keys: aws:SourceVpc\./,
  ),
  when(
    'USE_CONDITION_KEY_ONLY_WITH_SUPPORTED_SERVICES',
    string('aws:VpceAccount', A),
    /^The condition key aws:VpceAccount works only/,
    { Action: '*', Resource: '*', Effect: 'Deny' },
  ),
  bucket(
    'IRRELEVANT_CONDITION_KEY_IN_POLICY',
    { Condition: string('s3:ResourceAccount', A) },
    'The condition key s3:ResourceAccount is not relevant for the AWS::S3::Bucket policy.  Use this key in an identity-based policy to govern access to this resource.',
  ),
  when(
    'UNSUPPORTED_ACTION_FOR_CONDITION_KEY',
    string('s3:prefix', 'a'),
    /^The following actions: s3:GetObject are not supported by the condition key s3:prefix\. /,
  ),
  when(
    'ALLOW_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE',
    string('aws:ResourceTag/team', 'a'),
    /the tag condition key aws:ResourceTag\/team and actions for services with the following prefixes does not affect the policy: sso-oauth\./,
    { Action: 'sso-oauth:*', Resource: '*' },
  ),
  when(
    'DENY_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE',
    string('aws:ResourceTag/team', 'a'),
    /prefixes can be overly permissive: sso-oauth\./,
    { Action: 'sso-oauth:*', Resource: '*', Effect: 'Deny' },
  ),
  when(
    'ALLOW_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE',
    string('aws:ResourceTag/team', 'a'),
    /the tag condition key aws:ResourceTag\/team allows only/,
    other,
  ),
  when(
    'DENY_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE',
    string('aws:ResourceTag/team', 'a'),
    undefined,
    { ...other, Effect: 'Deny' },
  ),
]

export const ofValues: readonly ValidationRow[] = [
  when(
    'IMPROVE_IP_RANGE',
    address('IpAddress', '203.0.113.7/24'),
    'The non-zero bits in the IP address after the masked bits are ignored. Replace address with 203.0.113.0/24.',
  ),
  when('IMPROVE_IP_RANGE', address('IpAddress', '2001:db8:0:0:1::/48'), /with 2001:db8::\/48\.$/),
  when('PRIVATE_IP_ADDRESS', address('IpAddress', '10.0.0.0/8')),
  when('PRIVATE_IP_ADDRESS_SUBSET', address('IpAddress', '10.0.0.0/8', '203.0.113.0/24')),
  when('PRIVATE_NOT_IP_ADDRESS', address('NotIpAddress', '192.168.1.0/24')),
  when('PRIVATE_NOT_IP_ADDRESS_SUBSET', address('NotIpAddress', '10.0.0.0/8', '203.0.113.0/24')),
  when(
    'INVALID_REGION',
    string('aws:RequestedRegion', 'us-east-9'),
    'The Region us-east-9 is not valid. Update the condition value to a supported Region.',
  ),
  when('INVALID_VPC_FORMAT', string('aws:SourceVpc', 'vpc-1')),
  when('INVALID_VPCE_FORMAT', string('aws:SourceVpce', 'vpce-1')),
  when(
    'INVALID_SERVICE_PRINCIPAL_FORMAT',
    string('iam:PassedToService', 'EC2'),
    /Use the format service-name\.amazonaws\.com\.$/,
    { Action: 'iam:PassRole', Resource: `arn:aws:iam::${A}:role/r` },
  ),
  when(
    'INVALID_KMS_KEY_VALUE',
    string('s3:x-amz-server-side-encryption-aws-kms-key-id', 'k'),
    'The s3:x-amz-server-side-encryption-aws-kms-key-id condition key value must be valid a KMS key ARN.',
    { Action: 's3:PutObject' },
  ),
  when(
    'WILDCARD_USAGE_TOO_PERMISSIVE',
    { StringLike: { 'aws:PrincipalOrgID': 'o-*' } },
    /^The wildcard is not allowed in the condition key aws:PrincipalOrgID\. /,
  ),
  when(
    'WILDCARD_USAGE_TOO_PERMISSIVE',
    { StringLike: { 'aws:userid': 'AROA*' } },
    /^Overly permissive use of wildcard with aws:userID\. /,
  ),
  when(
    'WILDCARD_USAGE_TOO_PERMISSIVE',
    { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': 'o-a*' } },
    /^Overly permissive use of wildcard for the aws:PrincipalOrgPaths condition key\. /,
  ),
  when(
    'VARIABLE_USAGE_TOO_PERMISSIVE',
    string('aws:SourceAccount', '${aws:username}'),
    /^The policy variable is not allowed in the condition key aws:SourceAccount\. /,
  ),
]
