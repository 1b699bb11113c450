import type { FindingSource, ResourceType } from '@aws-sdk/client-accessanalyzer'
import { parseArn } from '../../kernel/arn.ts'
import type { Proposed } from './access-preview-records.ts'
import { invalid } from './refusals.ts'

/** Access that a configuration gives by other means than a policy. */
export interface Share {
  readonly principal: Record<string, string>
  readonly action: string[]
  readonly condition?: Record<string, string> | undefined
  /** Undefined for everybody. */
  readonly account: string | undefined
  readonly sources?: FindingSource[] | undefined
}

interface ProposedPolicy {
  /** Undefined: the resource's own one stays; empty: none. */
  readonly text: string | undefined
  readonly sources?: FindingSource[] | undefined
  /** Nothing public gets through. */
  readonly restricted?: boolean | undefined
}

/** What a proposed configuration comes to. */
export interface Proposal {
  readonly type: ResourceType
  readonly policies: readonly ProposedPolicy[]
  readonly shares: readonly Share[]
  /** A resource of the type cannot be without a policy. */
  readonly mustSpeak?: boolean | undefined
}

const plain = (
  type: ResourceType,
  text: string | undefined,
  more: Partial<Proposal> = {},
): Proposal => ({ type, policies: [{ text }], shares: [], ...more })

/**
 * Reads a proposed configuration.
 * @throws ValidationException unless exactly one kind of resource is configured
 */
export function proposalOf(given: Proposed): Proposal {
  const kinds = Object.keys(given).filter((kind) => given[kind as keyof Proposed] !== undefined)
  if (kinds.length !== 1)
    throw invalid('A configuration must have exactly one kind of resource.', 'configurations')
  if (given.iamRole) return plain('AWS::IAM::Role', given.iamRole.trustPolicy, { mustSpeak: true })
  if (given.sqsQueue) return plain('AWS::SQS::Queue', given.sqsQueue.queuePolicy)
  if (given.snsTopic) return plain('AWS::SNS::Topic', given.snsTopic.topicPolicy)
  if (given.secretsManagerSecret)
    return plain('AWS::SecretsManager::Secret', given.secretsManagerSecret.secretPolicy)
  if (given.efsFileSystem)
    return plain('AWS::EFS::FileSystem', given.efsFileSystem.fileSystemPolicy)
  if (given.ecrRepository)
    return plain('AWS::ECR::Repository', given.ecrRepository.repositoryPolicy)
  if (given.dynamodbStream) return plain('AWS::DynamoDB::Stream', given.dynamodbStream.streamPolicy)
  if (given.dynamodbTable) return plain('AWS::DynamoDB::Table', given.dynamodbTable.tablePolicy)
  if (given.kmsKey) return key(given.kmsKey)
  if (given.s3Bucket) return bucket(given.s3Bucket)
  if (given.s3ExpressDirectoryBucket) return directoryBucket(given.s3ExpressDirectoryBucket)
  return snapshot(given)
}

function key({ keyPolicies, grants }: NonNullable<Proposed['kmsKey']>): Proposal {
  if (Object.keys(keyPolicies ?? {}).some((name) => name !== 'default'))
    throw invalid('The only valid name of a key policy is default.', 'keyPolicies')
  return plain('AWS::KMS::Key', keyPolicies?.default, {
    mustSpeak: true,
    shares: (grants ?? []).map(({ granteePrincipal, operations, constraints }) => {
      const context = {
        ...constraints?.encryptionContextSubset,
        ...constraints?.encryptionContextEquals,
      }
      const condition = Object.fromEntries(
        Object.entries(context).map(([name, value]) => [`kms:EncryptionContext:${name}`, value]),
      )
      return {
        principal: { AWS: granteePrincipal },
        action: operations.map((operation) => `kms:${operation}`),
        condition,
        account: parseArn(granteePrincipal)?.account ?? granteePrincipal,
      }
    }),
  })
}

type AclPermission = 'READ' | 'WRITE' | 'READ_ACP' | 'WRITE_ACP' | 'FULL_CONTROL'

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html */
const byPermission: Readonly<Record<Exclude<AclPermission, 'FULL_CONTROL'>, readonly string[]>> = {
  READ: ['s3:ListBucket', 's3:ListBucketMultipartUploads', 's3:ListBucketVersions'],
  WRITE: ['s3:DeleteObject', 's3:PutObject'],
  READ_ACP: ['s3:GetBucketAcl'],
  WRITE_ACP: ['s3:PutBucketAcl'],
}

