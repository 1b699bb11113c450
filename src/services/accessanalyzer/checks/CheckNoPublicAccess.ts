import type { AccessCheckResourceType } from '@aws-sdk/client-accessanalyzer'
import { publicAccess } from '../../../access/analysis/public-access.ts'
import { operation } from '../contract.ts'
import { checkedPolicy, outcomeOf } from './checked-policies.ts'

/** The vendor whose actions each type of resource takes. */
const VENDORS: Readonly<Record<AccessCheckResourceType, string>> = {
  'AWS::ApiGateway::RestApi': 'execute-api',
  'AWS::Backup::BackupVault': 'backup',
  'AWS::CloudTrail::Dashboard': 'cloudtrail',
  'AWS::CloudTrail::EventDataStore': 'cloudtrail',
  'AWS::CodeArtifact::Domain': 'codeartifact',
  'AWS::DynamoDB::Stream': 'dynamodb',
  'AWS::DynamoDB::Table': 'dynamodb',
  'AWS::EFS::FileSystem': 'elasticfilesystem',
  'AWS::IAM::AssumeRolePolicyDocument': 'sts',
  'AWS::KMS::Key': 'kms',
  'AWS::Kinesis::Stream': 'kinesis',
  'AWS::Kinesis::StreamConsumer': 'kinesis',
  'AWS::Lambda::Function': 'lambda',
  'AWS::OpenSearchService::Domain': 'es',
  'AWS::S3::AccessPoint': 's3',
  'AWS::S3::Bucket': 's3',
  'AWS::S3::Glacier': 'glacier',
  'AWS::S3Express::AccessPoint': 's3express',
  'AWS::S3Express::DirectoryBucket': 's3express',
  'AWS::S3Outposts::AccessPoint': 's3-outposts',
  'AWS::S3Outposts::Bucket': 's3-outposts',
  'AWS::S3Tables::Table': 's3tables',
  'AWS::S3Tables::TableBucket': 's3tables',
  'AWS::SNS::Topic': 'sns',
  'AWS::SQS::Queue': 'sqs',
  'AWS::SecretsManager::Secret': 'secretsmanager',
}

export const CheckNoPublicAccess = operation('CheckNoPublicAccess', {
  access: { kind: 'iam', targets: () => [{ resource: '*', record: undefined }] },
  async handle({ policyDocument, resourceType }) {
    const text = checkedPolicy(policyDocument, 'resource', 'policyDocument')
    const found = await publicAccess(text, VENDORS[resourceType])
    return outcomeOf(found, {
      pass: 'The resource policy does not grant public access for the given resource type.',
      fail: 'The resource policy grants public access for the given resource type.',
      each: 'Public access granted in the following statement with',
    })
  },
})
