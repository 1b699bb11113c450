import { A, allow, arn, bucket, identity, raw, type ValidationRow } from './writing.test-support.ts'

export const ofActions: readonly ValidationRow[] = [
  identity(
    'INVALID_ACTION',
    { Action: 's3:GetObjekt' },
    'The action s3:GetObjekt does not exist. Did you mean s3:GetObject?',
  ),
  identity(
    'INVALID_SERVICE',
    { Action: 'qqqqqqqqqqqqqqq:Get' },
    'The service qqqqqqqqqqqqqqq does not exist. Use a valid service name.',
  ),
  identity(
    'INVALID_SERVICE_IN_ACTION',
    { Action: 'lambdaa:Invoke' },
    'The service lambdaa specified in the action does not exist. Did you mean lambda?',
  ),
  identity('WILDCARD_IN_SERVICE_NAME', { Action: 's*:GetObject' }),
  identity(
    'REDUNDANT_ACTION',
    { Action: ['s3:Get*', 's3:List*', 's3:GetObject'] },
    'The 1 action(s) are redundant because they provide similar permissions. Update the policy to remove the redundant action such as: s3:GetObject.',
  ),
  bucket(
    'UNSUPPORTED_ACTION_IN_POLICY',
    { Action: 'kms:Decrypt' },
    'The action kms:Decrypt is not supported for the resource-based policy attached to the resource type AWS::S3::Bucket.',
  ),
  identity(
    'VARIABLE_UNSUPPORTED_IN_ELEMENT',
    { Action: 's3:${aws:username}' },
    'Policy variables are supported in the Resource and Condition elements. Remove the policy variable ${aws:username} from this element.',
  ),
]

export const ofResources: readonly ValidationRow[] = [
  arn('INVALID_ARN_PREFIX', 'my-bucket'),
  arn('MISSING_ARN_FIELD', 'arn:aws:s3', /at least 6 fields/),
  arn(
    'INVALID_PARTITION',
    'arn:awz:s3:::b',
    /^The resource ARN for the service s3 does not support the partition awz\. Use the supported values: aws, aws-cn/,
  ),
  arn(
    'INVALID_ARN_SERVICE_CASE',
    'arn:aws:S3:::b',
    'Update the service name S3 in the resource ARN to use all lowercase letters.',
  ),
  arn(
    'ARN_REGION_NOT_ALLOWED',
    `arn:aws:iam:us-east-1:${A}:role/r`,
    'The service iam does not support specifying a Region in the resource ARN.',
  ),
  arn('MISSING_ARN_REGION', `arn:aws:sqs::${A}:q`, 'Add a Region to the sqs resource ARN.'),
  arn(
    'INVALID_ARN_REGION',
    `arn:aws:sqs:us-east-9:${A}:q`,
    'The Region us-east-9 is not valid for this resource. Update the resource ARN to include a supported Region.',
  ),
  arn(
    'ARN_ACCOUNT_NOT_ALLOWED',
    `arn:aws:s3::${A}:my-bucket`,
    'The service s3 does not support specifying an account ID in the resource ARN.',
  ),
  arn(
    'MISSING_ARN_ACCOUNT',
    'arn:aws:sqs:us-east-1::q',
    'The resource q in the arn is missing an account id. Please provide a 12 digit account id.',
  ),
  arn(
    'INVALID_ARN_ACCOUNT',
    'arn:aws:sqs:us-east-1:12345:q',
    'The resource ARN account ID 12345 is not valid. Provide a 12-digit account ID.',
  ),
  arn('INVALID_ARN_RESOURCE', `arn:aws:iam::${A}:rol/r`),
  identity(
    'REDUNDANT_RESOURCE',
    { Resource: ['arn:aws:s3:::b/*', 'arn:aws:s3:::b/a*'] },
    'The 1 resource ARN(s) are redundant because they reference the same resource. Review the use of wildcards (*)',
  ),
  bucket(
    'UNSUPPORTED_RESOURCE_ARN_IN_POLICY',
    { Resource: `arn:aws:kms:us-east-1:${A}:key/k` },
    /attached to the resource type AWS::S3::Bucket\.$/,
  ),
  arn('MISSING_BRACE_IN_VARIABLE', 'arn:aws:s3:::b/${aws:username'),
  arn('MISSING_QUOTE_IN_VARIABLE', 'arn:aws:s3:::b/${aws:username, me}'),
  arn('UNSUPPORTED_SPACE_IN_VARIABLE', 'arn:aws:s3:::b/${aws: username}'),
  arn('EMPTY_VARIABLE', 'arn:aws:s3:::b/${}'),
  raw(
    'VARIABLE_UNSUPPORTED_IN_VERSION',
    JSON.stringify({
      Version: '2008-10-17',
      Statement: [{ ...allow, Resource: 'arn:aws:s3:::b/${aws:username}' }],
    }),
  ),
]