const aclActions = (permission: AclPermission): string[] => [
  ...(permission === 'FULL_CONTROL'
    ? Object.values(byPermission).flat()
    : byPermission[permission]),
]

const group = 'http://acs.amazonaws.com/groups/global/'

function bucket(given: NonNullable<Proposed['s3Bucket']>): Proposal {
  const { ignorePublicAcls = false, restrictPublicBuckets = false } =
    given.bucketPublicAccessBlock ?? {}
  const acl: FindingSource[] = [{ type: 'BUCKET_ACL' }]
  const shares = (given.bucketAclGrants ?? []).flatMap(({ permission, grantee }): Share[] => {
    const action = aclActions(permission)
    if (grantee.id !== undefined)
      return [
        { principal: { CanonicalUser: grantee.id }, action, account: grantee.id, sources: acl },
      ]
    const open = grantee.uri === `${group}AllUsers` || grantee.uri === `${group}AuthenticatedUsers`
    if (!open || ignorePublicAcls) return []
    return [{ principal: { AWS: '*' }, action, account: undefined, sources: acl }]
  })
  return {
    type: 'AWS::S3::Bucket',
    shares,
    policies: [
      {
        text: given.bucketPolicy,
        sources: [{ type: 'POLICY' }],
        restricted: restrictPublicBuckets,
      },
      ...accessPoints(given.accessPoints, restrictPublicBuckets),
    ],
  }
}

const directoryBucket = (given: NonNullable<Proposed['s3ExpressDirectoryBucket']>): Proposal => ({
  type: 'AWS::S3Express::DirectoryBucket',
  shares: [],
  policies: [
    { text: given.bucketPolicy, sources: [{ type: 'POLICY' }] },
    ...accessPoints(given.accessPoints, false),
  ],
})

interface AccessPoint {
  readonly accessPointPolicy?: string | undefined
  readonly publicAccessBlock?: { readonly restrictPublicBuckets: boolean } | undefined
  readonly networkOrigin?: { readonly vpcConfiguration?: object | undefined } | undefined
}

/** Access points block public access unless they are told otherwise. */
function accessPoints(
  given: Readonly<Record<string, AccessPoint>> | undefined,
  restricted: boolean,
): ProposedPolicy[] {
  return Object.entries(given ?? {}).map(([accessPointArn, point]) => ({
    text: point.accessPointPolicy ?? '',
    sources: [{ type: 'S3_ACCESS_POINT', detail: { accessPointArn } }],
    restricted:
      restricted ||
      (point.publicAccessBlock?.restrictPublicBuckets ?? true) ||
      point.networkOrigin?.vpcConfiguration !== undefined,
  }))
}

/** Snapshots are shared with accounts by their numbers. */
function snapshot({ ebsSnapshot, rdsDbSnapshot, rdsDbClusterSnapshot }: Proposed): Proposal {
  if (ebsSnapshot) {
    const { userIds = [], groups = [] } = ebsSnapshot
    const action = ['ec2:CopySnapshot', 'ec2:CreateVolume', 'ec2:DescribeSnapshots']
    return shared('AWS::EC2::Snapshot', [...userIds, ...groups], action)
  }
  const [type, attributes] = rdsDbSnapshot
    ? (['AWS::RDS::DBSnapshot', rdsDbSnapshot.attributes] as const)
    : (['AWS::RDS::DBClusterSnapshot', rdsDbClusterSnapshot?.attributes] as const)
  if (Object.keys(attributes ?? {}).some((name) => name !== 'restore'))
    throw invalid('The only valid name of a snapshot attribute is restore.', 'attributes')
  const cluster = type === 'AWS::RDS::DBClusterSnapshot'
  const action = cluster
    ? ['rds:CopyDBClusterSnapshot', 'rds:RestoreDBClusterFromSnapshot']
    : ['rds:CopyDBSnapshot', 'rds:RestoreDBInstanceFromDBSnapshot']
  return shared(type, attributes?.restore?.accountIds ?? [], action)
}

const shared = (type: ResourceType, ids: readonly string[], action: string[]): Proposal => ({
  type,
  policies: [],
  shares: ids.map((id) =>
    id === 'all'
      ? { principal: { AWS: '*' }, action, account: undefined }
      : { principal: { AWS: id }, action, account: id },
  ),
})
