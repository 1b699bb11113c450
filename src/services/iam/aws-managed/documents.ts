/** A policy that AWS keeps for everybody; written from its documented purpose. */
interface AwsManagedDocument {
  readonly name: string
  readonly path?: string
  readonly description: string
  readonly statements: readonly object[]
}

const allow = (...actions: string[]) => ({ Effect: 'Allow', Action: actions, Resource: '*' })

const reading = (services: readonly string[]): string[] =>
  services.flatMap((service) => [`${service}:Get*`, `${service}:List*`, `${service}:Describe*`])

const ours = [
  'access-analyzer',
  'acm',
  'acm-pca',
  'cloudtrail',
  'cloudwatch',
  'cognito-identity',
  'cognito-idp',
  'cognito-sync',
  'config',
  'ec2',
  'events',
  'guardduty',
  'iam',
  'kms',
  'lambda',
  'logs',
  'organizations',
  's3',
  'secretsmanager',
  'sns',
  'sqs',
  'ssm',
  'sts',
]

export const documents: readonly AwsManagedDocument[] = [
  {
    name: 'AdministratorAccess',
    description: 'Provides full access to AWS services and resources.',
    statements: [allow('*')],
  },
  {
    name: 'PowerUserAccess',
    description:
      'Provides full access to AWS services and resources, but not to the management of users and groups.',
    statements: [
      {
        Effect: 'Allow',
        NotAction: ['iam:*', 'organizations:*', 'account:*'],
        Resource: '*',
      },
      allow(
        'account:GetAccountInformation',
        'account:ListRegions',
        'iam:CreateServiceLinkedRole',
        'iam:DeleteServiceLinkedRole',
        'iam:ListRoles',
        'organizations:DescribeOrganization',
      ),
    ],
  },
  {
    name: 'ReadOnlyAccess',
    description: 'Provides read-only access to AWS services and resources.',
    statements: [
      allow(
        ...reading(ours),
        'cloudtrail:LookupEvents',
        'iam:Generate*',
        'iam:Simulate*',
        'kms:DescribeKey',
        'logs:FilterLogEvents',
      ),
      {
        Effect: 'Deny',
        Action: ['secretsmanager:GetSecretValue', 'sts:GetFederationToken', 'sts:GetSessionToken'],
        Resource: '*',
      },
    ],
  },
  {
    name: 'SecurityAudit',
    description: 'Reads the security configuration of an account, not the data in it.',
    statements: [
      allow(
        'access-analyzer:Get*',
        'access-analyzer:List*',
        'cloudtrail:Describe*',
        'cloudtrail:Get*',
        'cloudtrail:List*',
        'cloudtrail:LookupEvents',
        'config:Describe*',
        'iam:GenerateCredentialReport',
        'iam:GenerateServiceLastAccessedDetails',
        'iam:Get*',
        'iam:List*',
        'iam:SimulateCustomPolicy',
        'iam:SimulatePrincipalPolicy',
        'kms:Describe*',
        'kms:GetKeyPolicy',
        'kms:GetKeyRotationStatus',
        'kms:List*',
        'organizations:Describe*',
        'organizations:List*',
        'secretsmanager:DescribeSecret',
        'secretsmanager:GetResourcePolicy',
        'secretsmanager:ListSecrets',
      ),
    ],
  },
  {
    name: 'ViewOnlyAccess',
    path: '/job-function/',
    description: 'Lists resources and their basic metadata, across all services.',
    statements: [allow(...ours.flatMap((service) => [`${service}:List*`, `${service}:Describe*`]))],
  },
  {
    name: 'IAMFullAccess',
    description: 'Provides full access to IAM.',
    statements: [
      allow('iam:*', 'organizations:DescribeAccount', 'organizations:DescribeOrganization'),
    ],
  },
  {
    name: 'IAMReadOnlyAccess',
    description: 'Provides read-only access to IAM.',
    statements: [
      allow(
        'iam:GenerateCredentialReport',
        'iam:GenerateServiceLastAccessedDetails',
        'iam:Get*',
        'iam:List*',
        'iam:SimulateCustomPolicy',
        'iam:SimulatePrincipalPolicy',
      ),
    ],
  },
  {
    name: 'IAMUserChangePassword',
    description: 'Lets an IAM user change their own password.',
    statements: [
      {
        Effect: 'Allow',
        Action: ['iam:ChangePassword'],
        Resource: [`arn:aws:iam::*:user/$\{aws:username}`],
      },
      allow('iam:GetAccountPasswordPolicy'),
    ],
  },
  {
    name: 'AWSDenyAll',
    description: 'Denies all access.',
    statements: [{ Sid: 'DenyAll', Effect: 'Deny', Action: ['*'], Resource: '*' }],
  },
  {
    name: 'AmazonS3FullAccess',
    description: 'Provides full access to all buckets.',
    statements: [allow('s3:*', 's3-object-lambda:*')],
  },
  {
    name: 'AmazonS3ReadOnlyAccess',
    description: 'Provides read-only access to all buckets.',
    statements: [
      allow(
        's3:Get*',
        's3:List*',
        's3:Describe*',
        's3-object-lambda:Get*',
        's3-object-lambda:List*',
      ),
    ],
  },
  {
    name: 'AmazonSQSFullAccess',
    description: 'Provides full access to Amazon SQS.',
    statements: [allow('sqs:*')],
  },
  {
    name: 'AmazonEC2ReadOnlyAccess',
    description: 'Provides read-only access to Amazon EC2.',
    statements: [allow('ec2:Describe*', 'ec2:Get*', 'elasticloadbalancing:Describe*')],
  },
  {
    name: 'AWSCloudTrail_ReadOnlyAccess',
    description: 'Provides read-only access to CloudTrail.',
    statements: [
      allow(
        'cloudtrail:Get*',
        'cloudtrail:Describe*',
        'cloudtrail:List*',
        'cloudtrail:LookupEvents',
      ),
    ],
  },
]
